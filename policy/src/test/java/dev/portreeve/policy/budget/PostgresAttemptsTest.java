package dev.portreeve.policy.budget;

import static dev.portreeve.policy.budget.PurseFixture.BOT;
import static dev.portreeve.policy.budget.PurseFixture.NANO_A_TOKEN;
import static dev.portreeve.policy.budget.PurseFixture.organisation;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.policy.budget.BudgetOwner.Kind;
import dev.portreeve.policy.budget.FaultyJournal.Fault;
import dev.portreeve.policy.budget.PurseFixture.Ending;
import dev.portreeve.policy.budget.PurseFixture.Words;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.Clearance;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Usage;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PostgresAttemptsTest extends AttemptsContract {
    /** A time-ordered id, as calls have. */
    private static final UUID CALL = UUID.fromString("019a0000-0000-7abc-8def-0123456789ab");

    private static final UUID RAISE = UUID.fromString("019a0000-0000-9abc-8def-0123456789ab");

    @Override
    PurseFixture open() {
        return PostgresPurse.open(BudgetLedgerContract.NOON);
    }

    @AfterEach
    @Override
    void closePurse() {
        PostgresBudgetLedgerTest.assertReplayEqualsBalances(postgres());
        super.closePurse();
    }

    private PostgresPurse postgres() {
        return (PostgresPurse) purse;
    }

    private static LlmCall call(UUID id, long input, long output) {
        return new LlmCall(
                new CallId(id),
                BOT,
                new Resource.Model("fast"),
                "chat",
                Content.EMPTY,
                new Estimate(input, output, NANO_A_TOKEN),
                Deadline.in(Duration.ofMinutes(5)));
    }

    private List<String> postings() {
        return postgres()
                .query(
                        "SELECT call_id || ' ' || kind || ' ' || amount_nanos || ' ' || overrun_nanos FROM"
                                + " policy.posting ORDER BY call_id",
                        row -> row.getString(1));
    }

    @Test
    void the_id_of_a_raise_tells_which_calls_it_is() {
        assertEquals(
                RAISE,
                Hold.raise("acme", CALL, 1, PurseFixture.money(1), List.of(), Duration.ZERO, null)
                        .callId());
        assertEquals(CALL, Hold.raised(RAISE));
        assertNull(Hold.raised(CALL));
        assertNull(Hold.raised(UUID.randomUUID()));
    }

    @Test
    void the_closing_record_names_each_attempt_and_what_was_held_in_all() {
        purse.organise(organisation(1000L, null, 1000L));
        run(purse, call(CALL, 10, 20), (attempts, out) -> {
            attempts.failed(FAILED, true);
            assertTrue(attempts.begin(new Estimate(10, 40, NANO_A_TOKEN)));
            attempts.last(ANSWERED);
            return new Usage(10, 0, 30, Usage.Basis.REPORTED);
        });
        String closed = postgres().leaves(CALL).getLast();
        assertTrue(
                closed.contains(
                        "\"attempts\":[{\"charged_usd\":\"0.00000001\",\"model\":\"fast\",\"price_version\":\"test\","
                                + "\"provider\":\"openai\",\"result\":\"server\",\"status\":500,\"upstream_model\":\"gpt-5-mini\","
                                + "\"wait_ms\":0},{\"charged_usd\":\"0.00000004\",\"model\":\"fast\",\"price_version\":\"test\","
                                + "\"provider\":\"openai\",\"result\":\"answered\",\"upstream_model\":\"gpt-5\",\"wait_ms\":7}]"),
                closed);
        assertTrue(closed.contains("\"cost_usd\":\"0.00000005\""), closed);
        assertTrue(closed.contains("\"raised_to_usd\":\"0.00000006\""), closed);
        assertEquals(List.of(CALL + " settled 30 0", RAISE + " settled 20 0"), postings());
        assertEquals(List.of("call.opened", "call.closed"), purse.records(CALL));
    }

    @Test
    void a_call_that_tries_once_has_the_record_it_always_had() {
        purse.organise(organisation(1000L, null, 1000L));
        run(purse, call(CALL, 10, 20), (attempts, out) -> new Usage(10, 0, 20, Usage.Basis.REPORTED));
        String closed = postgres().leaves(CALL).getLast();
        assertTrue(!closed.contains("attempts") && !closed.contains("raised"), closed);
    }

    @Test
    void a_process_that_dies_in_its_second_attempt_is_charged_all_that_it_held() throws CallEnded {
        purse.organise(organisation(1000L, null, 100L));
        LlmCall call = call(CALL, 10, 20);
        AuditTrail forgotten = purse.trail(call);
        Reservation abandoned = purse.ledger().reserve(call, forgotten);
        abandoned
                .<Words>metered((cleared, out) -> {
                    cleared.attempts().failed(FAILED, true);
                    assertTrue(cleared.attempts().begin(new Estimate(10, 60, NANO_A_TOKEN)));
                    return Usage.UNREPORTED;
                })
                .execute(Clearance.of(Content.EMPTY), words -> {});
        postgres().writeHolds();
        assertEquals(80, purse.today(Kind.MEMBER, "bot").held());
        postgres().execute("UPDATE policy.hold SET expires_at = now() - interval '1 second'");
        ReservationSweeper sweeper =
                new ReservationSweeper(postgres().database.app().dataSource(), purse.audit(), postgres().ledger);
        assertEquals(2, sweeper.runOnce());
        assertEquals(new Balance(100, 0, 80, 0), purse.today(Kind.MEMBER, "bot"));
        assertEquals(List.of(CALL + " assumed 30 0", RAISE + " assumed 50 0"), postings());
        String raise = postgres().leaves(RAISE).getLast();
        assertTrue(raise.contains("\"raised_for\":\"" + CALL + "\""), raise);
        assertTrue(raise.contains("\"cost_usd\":\"0.00000005\""), raise);
        assertEquals(0, sweeper.runOnce());
    }

    @Test
    void a_raise_is_drawn_from_memory_where_a_lease_covers_it() {
        purse.organise(organisation(1_000_000L, null, 1_000_000L));
        for (int i = 0; i < 20; i++) {
            purse.run(PurseFixture.call(BOT, 100), new Ending.Reports(100));
        }
        run(purse, call(CALL, 0, 20), (attempts, out) -> {
            attempts.failed(FAILED, false);
            assertTrue(attempts.begin(new Estimate(0, 50, NANO_A_TOKEN)));
            assertEquals(
                    List.of(),
                    postgres()
                            .query(
                                    "SELECT call_id FROM policy.hold WHERE call_id::text LIKE '019a0000%'",
                                    row -> row.getString(1)),
                    "nobody waited for the database");
            return new Usage(0, 0, 45, Usage.Basis.REPORTED);
        });
        assertEquals(new Balance(1_000_000, 0, 2_045, 0), purse.today(Kind.MEMBER, "bot"));
        assertEquals(
                List.of(CALL + " settled 20 0", RAISE + " settled 25 0"),
                postings().stream().filter(row -> row.startsWith("019a0000")).toList());
    }

    @Test
    void two_replicas_that_raise_share_a_limit() {
        purse.organise(organisation(100L, null, 100L));
        try (PostgresPurse other = postgres().replica()) {
            run(purse, call(CALL, 0, 40), (attempts, out) -> {
                run(other, PurseFixture.call(BOT, 40), (others, sink) -> {
                    others.failed(FAILED, false);
                    assertTrue(!others.begin(new Estimate(0, 70, NANO_A_TOKEN)), "40 are held elsewhere");
                    assertTrue(others.begin(new Estimate(0, 60, NANO_A_TOKEN)));
                    return new Usage(0, 0, 60, Usage.Basis.REPORTED);
                });
                attempts.failed(FAILED, false);
                assertTrue(!attempts.begin(new Estimate(0, 41, NANO_A_TOKEN)), "60 are spent");
                assertTrue(attempts.begin(new Estimate(0, 40, NANO_A_TOKEN)));
                return new Usage(0, 0, 40, Usage.Basis.REPORTED);
            });
        }
        assertEquals(new Balance(100, 0, 100, 0), purse.today(Kind.MEMBER, "bot"));
    }

    /** Whatever becomes of the write of a raise: the attempt is not made, nothing stays held, and what may be billed is charged. */
    @ParameterizedTest
    @EnumSource(Fault.class)
    void a_raise_that_nobody_hears_of_leaves_nothing_held(Fault fault) {
        AtomicReference<FaultyJournal> journal = new AtomicReference<>();
        try (PostgresPurse broken = PostgresPurse.open(BudgetLedgerContract.NOON, real -> {
            journal.set(new FaultyJournal(real));
            return journal.get();
        })) {
            broken.organise(organisation(1000L, null, 100L));
            assertThrows(
                    EvidenceUnavailable.class,
                    () -> run(broken, call(CALL, 10, 20), (attempts, out) -> {
                        attempts.failed(FAILED, true);
                        journal.get().breakEntry(0, fault);
                        boolean begun = attempts.begin(new Estimate(10, 40, NANO_A_TOKEN));
                        throw new AssertionError("begun: " + begun);
                    }));
            // Entries are stored in order: when this one is, the last of the broken call is.
            broken.run(PurseFixture.call(PurseFixture.OTHER, 0), new Ending.Reports(0));
            assertEquals(new Balance(100, 0, 10, 0), broken.today(Kind.MEMBER, "bot"));
            assertEquals(List.of("call.opened", "call.closed"), broken.records(CALL));
            PostgresBudgetLedgerTest.assertReplayEqualsBalances(broken);
        }
    }
}
