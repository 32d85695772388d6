package dev.portreeve.hub;

import dev.portreeve.hub.credential.CredentialSource;
import dev.portreeve.hub.credential.OAuthClientConfig;
import dev.portreeve.policy.call.Secret;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How the gateway is let in to an HTTP server: one of these. What a caller sent is never passed on.
 *
 * @param bearer a token that does not change, sent as {@code Authorization: Bearer}
 * @param basic a user name and password
 * @param headers headers of the server's own, such as {@code x-api-key}
 * @param oauth tokens that the gateway gets as an OAuth client
 */
public record ToolServerAuth(
        @Nullable Secret bearer,
        @Nullable Basic basic,
        Map<String, String> headers,
        @Nullable OAuthClientConfig oauth) {
    /** Set for each request by the HTTP client or the protocol. */
    private static final Set<String> NOT_OURS = Set.of(
            "host",
            "connection",
            "content-length",
            "content-type",
            "transfer-encoding",
            "upgrade",
            "expect",
            "accept",
            "mcp-session-id",
            "mcp-protocol-version",
            "mcp-method",
            "mcp-name");

    /** A user name and password. */
    public record Basic(String user, Secret password) {}

    public ToolServerAuth {
        headers = headers == null ? Map.of() : Map.copyOf(headers);
        long given = Stream.of(bearer != null, basic != null, !headers.isEmpty(), oauth != null)
                .filter(Boolean::booleanValue)
                .count();
        if (given != 1) {
            throw new IllegalArgumentException("auth needs exactly one of bearer, basic, headers and oauth");
        }
        headers.forEach(ToolServerAuth::requireHeader);
    }

    private static void requireHeader(String name, String value) {
        if (!name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}") || NOT_OURS.contains(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("\"" + name + "\" is not a header that can be set");
        }
        if (!value.matches("[\\x20-\\x7e]{1,8192}")) {
            throw new IllegalArgumentException(
                    "the value of header \"" + name + "\" must be 1 to 8192 characters of visible ASCII");
        }
    }

    /** What does not change; for everything but {@code oauth}. */
    CredentialSource fixed() {
        if (bearer != null) {
            return CredentialSource.bearer(bearer);
        }
        return basic == null
                ? CredentialSource.headers(headers)
                : CredentialSource.basic(basic.user(), basic.password());
    }

    /** Without the values (INV-7). */
    @Override
    public String toString() {
        return "****";
    }
}
