package dev.portreeve.policy.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is done every few seconds costs what there is to do, and not what there ever was: no plan reads a table of the ledger whole. */
class LongLedgerTest {
    private static final String MANY = "generate_series(1, 40000) AS n";

    private PostgresPurse purse;

    @BeforeEach
    void fill() {
        purse = PostgresPurse.open("2026-05-14T12:00:00Z");
        purse.execute("INSERT INTO policy.chain VALUES ('00000000-0000-8000-8000-000000000000', 'acme', '{}', '{}')");
        purse.execute(
                "INSERT INTO policy.hold (tenant, call_id, amount_nanos, chain, expires_at, resolved, charged_nanos,"
                        + " overrun_nanos) SELECT 'acme', gen_random_uuid(), 7, '00000000-0000-8000-8000-000000000000', now(),"
                        + " 'settled', 5, 0 FROM " + MANY);
        purse.execute("INSERT INTO policy.hold (tenant, call_id, amount_nanos, chain, expires_at)"
                + " SELECT 'acme', gen_random_uuid(), 7, '00000000-0000-8000-8000-000000000000',"
                + " now() - n * interval '1 second' FROM " + MANY);
        purse.execute("INSERT INTO policy.later_posting (tenant, call_id, kind, amount_nanos, overrun_nanos)"
                + " SELECT tenant, call_id, 'settled', 5, 0 FROM policy.hold WHERE resolved IS NULL");
        for (String table : List.of("hold", "later_posting", "chain", "overrun_warning", "parked_hold")) {
            purse.execute("ANALYZE policy." + table);
        }
    }

    @AfterEach
    void close() {
        purse.close();
    }

    private List<String> wholeReads(String sql) {
        return purse.query("EXPLAIN " + sql, row -> row.getString(1)).stream()
                .filter(line -> line.contains("Seq Scan on hold") || line.contains("Seq Scan on later_posting"))
                .toList();
    }

    @Test
    void lookingForExpiredHolds() {
        String since = "now() - interval '10 seconds'";
        assertEquals(List.of(), wholeReads(filled(PostgresExpiredHolds.FIND, since, "500")));
    }

    /** As a gateway does that was away for longer than the table is. */
    @Test
    void lookingForExpiredHoldsAfterALongTime() {
        assertEquals(List.of(), wholeReads(filled(PostgresExpiredHolds.FIND, "now() - interval '1 day'", "500")));
    }

    @Test
    void lookingForCallsThatWereBilledMoreThanWasHeld() {
        assertEquals(List.of(), wholeReads(filled(PostgresBudgetWatch.OVERRUNS, "500")));
    }

    private static String filled(String sql, String... values) {
        String filled = sql;
        for (int i = 0; i < values.length; i++) {
            filled = filled.replace("{" + i + "}", values[i]);
        }
        return filled;
    }
}
