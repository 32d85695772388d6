package dev.portreeve.hub.credential;

import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.outbound.OutboundRequest;
import dev.portreeve.hub.outbound.Reach;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Secret;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/** Posts a form to a token endpoint and reads the token from its answer (RFC 6749, sections 4 and 5). Thread-safe. */
final class TokenForm {
    private static final int OK = 200;
    private static final int MAX_BYTES = 256 * 1024;
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{1,16384}");
    private static final Pattern ERROR = Pattern.compile("[a-z_]{1,60}");
    /** For tokens that do not say how long they live. */
    private static final Duration SHORT_LIFE = Duration.ofMinutes(5);

    private static final long LONGEST_LIFE_SECONDS = Duration.ofDays(30).toSeconds();

    private final OutboundHttp http;
    private final Reach reach;
    private final InstantSource clock;

    TokenForm(OutboundHttp http, Reach reach, InstantSource clock) {
        this.http = http;
        this.reach = reach;
        this.clock = clock;
    }

    /**
     * Blocks until the deadline at most.
     *
     * @param form names and values, not encoded yet
     * @param headers that show who asks, where the form does not
     * @param issuer whose token it will be
     * @param scopes what is asked for, as the form says it
     */
    Token post(
            URI endpoint,
            Map<String, String> form,
            Map<String, String> headers,
            String issuer,
            Scopes scopes,
            Deadline deadline)
            throws CredentialUnavailable {
        String body = form.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + encode(entry.getValue()))
                .collect(Collectors.joining("&"));
        Instant before = clock.instant();
        OutboundRequest request = OutboundRequest.post(
                        endpoint,
                        "application/json",
                        "application/x-www-form-urlencoded",
                        body.getBytes(StandardCharsets.UTF_8))
                .with(headers);
        return read(send(request, deadline), issuer, scopes, before);
    }

    private OutboundHttp.Fetched send(OutboundRequest request, Deadline deadline) throws CredentialUnavailable {
        try {
            return http.fetch(request, reach, MAX_BYTES, deadline);
        } catch (IOException failed) {
            throw Failure.of("the authorization server gave no token", failed);
        }
    }

    private static Token read(OutboundHttp.Fetched answer, String issuer, Scopes scopes, Instant asked)
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
        return new Token(new Secret(value), issuer, scopes.toString(), asked, asked.plus(life(body)));
    }

    private static Duration life(ObjectNode body) {
        long seconds = body.path("expires_in").asLong(0);
        return seconds <= 0 ? SHORT_LIFE : Duration.ofSeconds(Math.min(seconds, LONGEST_LIFE_SECONDS));
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
