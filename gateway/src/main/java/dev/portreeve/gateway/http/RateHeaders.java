package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.policy.call.Allowance;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerResponseHeaders;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** What rate limits still allow, in the headers that each vendor's clients read. The providers' own limits are not among them. */
final class RateHeaders {
    private static final String OPENAI = "x-ratelimit-";
    private static final String ANTHROPIC = "anthropic-ratelimit-";
    private static final Triple OPENAI_REQUESTS = new Triple(
            HeaderNames.create(OPENAI + "limit-requests"),
            HeaderNames.create(OPENAI + "remaining-requests"),
            HeaderNames.create(OPENAI + "reset-requests"));
    private static final Triple OPENAI_TOKENS = new Triple(
            HeaderNames.create(OPENAI + "limit-tokens"),
            HeaderNames.create(OPENAI + "remaining-tokens"),
            HeaderNames.create(OPENAI + "reset-tokens"));
    private static final Triple ANTHROPIC_REQUESTS = new Triple(
            HeaderNames.create(ANTHROPIC + "requests-limit"),
            HeaderNames.create(ANTHROPIC + "requests-remaining"),
            HeaderNames.create(ANTHROPIC + "requests-reset"));
    private static final Triple ANTHROPIC_TOKENS = new Triple(
            HeaderNames.create(ANTHROPIC + "tokens-limit"),
            HeaderNames.create(ANTHROPIC + "tokens-remaining"),
            HeaderNames.create(ANTHROPIC + "tokens-reset"));

    private RateHeaders() {}

    /** The three headers of one sort. */
    private record Triple(HeaderName limit, HeaderName remaining, HeaderName reset) {}

    static void write(ServerResponseHeaders headers, Dialect dialect, @Nullable Allowance allowance) {
        if (allowance == null) {
            return;
        }
        switch (dialect) {
            case OPENAI_CHAT, OPENAI_RESPONSES -> {
                write(headers, OPENAI_REQUESTS, allowance.requests(), false);
                write(headers, OPENAI_TOKENS, allowance.tokens(), false);
            }
            case ANTHROPIC_MESSAGES -> {
                write(headers, ANTHROPIC_REQUESTS, allowance.requests(), true);
                write(headers, ANTHROPIC_TOKENS, allowance.tokens(), true);
            }
            case GEMINI, BEDROCK_CONVERSE, COHERE_CHAT -> {
                // Their clients know of no such headers.
            }
        }
    }

    private static void write(
            ServerResponseHeaders headers, Triple names, Allowance.@Nullable Rate rate, boolean asTime) {
        if (rate == null) {
            return;
        }
        headers.set(names.limit(), Long.toString(rate.limit()));
        headers.set(names.remaining(), Long.toString(rate.remaining()));
        headers.set(names.reset(), asTime ? at(rate.resetsIn()) : in(rate.resetsIn()));
    }

    private static String at(Duration time) {
        return Instant.now().plus(time).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** As OpenAI writes it: {@code 1h2m3s}, {@code 6m0s}, {@code 1.5s}, {@code 17ms}. */
    static String in(Duration time) {
        if (time.compareTo(Duration.ofSeconds(1)) < 0) {
            return time.toMillis() + "ms";
        }
        StringBuilder text = new StringBuilder();
        if (time.toHours() > 0) {
            text.append(time.toHours()).append('h');
        }
        if (time.toMinutes() > 0) {
            text.append(time.toMinutesPart()).append('m');
        }
        text.append(time.toSecondsPart());
        if (time.toMillisPart() > 0) {
            String millis = Integer.toString(1000 + time.toMillisPart());
            text.append('.').append(millis.substring(1).replaceAll("0+$", ""));
        }
        return text.append('s').toString();
    }
}
