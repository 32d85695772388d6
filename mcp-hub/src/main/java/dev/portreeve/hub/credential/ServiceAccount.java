package dev.portreeve.hub.credential;

import dev.portreeve.policy.call.Secret;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A Google service account, as its key file has it.
 *
 * @param email the account's name
 * @param privateKey in PEM (PKCS 8)
 * @param keyId which of the account's keys it is, or {@code null}
 * @param tokenEndpoint where it gets tokens
 */
public record ServiceAccount(
        String email, Secret privateKey, @Nullable String keyId, URI tokenEndpoint) {
    private static final String TYPE = "service_account";

    /**
     * Reads a key file.
     *
     * @throws IllegalArgumentException if it is no key file of a service account; the message holds nothing of it but its
     *     type
     */
    public static ServiceAccount read(byte[] json) {
        ObjectNode file = Documents.object(json)
                .orElseThrow(() -> new IllegalArgumentException("the credentials file is not a json object"));
        String type = Documents.text(file, "type").orElse("");
        if (!type.equals(TYPE)) {
            String shown = type.matches("[a-z_]{1,40}") ? "of type \"" + type + "\"" : "of no known type";
            throw new IllegalArgumentException(
                    "the credentials file is " + shown + "; only the key file of a service account is supported");
        }
        Secret key = new Secret(required(file, "private_key"));
        Optional<String> keyId = Documents.text(file, "private_key_id");
        SigningKey.read(key.reveal(), keyId.orElse(null));
        return new ServiceAccount(required(file, "client_email"), key, keyId.orElse(null), tokenEndpoint(file));
    }

    private static String required(ObjectNode file, String member) {
        return Documents.text(file, member)
                .filter(text -> !text.isBlank())
                .orElseThrow(() -> new IllegalArgumentException("the credentials file has no \"" + member + "\""));
    }

    private static URI tokenEndpoint(ObjectNode file) {
        try {
            URI endpoint = URI.create(Documents.text(file, "token_uri").orElse("https://oauth2.googleapis.com/token"));
            if (endpoint.getHost() != null) {
                return endpoint;
            }
        } catch (IllegalArgumentException noUri) {
            throw new IllegalArgumentException("\"token_uri\" of the credentials file is no address", noUri);
        }
        throw new IllegalArgumentException("\"token_uri\" of the credentials file has no host");
    }
}
