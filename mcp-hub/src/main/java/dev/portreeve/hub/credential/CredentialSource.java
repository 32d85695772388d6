package dev.portreeve.hub.credential;

import dev.portreeve.policy.call.Secret;
import dev.portreeve.policy.call.Subject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The slot for a downstream server's credentials, by the person or program on whose behalf a connection is made. Today
 * every implementation gives all of them the same one; credentials of a user's own plug in here.
 */
@FunctionalInterface
public interface CredentialSource {
    /** For a server that wants none. */
    CredentialSource NONE = shared(new HeaderCredential(Map.of()));

    /**
     * The credential for connections of a subject. Never blocks.
     *
     * @param subject {@code null} for the gateway's own business, such as listing tools
     */
    Credential credential(@Nullable Subject subject);

    /** One credential for everybody. */
    static CredentialSource shared(Credential credential) {
        return subject -> credential;
    }

    /** A token that does not change, as {@code Authorization: Bearer}. */
    static CredentialSource bearer(Secret token) {
        return headers(Map.of("Authorization", "Bearer " + token.reveal()));
    }

    /** A user name and password. */
    static CredentialSource basic(String user, Secret password) {
        byte[] pair = (user + ":" + password.reveal()).getBytes(StandardCharsets.UTF_8);
        return headers(Map.of("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair)));
    }

    /** Headers that do not change. */
    static CredentialSource headers(Map<String, String> headers) {
        return shared(new HeaderCredential(headers));
    }
}
