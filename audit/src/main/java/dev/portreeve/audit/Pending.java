package dev.portreeve.audit;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An entry on its way to the disk, and the receipt its owner holds. */
final class Pending implements Receipt {
    /** How often a long wait looks whether it is of any use: commits are quicker. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final JournalEntry<?> entry;
    private final Pace pace;
    private final long since = System.nanoTime();
    private final Instant at;
    private final Duration awaitLimit;
    private final Supplier<@Nullable String> trouble;
    private final CountDownLatch ended = new CountDownLatch(1);
    /** Given out once and used again on each retry, so that a record that was stored after all is not stored twice. */
    private final List<UUID> ids = new ArrayList<>(1);

    private final AtomicReference<Place> place = new AtomicReference<>(Place.WAITS);
    private int used;
    private volatile @Nullable List<UUID> stored;
    private volatile @Nullable String failure;

    /** Where it is. */
    private enum Place {
        WAITS,
        /** On its way to the database. */
        SENT,
        /** By whoever awaited it: it is not stored any more. */
        GIVEN_UP
    }

    /** Before it is sent; false if it was given up. Writer thread only. */
    boolean send() {
        return place.compareAndSet(Place.WAITS, Place.SENT) || place.get() == Place.SENT;
    }

    /** After it was sent and found no room: nothing of it is stored. Writer thread only. */
    void waitAgain() {
        place.compareAndSet(Place.SENT, Place.WAITS);
    }

    /** How it stands to the others. */
    enum Pace {
        /** Somebody may wait for it, and it depends on nothing that waits for company. */
        AHEAD,
        /** Somebody may wait for it, and what was appended before goes before. */
        HURRIED,
        /** Nobody waits for it. */
        UNHURRIED
    }

    Pending(JournalEntry<?> entry, Pace pace, Instant at, Duration awaitLimit) {
        this(entry, pace, at, awaitLimit, () -> null);
    }

    /** @param trouble why waiting is of no use now; {@code null} while it is */
    Pending(JournalEntry<?> entry, Pace pace, Instant at, Duration awaitLimit, Supplier<@Nullable String> trouble) {
        this.entry = entry;
        this.pace = pace;
        this.at = at;
        this.awaitLimit = awaitLimit;
        this.trouble = trouble;
    }

    JournalEntry<?> entry() {
        return entry;
    }

    Pace pace() {
        return pace;
    }

    /** When it was appended, by the clock of {@link System#nanoTime}. */
    long since() {
        return since;
    }

    /** When the entry was appended, which is when the event happened. */
    Instant at() {
        return at;
    }

    /** Whether its records had their ids before, and so may be stored. Writer thread only. */
    boolean isTried() {
        return !ids.isEmpty();
    }

    /** Asks for the entry's events and names them. Writer thread only. */
    List<AuditEvent> events(RecordIds source) {
        List<AuditEvent> events = entry.events().get();
        used = events.size();
        while (ids.size() < used) {
            ids.add(source.next(at));
        }
        return events;
    }

    UUID id(int event) {
        return ids.get(event);
    }

    void durable() {
        stored = List.copyOf(ids.subList(0, used));
        ended.countDown();
    }

    /** Does nothing to an entry that is durable already. */
    void fail(String reason) {
        if (stored == null) {
            failure = reason;
            ended.countDown();
        }
    }

    @Override
    public void await() {
        if (stored != null) {
            return;
        }
        if (!awaitEnd()) {
            boolean open = entry.kept() || !place.compareAndSet(Place.WAITS, Place.GIVEN_UP);
            throw new EvidenceUnavailable("the record was not stored within " + awaitLimit.toMillis()
                    + " ms: the database is down or too slow" + (open ? "; it may be stored yet" : ""));
        }
        if (stored == null) {
            throw new EvidenceUnavailable(Objects.requireNonNull(failure));
        }
    }

    private boolean awaitEnd() {
        long deadline = System.nanoTime() + awaitLimit.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    long left = deadline - System.nanoTime();
                    if (ended.await(Math.min(left, LOOK_NANOS), TimeUnit.NANOSECONDS)) {
                        return true;
                    }
                    String said = trouble.get();
                    if (said != null && (entry.kept() || place.compareAndSet(Place.WAITS, Place.GIVEN_UP))) {
                        throw new EvidenceUnavailable(said);
                    }
                    if (left <= LOOK_NANOS) {
                        return false;
                    }
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public boolean isDurable() {
        return stored != null;
    }

    @Override
    public List<UUID> recordIds() {
        List<UUID> known = stored;
        if (known == null) {
            throw new IllegalStateException(
                    "the ids of records are known once they are durable: await the receipt first");
        }
        return known;
    }
}
