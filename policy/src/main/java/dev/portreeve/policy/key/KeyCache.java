package dev.portreeve.policy.key;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Remembers keys for some seconds, so that a busy caller costs a look-up now and then and not one a request. Ids that do not
 * exist are remembered apart, so that made-up ones cannot push out real ones. Thread-safe.
 */
final class KeyCache {
    /** How long a revocation elsewhere may go unnoticed. */
    static final Duration AGE = Duration.ofSeconds(3);

    private static final int MAX_ENTRIES = 50_000;
    /** A flood of made-up ids must not take every connection of the pool. */
    private static final int LOOKUPS_AT_ONCE = 4;

    private static final Duration LOOKUP_WAIT = Duration.ofSeconds(2);

    private final Function<String, @Nullable StoredKey> lookup;
    private final ConcurrentMap<String, Entry> known = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Entry> unknown = new ConcurrentHashMap<>();
    private final Semaphore lookups = new Semaphore(LOOKUPS_AT_ONCE, true);
    private final AtomicLong changes = new AtomicLong();

    private record Entry(@Nullable StoredKey key, long readAt) {
        boolean isFresh() {
            return System.nanoTime() - readAt < AGE.toNanos();
        }
    }

    KeyCache(Function<String, @Nullable StoredKey> lookup) {
        this.lookup = lookup;
    }

    /**
     * The key, as it was at most {@link #AGE} ago.
     *
     * @throws KeysUnreadable if it had to be looked up and could not be
     */
    @Nullable
    StoredKey get(String keyId) {
        Entry entry = fresh(keyId);
        return (entry == null ? read(keyId) : entry).key();
    }

    /** Forgets a key that changed here. */
    void forget(String keyId) {
        // First the count: a look-up under way must see that what it read is old.
        changes.incrementAndGet();
        known.remove(keyId);
        unknown.remove(keyId);
    }

    /** Forgets all: with a key that ended here, those below it did. */
    void forgetAll() {
        changes.incrementAndGet();
        known.clear();
        unknown.clear();
    }

    private @Nullable Entry fresh(String keyId) {
        Entry entry = known.get(keyId);
        if (entry == null) {
            entry = unknown.get(keyId);
        }
        return entry != null && entry.isFresh() ? entry : null;
    }

    private Entry read(String keyId) {
        acquire();
        try {
            Entry meanwhile = fresh(keyId);
            if (meanwhile != null) {
                return meanwhile;
            }
            long before = changes.get();
            Entry entry = new Entry(lookup.apply(keyId), System.nanoTime());
            remember(keyId, entry);
            // Looked at after remembering: a change that came in between must not be undone by what was read before it.
            if (changes.get() != before) {
                known.remove(keyId, entry);
                unknown.remove(keyId, entry);
            }
            return entry;
        } finally {
            lookups.release();
        }
    }

    private void acquire() {
        try {
            if (!lookups.tryAcquire(LOOKUP_WAIT.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new KeysUnreadable("too many keys are being looked up");
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new KeysUnreadable("stopped while waiting to look up a key");
        }
    }

    private void remember(String keyId, Entry entry) {
        ConcurrentMap<String, Entry> entries = entry.key() == null ? unknown : known;
        (entry.key() == null ? known : unknown).remove(keyId);
        if (entries.size() >= MAX_ENTRIES) {
            // Rare, and cheaper than an order of use: what is needed comes back with its next look-up.
            entries.clear();
        }
        entries.put(keyId, entry);
    }
}
