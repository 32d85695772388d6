package dev.portreeve.gateway.lag;

import dev.portreeve.audit.JournalState;
import dev.portreeve.audit.lag.LogLag;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far the evidence is at one moment.
 *
 * @param at when
 * @param journal this process's
 * @param log that of all processes; {@code null} while the database does not say
 * @param logAt when the database said so
 * @param leaving how what leaves is; {@code null} while the database does not say
 * @param problem why some log is not signed any more, as far as this process knows
 * @param openCalls calls of this process that were admitted and have not ended
 * @param concerns what is further behind than it may be
 */
public record EvidenceState(
        Instant at,
        JournalState journal,
        @Nullable LogLag log,
        @Nullable Instant logAt,
        @Nullable Leaving leaving,
        @Nullable String problem,
        long openCalls,
        List<Concern> concerns) {
    public EvidenceState {
        concerns = List.copyOf(concerns);
    }

    /** {@code down}, {@code degraded} or {@code ok}. */
    public String status() {
        if (concerns.stream().anyMatch(Concern::stopsCalls)) {
            return "down";
        }
        return concerns.isEmpty() ? "ok" : "degraded";
    }
}
