package dev.portreeve.audit;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many calls of this process have begun and not ended, by the time they began: some seconds' calls share a number. So whoever looks
 * for the calls of a process that died knows how far back to look. Thread-safe; counting does not block.
 */
public final class OpenCalls {
    private static final long WIDTH_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** Nobody who fetched a span adds to it so much later. */
    private static final long SETTLED_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final long origin = System.nanoTime();
    private final ConcurrentSkipListMap<Long, Span> spans = new ConcurrentSkipListMap<>();
    private volatile Span current = span(0);

    /** The calls that began in some seconds. */
    static final class Span {
        private final long from;
        private final LongAdder open = new LongAdder();

        private Span(long from) {
            this.from = from;
        }

        /** One of them ended; once for each that began. */
        void end() {
            open.decrement();
        }
    }

    private Span span(long from) {
        return spans.computeIfAbsent(from, Span::new);
    }

    /** A call begins; {@link Span#end} of what this gives is its end. */
    Span begin() {
        long now = System.nanoTime() - origin;
        Span span = current;
        if (now - span.from >= WIDTH_NANOS) {
            span = span(now - now % WIDTH_NANOS);
            current = span;
        }
        span.open.increment();
        return span;
    }

    /** How many there are. */
    public long count() {
        return spans.values().stream().mapToLong(span -> span.open.sum()).sum();
    }

    /** The age of the oldest, from above, but for a call that begins while this looks; zero if there is none. */
    public Duration oldest() {
        long now = System.nanoTime() - origin;
        long oldest = 0;
        for (Map.Entry<Long, Span> each : spans.entrySet()) {
            Span span = each.getValue();
            if (span.open.sum() > 0) {
                oldest = Math.max(oldest, now - span.from);
            } else if (span != current && now - span.from > SETTLED_NANOS) {
                spans.remove(each.getKey());
            }
        }
        return Duration.ofNanos(oldest);
    }
}
