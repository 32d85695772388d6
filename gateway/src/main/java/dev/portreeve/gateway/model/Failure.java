package dev.portreeve.gateway.model;

import dev.portreeve.gateway.model.ProviderReply.ErrorBody;
import dev.portreeve.policy.call.UpstreamFault;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One attempt's failure.
 *
 * @param after how long the provider wants to be left alone; {@code null} where it does not say
 * @param body what it said, where callers may see that
 */
public record Failure(
        FailureClass kind,
        UpstreamFault fault,
        @Nullable Duration after,
        @Nullable ErrorBody body) {
    /** The longest wait a caller is told: the vendors' programs give up at once where they hear of a longer one. */
    private static final Duration LONGEST_TOLD = Duration.ofSeconds(120);

    private static final String RETRY_AFTER = "retry-after";
    private static final String RETRY_AFTER_MS = "retry-after-ms";

    /** The failure of the attempt whose reply this is. */
    public static Failure of(UpstreamFault fault, ProviderReply reply) {
        FailureClass said = reply.failure();
        return new Failure(said == null ? kind(fault) : said, fault, reply.retryAfter(), reply.error());
    }

    /** Where nothing but the fault is known. */
    private static FailureClass kind(UpstreamFault fault) {
        return switch (fault.kind()) {
            case UNREACHABLE -> FailureClass.UNREACHABLE;
            case TIMEOUT -> FailureClass.TIMEOUT;
            case CREDENTIAL -> FailureClass.CREDENTIAL;
            case GARBAGE, CUT -> FailureClass.SERVER;
            case TOO_LARGE -> FailureClass.TOO_LARGE;
            // No other place makes the address any better.
            case MEDIA -> FailureClass.BAD_REQUEST;
            // Of items of batches, which nobody tries elsewhere.
            case CANCELED, EXPIRED -> FailureClass.BAD_REQUEST;
            case REFUSED -> ErrorSigns.NONE.classify(fault.status());
        };
    }

    /**
     * What a caller is told when all of these happened to one call: what it can do most about. With what every place said of
     * waiting, the shortest.
     */
    public static Failure mostTelling(List<Failure> failures) {
        Failure told =
                failures.stream().min(Comparator.comparing(Failure::rank)).orElseThrow();
        Duration shortest = failures.stream()
                .filter(failure -> failure.kind == told.kind)
                .map(Failure::after)
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder())
                .orElse(null);
        return told.withWait(shortest);
    }

    /** What ends a call at once is the last word; else what may pass comes before what does not. */
    private int rank() {
        return switch (kind) {
            case BAD_REQUEST, TOO_LARGE -> 0;
            case THROTTLED -> 1;
            case OVERLOADED -> 2;
            case TIMEOUT -> 3;
            case SERVER -> 4;
            case UNREACHABLE -> 5;
            case CONTEXT_WINDOW, CONTENT_POLICY -> 6;
            case NOT_FOUND -> 7;
            case ACCESS -> 8;
            case ACCOUNT -> 9;
            case CREDENTIAL -> 10;
        };
    }

    private Failure withWait(@Nullable Duration shortest) {
        if (body == null || shortest == null) {
            return this;
        }
        Duration told = shortest.compareTo(LONGEST_TOLD) > 0 ? LONGEST_TOLD : shortest;
        Map<String, String> headers = new HashMap<>(body.headers());
        // Rounded up, so that nobody comes too early.
        headers.put(RETRY_AFTER, Long.toString(told.plusMillis(999).toSeconds()));
        if (headers.containsKey(RETRY_AFTER_MS)) {
            headers.put(RETRY_AFTER_MS, Long.toString(told.toMillis()));
        }
        return new Failure(
                kind,
                fault,
                shortest,
                new ErrorBody(body.dialect(), body.contentType(), Map.copyOf(headers), body.body()));
    }
}
