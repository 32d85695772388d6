package dev.portreeve.gateway.lag;

import dev.portreeve.audit.JournalState;
import dev.portreeve.audit.lag.LagReader;
import dev.portreeve.audit.lag.LogLag;
import dev.portreeve.gateway.config.AuditLagConfig;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every few seconds how far the evidence is, says in the process's log when something falls behind and when it caught up, and
 * answers from memory what health checks ask. {@link #run} on a thread of its own, until {@link #close}. Thread-safe.
 */
public final class EvidenceWatch implements Runnable, AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(EvidenceWatch.class);
    private static final Duration EVERY = Duration.ofSeconds(5);

    private final Observed observed;
    private final LagReader reader;
    private final Leaving.Reader outside;
    private final Concerns concerns;
    private final LeavingConcerns leavingConcerns;
    private final InstantSource clock;
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile @Nullable Reading last;
    private Set<Concern.Part> behind = EnumSet.noneOf(Concern.Part.class);

    /**
     * What of this process is watched; asked often, from any thread, and must not block.
     *
     * @param problem why some log is not signed any more
     * @param openCalls how many calls have not ended
     */
    public record Observed(
            Supplier<JournalState> journal, Supplier<@Nullable String> problem, LongSupplier openCalls) {}

    private record Reading(LogLag log, Leaving leaving, Instant at) {}

    /**
     * @param outside how what leaves is
     * @param checkpointEvery how long a record is unsigned in the ordinary course
     */
    public EvidenceWatch(
            Observed observed,
            LagReader reader,
            Leaving.Reader outside,
            AuditLagConfig bounds,
            Duration checkpointEvery,
            InstantSource clock) {
        this.observed = observed;
        this.reader = reader;
        this.outside = outside;
        this.leavingConcerns = new LeavingConcerns(bounds);
        this.concerns = new Concerns(bounds, checkpointEvery);
        this.clock = clock;
    }

    @Override
    public void run() {
        try {
            do {
                read();
                tell(state(last));
            } while (!closing.await(EVERY.toNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void read() {
        try {
            last = new Reading(reader.read(), outside.read(), clock.instant());
        } catch (SQLException away) {
            LOGGER.debug("how far the log is cannot be read: SQLSTATE {}", away.getSQLState());
        }
    }

    private void tell(EvidenceState state) {
        Set<Concern.Part> now = EnumSet.noneOf(Concern.Part.class);
        for (Concern concern : state.concerns()) {
            if (now.add(concern.part()) && !behind.contains(concern.part())) {
                LOGGER.warn("evidence: {}: {}", concern.part().code(), concern.detail());
            }
        }
        for (Concern.Part part : behind) {
            if (!now.contains(part)) {
                LOGGER.info("evidence: {}: caught up", part.code());
            }
        }
        behind = now;
    }

    private EvidenceState state(@Nullable Reading reading) {
        Instant now = clock.instant();
        JournalState journal = observed.journal().get();
        String problem = observed.problem().get();
        LogLag log = reading == null ? null : reading.log();
        Instant at = reading == null ? null : reading.at();
        Leaving leaving = reading == null ? null : reading.leaving();
        List<Concern> found = new ArrayList<>(concerns.of(now, journal, log, at, problem));
        if (leaving != null) {
            found.addAll(leavingConcerns.of(now, leaving));
        }
        return new EvidenceState(
                now, journal, log, at, leaving, problem, observed.openCalls().getAsLong(), found);
    }

    /** What is further behind than it may be, by what was read last; does not block. */
    public List<Concern> concerns() {
        return state(last).concerns();
    }

    /** How far it is now; asks the database, and has what it said last where it does not answer. Blocks. */
    public EvidenceState state() {
        read();
        return state(last);
    }

    @Override
    public void close() {
        closing.countDown();
    }
}
