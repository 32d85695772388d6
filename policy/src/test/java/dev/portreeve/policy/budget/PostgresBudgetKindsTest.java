package dev.portreeve.policy.budget;

import static dev.portreeve.policy.budget.PurseFixture.BOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.call.Labels;
import dev.portreeve.policy.call.Subject;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PostgresBudgetKindsTest extends BudgetKindsContract {
    /** Of every rolling window: what it says it has spent is what its pieces say. */
    private static final String PIECES = """
            SELECT w.budget_id || ': ' || w.settled_nanos || ' but ' || coalesce(sum(b.settled_nanos), 0)
            FROM policy.budget_window w
            LEFT JOIN policy.budget_bucket b
                ON (b.tenant, b.budget_id, b.starts_at) = (w.tenant, w.budget_id, w.starts_at)
            WHERE w.starts_at = '1970-01-01T00:00:01Z'
            GROUP BY w.tenant, w.budget_id, w.starts_at
            HAVING (w.settled_nanos, w.overrun_nanos::numeric)
                IS DISTINCT FROM (coalesce(sum(b.settled_nanos), 0), coalesce(sum(b.overrun_nanos), 0))
                OR w.held_nanos + w.settled_nanos + w.leased_nanos > w.limit_nanos""";

    private PostgresPurse postgres() {
        return (PostgresPurse) purse;
    }

    @Override
    PurseFixture open() {
        return PostgresPurse.open(NOON);
    }

    @AfterEach
    @Override
    void closePurse() {
        assertEquals(List.of(), postgres().query(PIECES, row -> row.getString(1)));
        super.closePurse();
    }

    @Test
    void aCallerCannotMakeSessionsWithoutEnd() {
        purse.organise(Purses.ofBot(Purses.of(100).perSession(), Purses.of(1000)));
        postgres()
                .execute("INSERT INTO policy.budget_window (tenant, budget_id, starts_at, limit_nanos)"
                        + " SELECT 'acme', 'member:bot:total:per-session~s-' || n, '1970-01-01T00:00:00Z', 100"
                        + " FROM generate_series(1, 10000) AS n");
        Subject known = BOT.saying(new Labels("s-7", List.of()));
        Subject another = BOT.saying(new Labels("s-10001", List.of()));
        completes(model(known, "fast", 10), 10);
        assertEquals(
                "total budget of member bot for per-session has no room for another session: it counts 10000 by now",
                denied(model(another, "fast", 10)));
        completes(model(known, "fast", 10), 10);
        postgres()
                .execute("UPDATE policy.budget_window SET used_at = now() - interval '31 days'"
                        + " WHERE budget_id = 'member:bot:total:per-session~s-8'");
        assertEquals(1, new PostgresSessionCounts(postgres().database.app().dataSource()).forget());
        completes(model(another, "fast", 10), 10);
    }

    @Test
    void aRollingBudgetOfSeveralReplicasIsNeverPassed() throws Exception {
        purse.organise(Purses.ofBot(Purses.of(10_000).rolling("PT5H"), Purses.of(1_000_000)));
        Random random = new Random(5);
        try (PostgresPurse other = postgres().replica()) {
            for (int turn = 0; turn < 60; turn++) {
                PostgresPurse replica = random.nextBoolean() ? postgres() : other;
                long worst = random.nextLong(900);
                replica.run(call(worst), new PurseFixture.Ending.Reports(random.nextLong(worst + 2)));
                if (random.nextInt(4) == 0) {
                    purse.age(Duration.ofMinutes(random.nextLong(90)));
                }
                assertEquals(List.of(), postgres().query(PIECES, row -> row.getString(1)), "turn " + turn);
            }
        }
        long pieces = postgres()
                .query("SELECT count(*) FROM policy.budget_bucket", row -> row.getLong(1))
                .getFirst();
        assertTrue(pieces <= BudgetTurn.PIECES + 2, "rows: " + pieces);
    }
}
