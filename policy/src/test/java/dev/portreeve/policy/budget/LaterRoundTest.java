package dev.portreeve.policy.budget;

import static dev.portreeve.policy.budget.PurseFixture.BOT;
import static dev.portreeve.policy.budget.PurseFixture.organisation;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.audit.Facts;
import dev.portreeve.policy.budget.BudgetOwner.Kind;
import dev.portreeve.policy.budget.FaultyJournal.Fault;
import dev.portreeve.policy.call.BatchItem;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.Clearance;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.Usage;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls that end in a later round than the one that held their money: once, whatever goes wrong and whoever tries. */
class LaterRoundTest {
    private FaultyJournal journal;
    private PostgresPurse purse;

    @BeforeEach
    void open() {
        purse = PostgresPurse.open("2026-05-14T12:00:00Z", real -> {
            journal = new FaultyJournal(real);
            return journal;
        });
        purse.organise(organisation(1000L, null, 100L));
    }

    @AfterEach
    void close() {
        PostgresBudgetLedgerTest.assertReplayEqualsBalances(purse);
        purse.close();
    }

    private LlmCall held(long worst) throws CallEnded {
        LlmCall call = PurseFixture.call(BOT, worst).in(new BatchItem("batch_1", "one", true));
        try (AuditTrail trail = purse.trail(call)) {
            try (Reservation reservation = purse.ledger().reserve(call, trail)) {
                reservation.leave();
            }
            Objects.requireNonNull(trail.opened()).await();
            trail.leave();
        }
        return call;
    }

    private static void end(PostgresPurse replica, LlmCall call, long tokens) throws CallEnded {
        try (AuditTrail trail = replica.audit().resume("acme", call.id().value())) {
            try (Reservation reservation = replica.ledger().resume(call, trail)) {
                Usage usage = new Usage(0, 0, tokens, Usage.Basis.REPORTED);
                Usage ignored = reservation
                        .<PurseFixture.Words>metered((input, out) -> usage)
                        .execute(Clearance.of(Content.EMPTY), words -> {});
            }
            trail.conclude(new Facts().put("outcome", "completed")).await();
        }
    }

    private List<String> postings() {
        return purse.query(
                "SELECT kind || ' ' || amount_nanos FROM policy.posting ORDER BY at", row -> row.getString(1));
    }

    private void assertEndedOnce(LlmCall call) {
        assertEquals(List.of("settled 30"), postings());
        assertEquals(
                List.of("call.opened", "call.closed"), purse.records(call.id().value()));
        assertEquals(new Balance(100, 0, 30, 0), purse.today(Kind.MEMBER, "bot"));
    }

    @Test
    void whatIsHeldStaysHeldUntilTheLaterRound() throws CallEnded {
        LlmCall call = held(70);
        assertEquals(new Balance(100, 70, 0, 0), purse.today(Kind.MEMBER, "bot"));
        end(purse, call, 30);
        assertEndedOnce(call);
    }

    @Test
    void twoReplicasEndItOnce() throws CallEnded {
        LlmCall call = held(70);
        try (PostgresPurse other = purse.replica()) {
            end(other, call, 30);
            end(purse, call, 30);
        }
        assertEndedOnce(call);
    }

    /** The round is made again, as whoever looks after batches does. */
    @ParameterizedTest
    @EnumSource
    void whateverBecomesOfItsWriteItEndsOnce(Fault fault) throws CallEnded {
        LlmCall call = held(70);
        journal.breakEntry(0, fault);
        assertThrows(EvidenceUnavailable.class, () -> end(purse, call, 30));
        end(purse, call, 30);
        assertEndedOnce(call);
    }

    @Test
    void aBillAboveWhatIsHeldIsAnOverrun() throws CallEnded {
        LlmCall call = held(70);
        end(purse, call, 90);
        assertEquals(List.of("settled 70"), postings());
        assertEquals(new Balance(100, 0, 70, 20), purse.today(Kind.MEMBER, "bot"));
    }
}
