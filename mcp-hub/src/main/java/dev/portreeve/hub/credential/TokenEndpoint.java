package dev.portreeve.hub.credential;

import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.outbound.Reach;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Secret;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Asks an authorization server for a token under the client credentials grant (RFC 6749, section 4.4; RFC 7523). */
final class TokenEndpoint {
    private static final String POST = "client_secret_post";
    private static final String BASIC = "client_secret_basic";

    private final TokenForm tokens;
    private final OAuthClientConfig client;
    private final @Nullable SigningKey key;
    private final InstantSource clock;

    TokenEndpoint(OutboundHttp http, Reach reach, OAuthClientConfig client, InstantSource clock) {
        this.tokens = new TokenForm(http, reach, clock);
        this.client = client;
        this.key = client.privateKey() == null
                ? null
                : SigningKey.read(client.privateKey().reveal(), client.keyId());
        this.clock = clock;
    }

    Token request(AuthorizationServer server, Scopes scopes, Deadline deadline) throws CredentialUnavailable {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "client_credentials");
        if (!scopes.isEmpty()) {
            form.put("scope", scopes.toString());
        }
        if (server.resource() != null) {
            form.put("resource", server.resource());
        }
        Map<String, String> headers = authenticate(server, form);
        return tokens.post(server.tokenEndpoint(), form, headers, server.issuer(), scopes, deadline);
    }

    /** Adds what proves who we are to the form, or gives it as a header. */
    private Map<String, String> authenticate(AuthorizationServer server, Map<String, String> form)
            throws CredentialUnavailable {
        Secret secret = client.clientSecret();
        if (key != null) {
            form.put("client_id", client.clientId());
            form.put("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
            form.put(
                    "client_assertion",
                    key.assertion(
                            client.clientId(),
                            server.issuer(),
                            UUID.randomUUID().toString(),
                            clock.instant()));
        } else if (secret != null && method(server.methods()).equals(POST)) {
            form.put("client_id", client.clientId());
            form.put("client_secret", secret.reveal());
        } else if (secret != null) {
            String pair = TokenForm.encode(client.clientId()) + ":" + TokenForm.encode(secret.reveal());
            return Map.of(
                    "Authorization",
                    "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
        }
        return Map.of();
    }

    private String method(List<String> offered) throws CredentialUnavailable {
        OAuthClientConfig.Method chosen = client.method();
        if (chosen != null) {
            return chosen.name().toLowerCase(Locale.ROOT);
        }
        // RFC 8414: who says nothing takes basic.
        if (offered.isEmpty() || offered.contains(BASIC)) {
            return BASIC;
        }
        if (offered.contains(POST)) {
            return POST;
        }
        throw new CredentialUnavailable("the authorization server takes no client secret");
    }
}
