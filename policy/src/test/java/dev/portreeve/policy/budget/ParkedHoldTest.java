package dev.portreeve.policy.budget;

import static dev.portreeve.policy.budget.PurseFixture.BOT;
import static dev.portreeve.policy.budget.PurseFixture.call;
import static dev.portreeve.policy.budget.PurseFixture.organisation;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.JournalEntry;
import dev.portreeve.policy.budget.BudgetOwner.Kind;
import dev.portreeve.policy.budget.FrailDatabase.Fault;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.LlmCall;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is kept for tickets, on PostgreSQL: each write with each way in which its commit can go wrong, and crashes in between. */
class ParkedHoldTest {
    private static final UUID TICKET = UUID.fromString("0190d1c3-6f0e-7e0a-9b5c-2f6d1a4b8c3e");

    private PostgresPurse purse;
    private FrailDatabase frail;
    private PostgresPurse other;

    @BeforeEach
    void open() {
        purse = PostgresPurse.open("2026-05-14T12:00:00Z");
        frail = new FrailDatabase(purse.database.app().dataSource());
        other = purse.replica(journal -> journal, frail.dataSource());
        purse.organise(organisation(1000L, null, 100L));
        other.organise(organisation(1000L, null, 100L));
    }

    @AfterEach
    void close() {
        purse.rest();
        other.rest();
        PostgresBudgetLedgerTest.assertReplayEqualsBalances(purse);
        other.close();
        purse.close();
    }

    private static void ends(PostgresPurse by, LlmCall call, Consumer<Reservation> how) {
        try (AuditTrail trail = by.trail(call)) {
            try (Reservation reservation = by.ledger().reserve(call, TICKET, trail)) {
                how.accept(reservation);
            }
            trail.conclude(new Facts()).await();
        } catch (CallEnded e) {
            throw new AssertionError(e);
        }
    }

    private static LlmCall parked(PostgresPurse by) {
        LlmCall call = call(BOT, 60);
        ends(by, call, reservation -> reservation.park(TICKET));
        return call;
    }

    private static void takenOver(PostgresPurse by) {
        // Two would be more than the budget has.
        ends(by, call(BOT, 60), reservation -> {});
    }

    /** There is no such ticket any more. */
    private static int givenBack(PostgresPurse by) {
        return new ParkedHoldSweeper(by.database.app().dataSource(), by.audit(), by.ledger).runOnce();
    }

    private void assertHeld(long nanos) {
        assertEquals(nanos, purse.today(Kind.MEMBER, "bot").held());
    }

    private List<String> postings() {
        return purse.query(
                "SELECT kind || ' ' || amount_nanos FROM policy.posting ORDER BY at", row -> row.getString(1));
    }

    private List<String> kept() {
        return purse.query("SELECT call_id::text FROM policy.parked_hold", row -> row.getString(1));
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void itIsKeptOnceHoweverItsCommitGoes(Fault fault) {
        LlmCall call = call(BOT, 60);
        ends(other, call, reservation -> {
            frail.breakNext(fault);
            reservation.park(TICKET);
        });
        assertHeld(60);
        assertEquals(List.of(call.id().toString()), kept());
        assertEquals(1, givenBack(purse));
        assertHeld(0);
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void itIsTakenOverOnceHoweverThatCommitGoes(Fault fault) {
        LlmCall call = parked(purse);
        frail.breakNext(fault);
        takenOver(other);
        assertHeld(0);
        assertEquals(List.of(), kept());
        assertEquals(List.of("released 0", "released 0"), postings());
        assertEquals(0, givenBack(purse));
        assertEquals(
                List.of("call.opened", "call.closed"), purse.records(call.id().value()));
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void itIsGivenBackOnceHoweverThatCommitGoes(Fault fault) {
        LlmCall call = parked(purse);
        frail.breakNext(fault);
        assertEquals(1, givenBack(other));
        assertEquals(0, givenBack(purse));
        assertHeld(0);
        assertEquals(List.of("released 0"), postings());
        assertEquals(
                List.of("call.opened", "call.closed"), purse.records(call.id().value()));
    }

    @Test
    void aSweeperThatFoundTheHoldBeforeItWasKeptDoesNotChargeIt() {
        LlmCall call = parked(purse);
        List<WindowKey> windows = purse.above(call).stream().map(Level::key).toList();
        Settlement late = Settlement.assumed("acme", call.id().value(), windows, Amounts.same(60));
        other.audit()
                .append(JournalEntry.of(other.ledger, late, () -> ReservationSweeper.events(late)))
                .await();
        assertEquals(Settlement.Result.RESOLVED_BEFORE, late.result());
        assertHeld(60);
        assertEquals(List.of(), postings());
        assertEquals(1, givenBack(purse));
    }

    @Test
    void whoTookItOverAndDiedIsChargedAndTheFirstIsNot() throws CallEnded {
        LlmCall first = parked(purse);
        LlmCall second = call(BOT, 60);
        AuditTrail forgotten = other.trail(second);
        Reservation ignored = other.ledger().reserve(second, TICKET, forgotten);
        assertHeld(60);
        purse.execute("UPDATE policy.hold SET expires_at = now() - interval '1 second'");
        assertEquals(
                1, new ReservationSweeper(purse.database.app().dataSource(), purse.audit(), purse.ledger).runOnce());
        assertEquals(List.of("released 0", "assumed 60"), postings());
        assertHeld(0);
        assertEquals(
                List.of("call.opened", "call.closed"), purse.records(first.id().value()));
    }

    @Test
    void aTicketKeepsTheMoneyOfOneCallAlone() throws CallEnded {
        LlmCall first = call(BOT, 30);
        LlmCall second = call(BOT, 30);
        try (AuditTrail trail = purse.trail(first)) {
            try (Reservation reservation = purse.ledger().reserve(first, TICKET, trail)) {
                ends(other, second, held -> held.park(TICKET));
                reservation.park(TICKET);
            }
            trail.conclude(new Facts()).await();
        }
        assertEquals(List.of(second.id().toString()), kept());
        assertHeld(30);
        assertEquals(1, givenBack(purse));
    }
}
