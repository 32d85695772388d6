package dev.portreeve.policy.budget;

import static dev.portreeve.policy.budget.PurseFixture.BOT;
import static dev.portreeve.policy.budget.PurseFixture.call;
import static dev.portreeve.policy.budget.PurseFixture.organisation;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.policy.budget.FaultyJournal.Fault;
import dev.portreeve.policy.budget.PurseFixture.Ending;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.NanoUsd;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PostgresReconciliationTest {
    private static final Instant EVER = Instant.EPOCH;

    private FaultyJournal journal;
    private PostgresPurse purse;

    @BeforeEach
    void open() {
        purse = PostgresPurse.open(BudgetLedgerContract.NOON, real -> {
            journal = new FaultyJournal(real);
            return journal;
        });
    }

    @AfterEach
    void close() {
        purse.close();
    }

    private Reconciliation reconciled() {
        // Ids of these calls are random, and so are the moments that they say.
        Reconciliation all = new PostgresReconciliation(purse.database.app().dataSource())
                .of("acme", EVER, Instant.ofEpochMilli((1L << 47) - 1));
        assertTrue(all.agrees(), all::toString);
        return all;
    }

    @Test
    void aCallThatOnlyTokensBoundCostsDollarsThatNoBudgetKnows() {
        purse.organise(Purses.ofBot(Purses.ofTokens(1000)));
        purse.run(call(BOT, 100), new Ending.Reports(60));
        Reconciliation all = reconciled();
        assertEquals(new NanoUsd(60), all.unbudgeted());
        assertEquals(NanoUsd.ZERO, all.records());
    }

    /** Its hold is on disk and is given back with the record of the refusal, which speaks of no cost. */
    @Test
    void aCallWhoseAdmissionNobodyHeardOfCostsNothing() {
        purse.organise(organisation(null, null, 1000L));
        LlmCall call = call(BOT, 100);
        journal.breakEntry(0, Fault.FAILS_BUT_PERSISTED);
        try (AuditTrail trail = purse.trail(call)) {
            assertThrows(EvidenceUnavailable.class, () -> purse.ledger().reserve(call, trail));
        }
        assertEquals(NanoUsd.ZERO, reconciled().ledger());
    }

    /** No foreign key says that a posting has a hold: this does. */
    @Test
    void whatWasPostedForNoHoldIsFound() {
        purse.organise(organisation(null, null, 1000L));
        LlmCall call = call(BOT, 100);
        purse.run(call, new Ending.Reports(60));
        assertEquals(new NanoUsd(60), reconciled().ledger());
        purse.execute("DELETE FROM policy.hold WHERE call_id = '" + call.id().value() + "'");
        Reconciliation all = new PostgresReconciliation(purse.database.app().dataSource())
                .of("acme", EVER, Instant.ofEpochMilli((1L << 47) - 1));
        assertFalse(all.agrees(), all::toString);
    }
}
