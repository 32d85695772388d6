package dev.portreeve.gateway.cache;

import dev.portreeve.gateway.config.CacheConfig;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Answers in this gateway's memory, under keys of the requests that they answer. What has not been asked for the longest goes first
 * where room is needed; what counts no longer is gone within seconds, asked for or not. Whether a caller may have one is not asked here: that
 * is in the key, and in all that is asked before. Thread-safe; never blocks for long. Close once.
 */
public final class AnswerCache implements AutoCloseable {
    /** What an answer takes beside its bytes: its key, its place among the others, and what is known of it. */
    static final int OVERHEAD = 512;

    private static final Duration LOOK = Duration.ofSeconds(5);

    private final CacheConfig bounds;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<CacheKey, CachedAnswer> answers = new LinkedHashMap<>(16, 0.75f, true);
    private final CountDownLatch closed = new CountDownLatch(1);
    /** Of what is kept and of what is gathered. */
    private long bytes;

    private boolean looking;

    /**
     * What is in it.
     *
     * @param bytes with those of answers that are being gathered
     */
    public record Size(int answers, long bytes) {}

    public AnswerCache(CacheConfig bounds, InstantSource clock) {
        this.bounds = bounds;
        this.clock = clock;
    }

    /**
     * The answer under a key, if there is one that counts still.
     *
     * @param most how old it may be
     */
    public Optional<CachedAnswer> find(CacheKey key, Duration most) {
        Instant now = clock.instant();
        lock.lock();
        try {
            CachedAnswer found = answers.get(key);
            return found != null && found.counts(now, most) ? Optional.of(found) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Begins to gather an answer that is being made. */
    public Gathering gather() {
        return new Gathering(this, bounds.maxAnswerBytes());
    }

    public Size size() {
        lock.lock();
        try {
            return new Size(answers.size(), bytes);
        } finally {
            lock.unlock();
        }
    }

    /** Makes room for so many bytes more; false if there is none, even without all that is kept. */
    boolean grow(long more) {
        lock.lock();
        try {
            Iterator<CachedAnswer> eldest = answers.values().iterator();
            while (bytes + more > bounds.maxBytes() && eldest.hasNext()) {
                bytes -= eldest.next().size();
                eldest.remove();
            }
            boolean room = bytes + more <= bounds.maxBytes();
            bytes += room ? more : 0;
            return room;
        } finally {
            lock.unlock();
        }
    }

    void shrink(long less) {
        lock.lock();
        try {
            bytes -= less;
        } finally {
            lock.unlock();
        }
    }

    /** Keeps what was gathered, whose bytes are counted, instead of what there was under the key. */
    void keep(CacheKey key, CachedAnswer.Origin origin, Duration ttl, Gathering.Whole whole) {
        Instant now = clock.instant();
        lock.lock();
        try {
            if (closed.getCount() == 0 || !grow(OVERHEAD)) {
                bytes -= whole.bytes();
                return;
            }
            if (!looking) {
                looking = true;
                Thread.ofVirtual().name("answer-cache").start(this::look);
            }
            CachedAnswer kept = new CachedAnswer(
                    origin,
                    now,
                    now.plus(ttl),
                    whole.contentType(),
                    whole.shape(),
                    whole.pieces(),
                    whole.last(),
                    whole.ending(),
                    whole.bytes() + OVERHEAD);
            CachedAnswer before = answers.put(key, kept);
            bytes -= before == null ? 0 : before.size();
            Iterator<CachedAnswer> eldest = answers.values().iterator();
            while (answers.size() > bounds.maxEntries()) {
                bytes -= eldest.next().size();
                eldest.remove();
            }
        } finally {
            lock.unlock();
        }
    }

    private void look() {
        try {
            while (!closed.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                forget();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** Forgets all that counts no longer. */
    void forget() {
        Instant now = clock.instant();
        lock.lock();
        try {
            Iterator<CachedAnswer> each = answers.values().iterator();
            while (each.hasNext()) {
                CachedAnswer answer = each.next();
                if (!answer.counts(now, Duration.ofMillis(Long.MAX_VALUE))) {
                    bytes -= answer.size();
                    each.remove();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        lock.lock();
        try {
            answers.values().forEach(answer -> bytes -= answer.size());
            answers.clear();
        } finally {
            lock.unlock();
        }
    }
}
