package dev.portreeve.policy.budget;

import static dev.portreeve.db.policy.Tables.HELD_CALL;

import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.db.policy.tables.records.HeldCallRecord;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;

/** Finds what a call holds that another round of it held. Thread-safe. */
final class PostgresLaterHolds {
    private final DSLContext database;

    PostgresLaterHolds(DSLContext database) {
        this.database = database;
    }

    /**
     * The hold, resolved or not; blocks for one row.
     *
     * @throws EvidenceUnavailable if the database does not answer
     */
    LaterHold of(String tenant, UUID call) {
        try {
            HeldCallRecord row = database.selectFrom(HELD_CALL)
                    .where(HELD_CALL.TENANT.eq(tenant))
                    .and(HELD_CALL.CALL_ID.eq(call))
                    .fetchOne();
            return row == null ? LaterHold.NOTHING : read(row);
        } catch (DataAccessException down) {
            throw new EvidenceUnavailable("what call " + call + " holds cannot be read", down);
        }
    }

    private static LaterHold read(HeldCallRecord row) {
        List<WindowKey> windows = new ArrayList<>();
        String[] budgets = row.getBudgetIds();
        OffsetDateTime[] starts = row.getWindowStarts();
        for (int i = 0; budgets != null && i < budgets.length; i++) {
            windows.add(new WindowKey(row.getTenant(), budgets[i], starts[i].toInstant()));
        }
        Long[] stored = row.getAmounts();
        return LaterHold.read(
                windows,
                row.getAmountNanos(),
                stored == null
                        ? null
                        : Stream.of(stored).mapToLong(Long::longValue).toArray());
    }
}
