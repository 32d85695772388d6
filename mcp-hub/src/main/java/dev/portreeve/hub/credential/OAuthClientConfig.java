package dev.portreeve.hub.credential;

import dev.portreeve.policy.call.Secret;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The gateway as an OAuth client that acts for itself (client credentials): known to an authorization server beforehand,
 * with a secret or a key pair.
 *
 * @param clientId the name it is known by there
 * @param clientSecret a shared secret
 * @param privateKey a private key in PEM (PKCS 8), RSA or elliptic curve, that signs an assertion in the secret's place
 * @param keyId the key's id, if the authorization server knows several
 * @param method how the secret is shown; absent: as the authorization server says
 * @param scopes asked for; absent: what the server's challenge or metadata names
 * @param issuer the authorization server; absent: the one the server's metadata names
 * @param tokenEndpoint where tokens come from; absent: as the authorization server's metadata says
 */
public record OAuthClientConfig(
        String clientId,
        @Nullable Secret clientSecret,
        @Nullable Secret privateKey,
        @Nullable String keyId,
        @Nullable Method method,
        List<String> scopes,
        @Nullable URI issuer,
        @Nullable URI tokenEndpoint) {

    /** How a client secret is shown (RFC 6749, section 2.3.1). */
    public enum Method {
        CLIENT_SECRET_BASIC,
        CLIENT_SECRET_POST
    }

    public OAuthClientConfig {
        scopes = scopes == null ? List.of() : List.copyOf(scopes);
        if ((clientSecret == null) == (privateKey == null)) {
            throw new IllegalArgumentException("oauth needs either client-secret or private-key");
        }
        if (privateKey != null) {
            SigningKey checked = SigningKey.read(privateKey.reveal(), keyId);
            if (method != null) {
                throw new IllegalArgumentException("method is for client-secret; " + checked + " signs an assertion");
            }
        }
        for (String scope : scopes) {
            if (!Scopes.isScope(scope)) {
                throw new IllegalArgumentException("\"" + scope + "\" is not a scope");
            }
        }
    }
}
