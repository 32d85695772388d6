package dev.portreeve.gateway.lag;

import dev.portreeve.audit.JournalState;
import dev.portreeve.audit.lag.Behind;
import dev.portreeve.audit.lag.LogLag;
import dev.portreeve.gateway.config.AuditLagConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What of the evidence is further behind than configured. Stateless. */
final class Concerns {
    /** After this, a refusal says nothing about now: somebody must try again. */
    private static final Duration RECENT = Duration.ofSeconds(30);
    /** How old an answer of the database may be and still count. */
    private static final Duration FRESH = Duration.ofMinutes(1);

    private final AuditLagConfig bounds;
    private final Duration checkpointEvery;

    /** @param checkpointEvery how long a record is unsigned in the ordinary course */
    Concerns(AuditLagConfig bounds, Duration checkpointEvery) {
        this.bounds = bounds;
        this.checkpointEvery = checkpointEvery;
    }

    List<Concern> of(
            Instant now,
            JournalState journal,
            @Nullable LogLag log,
            @Nullable Instant logAt,
            @Nullable String problem) {
        List<Concern> concerns = new ArrayList<>();
        journal(now, journal, concerns);
        if (problem != null) {
            concerns.add(new Concern(Concern.Part.SIGNING, false, problem));
        }
        if (log == null || logAt == null || logAt.plus(FRESH).isBefore(now)) {
            concerns.add(new Concern(
                    Concern.Part.SIGNING, false, "the database does not say how far indexes and signatures are"));
            return concerns;
        }
        behind(now, log.unsigned(), bounds.signedWithin().plus(checkpointEvery), Concern.Part.SIGNING, concerns);
        behind(now, log.unsearched(), bounds.foundWithin(), Concern.Part.SEARCH, concerns);
        return concerns;
    }

    private void journal(Instant now, JournalState journal, List<Concern> concerns) {
        Instant refused = journal.refusedForRoom();
        if (journal.oldestWait().compareTo(bounds.storedWithin()) > 0) {
            add(
                    concerns,
                    "an entry waits for the database since "
                            + journal.oldestWait().toMillis() + " ms");
        } else if (journal.queued() >= journal.capacity() / 2) {
            add(concerns, journal.queued() + " entries wait for the database, " + journal.capacity() + " may");
        } else if (refused != null && refused.plus(RECENT).isAfter(now)) {
            add(concerns, "the database took no record at " + refused + ": it has no room, or is read-only");
        }
    }

    private static void add(List<Concern> concerns, String detail) {
        concerns.add(new Concern(Concern.Part.JOURNAL, true, detail));
    }

    private static void behind(Instant now, Behind behind, Duration bound, Concern.Part part, List<Concern> concerns) {
        Duration age = behind.age(now);
        if (age.compareTo(bound) > 0) {
            concerns.add(new Concern(
                    part, false, behind.records() + " records wait, the first since " + age.toSeconds() + " s"));
        }
    }
}
