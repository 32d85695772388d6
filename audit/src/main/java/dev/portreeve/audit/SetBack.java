package dev.portreeve.audit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out when this process's clock shows an earlier time than before, and says so in the log ahead of the first record that then
 * seems older than it is. For the journal's writer alone.
 */
public final class SetBack {
    private static final Logger LOGGER = LoggerFactory.getLogger(SetBack.class);
    /** What a clock is corrected by in passing is less. */
    private static final Duration NOTHING = Duration.ofSeconds(1);

    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(6).toFormatter(Locale.ROOT);

    private final InstantSource clock;
    private final @Nullable JournalOwner owner;
    private Instant latest = Instant.EPOCH;

    SetBack(InstantSource clock, @Nullable JournalOwner owner) {
        this.clock = clock;
        this.owner = owner;
    }

    /**
     * Looks at the clock, and puts what there is to say before everything else. Nothing in a batch is younger than this look; what
     * happens while nothing is recorded shows with the next entry.
     */
    void sayBefore(List<Pending> batch, Duration awaitLimit) {
        Instant now = clock.instant();
        if (owner != null && now.isBefore(latest.minus(NOTHING))) {
            List<AuditEvent> events = events(owner, latest, now);
            batch.addFirst(new Pending(
                    new JournalEntry<>(null, null, () -> events),
                    Pending.Pace.HURRIED,
                    now.truncatedTo(ChronoUnit.MICROS),
                    awaitLimit));
        }
        latest = now;
    }

    /**
     * The events of a clock that was set back: one in each log, since each is also read without the others.
     *
     * @param owner whose clock
     * @param before the latest time that it showed
     * @param after what it shows now
     */
    public static List<AuditEvent> events(JournalOwner owner, Instant before, Instant after) {
        long millis = Duration.between(after, before).toMillis();
        LOGGER.warn("the clock was set back by {} ms at least", millis);
        return Stream.concat(Stream.of(AuditEvent.INSTANCE), owner.tenants().stream())
                .map(tenant -> new AuditEvent(
                        tenant,
                        EventKind.CLOCK_SET_BACK,
                        null,
                        new Facts()
                                .put("clock_before", text(before))
                                .put("clock_after", text(after))
                                .put("by_ms", millis)
                                .put("process", owner.process().toString())))
                .toList();
    }

    /** A time as records have it. */
    public static String text(Instant time) {
        return TIME.format(time.truncatedTo(ChronoUnit.MICROS));
    }
}
