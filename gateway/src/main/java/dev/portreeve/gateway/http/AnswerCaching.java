package dev.portreeve.gateway.http;

import dev.portreeve.gateway.cache.AnswerCache;
import dev.portreeve.gateway.cache.CacheKeys;
import dev.portreeve.gateway.config.CacheConfig;
import dev.portreeve.gateway.config.ModelCacheConfig;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.turn.ResponseFrame;
import io.helidon.http.ServerRequestHeaders;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Says which calls may be answered with what others were answered with. Thread-safe; close once. */
final class AnswerCaching implements AutoCloseable {
    private static final int PART_OF_MEMORY = 4;

    private final AnswerCache cache;
    private final CacheKeys keys = new CacheKeys(new SecureRandom());
    private final InstantSource clock;

    AnswerCaching(CacheConfig bounds, InstantSource clock) {
        this.cache = new AnswerCache(bounds.within(Runtime.getRuntime().maxMemory() / PART_OF_MEMORY), clock);
        this.clock = clock;
    }

    AnswerCache cache() {
        return cache;
    }

    CacheKeys keys() {
        return keys;
    }

    InstantSource clock() {
        return clock;
    }

    /**
     * A call that may be; {@code null} for every other.
     *
     * @param report is told where the model's answers are kept, but not this call's
     */
    @Nullable
    CachedCall of(PlannedCall planned, ServerRequestHeaders headers, CallReport report) {
        ModelCacheConfig terms = planned.cache();
        if (terms == null) {
            return null;
        }
        CacheWish wish = CacheWish.of(headers);
        if ((wish.read() || wish.keep()) && isSelfContained(planned)) {
            return new CachedCall(this, terms, wish, planned, headers, report);
        }
        report.cached(CallReport.Cached.BYPASS, Duration.ZERO);
        return null;
    }

    /** Whether the answer depends on what the request says and on nothing else, and leaves nothing behind but itself. */
    private static boolean isSelfContained(PlannedCall planned) {
        ModelRequest request = planned.plan().request();
        ResponseFrame frame = planned.plan().frame();
        return request.operation() != Operation.COUNT_TOKENS
                && frame.id() == null
                && frame.previous() == null
                && !frame.background()
                && !ResponseKeeping.keeps(request)
                && !ResponseKeeping.goesOn(request)
                && planned.upstream().first().attempt().hosted().isEmpty();
    }

    @Override
    public void close() {
        cache.close();
    }
}
