package dev.portreeve.gateway.model;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the body of a provider's error gives away of its class, whichever dialect it is in: the words that OpenAI, Anthropic,
 * Google and Amazon use for each. Looked for as they stand in the JSON text, because the servers that imitate them put them at
 * other places.
 *
 * @param text of the body and of headers that name an error; lower case
 */
record ErrorSigns(String text) {
    static final ErrorSigns NONE = new ErrorSigns("");

    private static final List<String> CREDENTIAL = List.of(
            "\"authentication_error\"",
            "\"invalid_api_key\"",
            "\"unauthenticated\"",
            "api_key_invalid",
            "unrecognizedclient",
            "expiredtoken",
            "invalidsignature");
    private static final List<String> ACCOUNT = List.of(
            "insufficient_quota",
            "\"billing_error\"",
            "your credit balance is too low",
            "perday",
            "servicequotaexceeded",
            "insufficient balance");
    private static final List<String> CONTEXT = List.of(
            "context_length_exceeded",
            "maximum context length",
            "context window",
            "prompt is too long",
            "input is too long",
            "exceeds the maximum number of tokens",
            "too many input tokens",
            "too large for model");
    private static final List<String> CONTENT = List.of(
            "content_policy_violation",
            "\"content_filter\"",
            "responsibleaipolicyviolation",
            "content management policy",
            "\"moderation_blocked\"");
    private static final List<String> NOT_FOUND = List.of("\"model_not_found\"");
    private static final List<String> THROTTLED =
            List.of("\"rate_limit_error\"", "\"rate_limit_exceeded\"", "throttlingexception", "modelnotready");
    private static final List<String> OVERLOADED = List.of("\"overloaded_error\"", "serviceunavailableexception");
    private static final String RETRY_DELAY = "\"retrydelay\"";
    private static final Duration LONGEST = Duration.ofDays(1);

    static ErrorSigns in(byte @Nullable [] body, @Nullable String errorHeader) {
        String said = body == null ? "" : new String(body, StandardCharsets.UTF_8);
        String all = errorHeader == null ? said : said + '"' + errorHeader + '"';
        return all.isEmpty() ? NONE : new ErrorSigns(all.toLowerCase(Locale.ROOT));
    }

    private boolean has(List<String> words) {
        return !text.isEmpty() && words.stream().anyMatch(text::contains);
    }

    FailureClass classify(int status) {
        boolean refusal = status == 400 || status == 403 || status == 413 || status == 422;
        if (status == 401 || (refusal && has(CREDENTIAL))) {
            return FailureClass.CREDENTIAL;
        }
        if (status == 402 || ((refusal || status == 429) && has(ACCOUNT))) {
            return FailureClass.ACCOUNT;
        }
        if (refusal && has(CONTEXT)) {
            return FailureClass.CONTEXT_WINDOW;
        }
        if (refusal && has(CONTENT)) {
            return FailureClass.CONTENT_POLICY;
        }
        if (status == 404 || (refusal && has(NOT_FOUND))) {
            return FailureClass.NOT_FOUND;
        }
        if (status == 429 || (refusal && has(THROTTLED))) {
            return FailureClass.THROTTLED;
        }
        return switch (status) {
            case 403 -> FailureClass.ACCESS;
            case 408, 504 -> FailureClass.TIMEOUT;
            case 413 -> FailureClass.CONTEXT_WINDOW;
            case 503, 529 -> FailureClass.OVERLOADED;
            default -> status >= 500 ? serverSide() : FailureClass.BAD_REQUEST;
        };
    }

    private FailureClass serverSide() {
        return has(OVERLOADED) ? FailureClass.OVERLOADED : FailureClass.SERVER;
    }

    /** Of an error that a stream carries, whose status said that all was well. */
    FailureClass classify() {
        for (int status : new int[] {400, 429}) {
            FailureClass kind = classify(status);
            boolean known = !text.isEmpty() && kind != FailureClass.BAD_REQUEST && (status != 429 || has(THROTTLED));
            if (known || kind == FailureClass.ACCOUNT) {
                return kind;
            }
        }
        return serverSide();
    }

    /**
     * How long the provider wants to be left alone, or {@code null}.
     *
     * @param millis its {@code retry-after-ms}
     * @param after its {@code retry-after}: seconds or a date
     * @param date when it said so, by its own clock
     */
    @Nullable
    Duration wait(@Nullable String millis, @Nullable String after, @Nullable String date) {
        Duration said = seconds(millis, 0.001);
        if (said == null) {
            said = seconds(after, 1);
        }
        if (said == null && after != null && date != null) {
            said = between(date, after);
        }
        return said == null ? delay() : said;
    }

    private static @Nullable Duration seconds(@Nullable String number, double unit) {
        if (number == null || !number.strip().matches("[0-9]{1,9}(\\.[0-9]{1,9})?")) {
            return null;
        }
        return bounded(Duration.ofMillis((long) Math.ceil(Double.parseDouble(number.strip()) * unit * 1000)));
    }

    private static @Nullable Duration between(String now, String then) {
        try {
            Duration wait = Duration.between(instant(now), instant(then));
            return wait.isNegative() ? Duration.ZERO : bounded(wait);
        } catch (DateTimeException noDate) {
            return null;
        }
    }

    private static Instant instant(String date) {
        return ZonedDateTime.parse(date.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                .toInstant();
    }

    /** Google says it in the body: {@code "retryDelay": "3.5s"}. */
    private @Nullable Duration delay() {
        int at = text.indexOf(RETRY_DELAY);
        int open = at < 0 ? -1 : text.indexOf('"', at + RETRY_DELAY.length());
        int close = open < 0 ? -1 : text.indexOf('"', open + 1);
        if (close < 0 || text.charAt(close - 1) != 's') {
            return null;
        }
        return seconds(text.substring(open + 1, close - 1), 1);
    }

    private static Duration bounded(Duration wait) {
        return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
    }
}
