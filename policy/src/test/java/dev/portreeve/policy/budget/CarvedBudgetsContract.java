package dev.portreeve.policy.budget;

import static dev.portreeve.policy.budget.PurseFixture.BOT;
import static dev.portreeve.policy.budget.PurseFixture.call;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.budget.PurseFixture.Ending;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Carve;
import dev.portreeve.policy.call.Confines;
import dev.portreeve.policy.call.Delegation;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Subject;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every ledger promises of budgets that keys give the keys they make. */
abstract class CarvedBudgetsContract {
    static final String CHILD = "childchild01";
    static final String GRANDCHILD = "childchild02";

    PurseFixture purse;

    abstract PurseFixture open();

    /** A key that was given so much exists. */
    abstract void exists(String keyId, Carve carve);

    @BeforeEach
    void openPurse() {
        purse = open();
    }

    @AfterEach
    void closePurse() {
        purse.close();
    }

    static Carve carve(long nanos) {
        return new Carve(new NanoUsd(nanos), Carve.Window.TOTAL, ZoneOffset.UTC);
    }

    static Confines given(Carve carve) {
        return new Confines(null, null, null, null, null, carve);
    }

    private static Subject key(String id, Delegation way) {
        return new Subject("acme", "support", Subject.Kind.AGENT, "bot", id).by(way);
    }

    private static Subject child(Carve carve) {
        return key(CHILD, new Delegation(List.of(BOT.keyId()), List.of(given(carve))));
    }

    private long spent(String budget) {
        return purse.balance(new WindowKey("acme", budget, Instant.EPOCH)).spent();
    }

    private void completes(Subject subject, long nanos) {
        CallOutcome outcome = purse.run(call(subject, nanos), new Ending.Reports(nanos));
        assertInstanceOf(CallOutcome.Completed.class, outcome, outcome::toString);
    }

    private String denied(Subject subject, long nanos) {
        return assertInstanceOf(CallOutcome.Denied.class, purse.run(call(subject, nanos), new Ending.Reports(nanos)))
                .denial()
                .detail();
    }

    @Test
    void aChildSpendsWhatItWasGivenAndItsParentsPayIt() {
        purse.organise(Purses.ofBot(
                List.of(Purses.of(1000).config()), List.of(Purses.of(500).config())));
        exists(CHILD, carve(100));
        completes(child(carve(100)), 60);
        String said = denied(child(carve(100)), 41);
        assertTrue(said.startsWith("total budget of key " + CHILD + " is exhausted: limit $0.0000001"), said);
        completes(child(carve(100)), 40);
        assertEquals(100, spent("key:" + CHILD + ":carved:usd"));
        assertEquals(100, spent("key:" + BOT.keyId() + ":total"));
        assertEquals(100, spent("member:bot:total"));
        completes(BOT, 400);
        assertEquals(500, spent("key:" + BOT.keyId() + ":total"));
    }

    @Test
    void whatTheParentSpentItselfIsNobodysAnyMore() {
        purse.organise(Purses.ofBot(List.of(), List.of(Purses.of(500).config())));
        exists(CHILD, carve(300));
        completes(BOT, 450);
        String said = denied(child(carve(300)), 51);
        assertTrue(said.startsWith("total budget of key " + BOT.keyId()), said);
        completes(child(carve(300)), 50);
    }

    @Test
    void aGrandchildPaysFromEveryGiftAbove() {
        purse.organise(Purses.ofBot());
        exists(CHILD, carve(100));
        exists(GRANDCHILD, carve(80));
        Subject grandchild = key(
                GRANDCHILD, new Delegation(List.of(BOT.keyId(), CHILD), List.of(given(carve(100)), given(carve(80)))));
        completes(child(carve(100)), 30);
        denied(grandchild, 81);
        denied(grandchild, 71);
        completes(grandchild, 70);
        denied(child(carve(100)), 1);
        assertEquals(100, spent("key:" + CHILD + ":carved:usd"));
        assertEquals(70, spent("key:" + GRANDCHILD + ":carved:usd"));
    }

    @Test
    void whoWasGivenNothingOfItsOwnHasWhatItsParentHas() {
        purse.organise(Purses.ofBot());
        exists(CHILD, carve(100));
        Subject grandchild =
                key(GRANDCHILD, new Delegation(List.of(BOT.keyId(), CHILD), List.of(given(carve(100)), Confines.NONE)));
        completes(grandchild, 100);
        denied(child(carve(100)), 1);
    }
}
