package dev.portreeve.gateway.admin;

import dev.portreeve.audit.JournalState;
import dev.portreeve.audit.lag.Behind;
import dev.portreeve.audit.lag.LogLag;
import dev.portreeve.gateway.lag.Concern;
import dev.portreeve.gateway.lag.EvidenceState;
import dev.portreeve.gateway.lag.Leaving;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer of {@code /api/v1/audit/status}.
 *
 * @param status {@code ok}, {@code degraded} (calls go on) or {@code down}
 * @param log {@code null} while the database does not say
 * @param leaving the same of what goes to other systems and to anchors
 */
record EvidenceStatus(
        String status,
        Instant at,
        List<Worry> concerns,
        Journal journal,
        @Nullable Log log,
        @Nullable Outside leaving,
        long openCalls) {

    record Worry(String part, boolean stopsCalls, String detail) {}

    /** This process's way to the disk. */
    record Journal(
            int queued,
            int capacity,
            int writing,
            long oldestWaitMs,
            @Nullable Instant lastCommit,
            long stored,
            long refused) {}

    /** What is on disk, of all processes. */
    record Log(
            long unindexed,
            long unsigned,
            long unsignedForMs,
            @Nullable Instant lastSigned,
            long unsearched,
            long unsearchedForMs,
            @Nullable String problem,
            List<Tenant> tenants) {}

    record Tenant(
            String tenant, long size, long signed, @Nullable Instant signedAt) {}

    /** What leaves this database. */
    record Outside(List<Delivering> deliveries, long undelivered, long undeliveredForMs, List<Anchored> anchors) {}

    record Delivering(
            String delivery,
            long behind,
            int failing,
            int held,
            @Nullable String failure) {}

    record Anchored(
            String anchor,
            @Nullable Instant confirmedAt,
            int failures,
            @Nullable String problem) {}

    static EvidenceStatus of(EvidenceState state) {
        return new EvidenceStatus(
                state.status(),
                state.at(),
                state.concerns().stream().map(EvidenceStatus::worry).toList(),
                journal(state.journal()),
                log(state),
                outside(state),
                state.openCalls());
    }

    private static Worry worry(Concern concern) {
        return new Worry(concern.part().code(), concern.stopsCalls(), concern.detail());
    }

    private static Journal journal(JournalState journal) {
        return new Journal(
                journal.queued(),
                journal.capacity(),
                journal.writing(),
                journal.oldestWait().toMillis(),
                journal.lastCommit(),
                journal.stored(),
                journal.refused());
    }

    private static @Nullable Log log(EvidenceState state) {
        LogLag log = state.log();
        if (log == null) {
            return null;
        }
        Behind unsigned = log.unsigned();
        Duration unsearched = log.unsearched().age(state.at());
        return new Log(
                log.unindexed().records(),
                unsigned.records(),
                unsigned.age(state.at()).toMillis(),
                log.lastSigned(),
                log.unsearched().records(),
                unsearched.toMillis(),
                state.problem(),
                log.logs().stream()
                        .map(each -> new Tenant(each.tenant(), each.size(), each.signed(), each.signedAt()))
                        .toList());
    }

    private static @Nullable Outside outside(EvidenceState state) {
        Leaving leaving = state.leaving();
        if (leaving == null) {
            return null;
        }
        return new Outside(
                leaving.deliveries().stream()
                        .map(each -> new Delivering(
                                each.delivery(), each.behind(), each.failing(), each.held(), each.failure()))
                        .toList(),
                leaving.undelivered(),
                new Behind(leaving.undelivered(), leaving.undeliveredSince())
                        .age(state.at())
                        .toMillis(),
                leaving.anchors().stream()
                        .map(each -> new Anchored(each.anchor(), each.confirmedAt(), each.failures(), each.problem()))
                        .toList());
    }
}
