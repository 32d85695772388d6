package dev.portreeve.hub.credential;

import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.outbound.OutboundRequest;
import dev.portreeve.hub.outbound.Reach;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Secret;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Asks an authorization server for a token under the client credentials grant (RFC 6749, section 4.4; RFC 7523). */
final class TokenEndpoint {
    private static final int OK = 200;
    private static final int MAX_BYTES = 256 * 1024;
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{1,16384}");
    private static final Pattern ERROR = Pattern.compile("[a-z_]{1,60}");
    /** For tokens that do not say how long they live. */
    private static final Duration SHORT_LIFE = Duration.ofMinutes(5);

    private static final long LONGEST_LIFE_SECONDS = Duration.ofDays(30).toSeconds();
    private static final String POST = "client_secret_post";
    private static final String BASIC = "client_secret_basic";

    private final OutboundHttp http;
    private final Reach reach;
    private final OAuthClientConfig client;
    private final @Nullable SigningKey key;
    private final InstantSource clock;

    TokenEndpoint(OutboundHttp http, Reach reach, OAuthClientConfig client, InstantSource clock) {
        this.http = http;
        this.reach = reach;
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
        String body = form.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + encode(entry.getValue()))
                .collect(Collectors.joining("&"));
        Instant before = clock.instant();
        OutboundRequest request = OutboundRequest.post(
                        server.tokenEndpoint(),
                        "application/json",
                        "application/x-www-form-urlencoded",
                        body.getBytes(StandardCharsets.UTF_8))
                .with(headers);
        return read(send(request, deadline), server, scopes, before);
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
            String pair = encode(client.clientId()) + ":" + encode(secret.reveal());
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

    private OutboundHttp.Fetched send(OutboundRequest request, Deadline deadline) throws CredentialUnavailable {
        try {
            return http.fetch(request, reach, MAX_BYTES, deadline);
        } catch (IOException failed) {
            throw Failure.of("the authorization server gave no token", failed);
        }
    }

    private static Token read(OutboundHttp.Fetched answer, AuthorizationServer server, Scopes scopes, Instant asked)
            throws CredentialUnavailable {
        ObjectNode body = Documents.object(answer.body())
                .orElseThrow(() ->
                        new CredentialUnavailable("the authorization server gave no token: status " + answer.status()));
        if (answer.status() != OK) {
            String error = Documents.text(body, "error")
                    .filter(code -> ERROR.matcher(code).matches())
                    .orElse("status " + answer.status());
            throw new CredentialUnavailable("the authorization server gave no token: " + error);
        }
        String type = Documents.text(body, "token_type").orElse("");
        String value = Documents.text(body, "access_token").orElse("");
        if (!type.equalsIgnoreCase("bearer") || !TOKEN.matcher(value).matches()) {
            throw new CredentialUnavailable("the authorization server gave no bearer token");
        }
        return new Token(new Secret(value), server.issuer(), scopes.toString(), asked, asked.plus(life(body)));
    }

    private static Duration life(ObjectNode body) {
        long seconds = body.path("expires_in").asLong(0);
        return seconds <= 0 ? SHORT_LIFE : Duration.ofSeconds(Math.min(seconds, LONGEST_LIFE_SECONDS));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
