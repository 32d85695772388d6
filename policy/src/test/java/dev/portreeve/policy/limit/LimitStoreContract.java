package dev.portreeve.policy.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What every {@link LimitStore} does. */
abstract class LimitStoreContract {
    private static final Limit.Owner OWNER = new Limit.Owner("acme", Limit.Kind.TENANT, "acme");
    private static final Limit MINUTE =
            limit(new LimitConfig(60L, null, null, Duration.ofMinutes(1), 60L, List.of(), List.of(), List.of(), null));
    private static final Limit SINGLE =
            limit(new LimitConfig(60L, null, null, Duration.ofMinutes(1), 1L, List.of(), List.of(), List.of(), null));
    private static final Limit SLOTS =
            limit(new LimitConfig(null, null, 4, null, null, List.of(), List.of(), List.of(), null));

    private final UUID a = UUID.randomUUID();
    private final UUID b = UUID.randomUUID();

    abstract LimitStore store();

    /** Lets the store's time pass. */
    abstract void pass(Duration time);

    private static Limit limit(LimitConfig config) {
        return new Limit(OWNER, config);
    }

    private static RateShare rate(Limit limit) {
        return new RateShare(limit.key(), limit, () -> 0);
    }

    private static SlotShare slots() {
        return new SlotShare(SLOTS.key(), SLOTS, 0);
    }

    private void renew(UUID replica, Share share) {
        share.closeRound(0);
        store().renew(replica, List.of(share));
    }

    @Test
    void oneAloneGetsEverythingAtOnce() {
        assertFalse(store().beat(a).known(), "its first word");
        assertTrue(store().beat(a).known());
        RateShare share = rate(MINUTE);
        renew(a, share);
        assertEquals(Gcra.PARTS, share.held());
        assertEquals(0, share.take(60, 0), "with a whole burst");
        SlotShare slots = slots();
        renew(a, slots);
        assertEquals(4, slots.held());
    }

    @Test
    void aNewcomerGetsItsPartAtTheOthersNextTurn() {
        RateShare first = rate(MINUTE);
        RateShare second = rate(MINUTE);
        store().beat(a);
        store().beat(b);
        renew(a, first);
        assertEquals(0, first.take(30, 0));
        assertTrue(second.take(1, 0) > 0);
        renew(b, second);
        assertEquals(0, second.held(), "nothing is free");
        assertEquals(Set.of(MINUTE.key()), store().beat(a).asked());
        renew(a, first);
        assertTrue(first.held() < Gcra.PARTS);
        renew(b, second);
        assertTrue(second.held() > 0);
        assertTrue(first.held() + second.held() <= Gcra.PARTS);
        assertEquals(Set.of(), store().beat(a).asked());
    }

    @Test
    void partsMoveWithTheirDebt() {
        RateShare first = rate(MINUTE);
        store().beat(a);
        renew(a, first);
        assertEquals(0, first.take(60, 0));
        store().release(a, List.of(first));
        assertEquals(0, first.held());
        RateShare second = rate(MINUTE);
        renew(b, second);
        assertEquals(Gcra.PARTS, second.held());
        // The time it took the store to come here has paid off a little.
        assertTrue(second.take(59, 0) > 0, "the burst is used up");
        store().release(b, List.of(second));
        pass(Duration.ofSeconds(61));
        RateShare third = rate(MINUTE);
        renew(a, third);
        assertEquals(0, third.take(60, 0), "time has paid it off");
    }

    @Test
    void whatADeadReplicaHeldIsFreeAndUsedUp() {
        RateShare first = rate(MINUTE);
        RateShare second = rate(MINUTE);
        store().beat(a);
        renew(a, first);
        renew(b, second);
        assertEquals(0, second.held());
        pass(LimitStore.DEAD_AFTER.plusSeconds(1));
        store().beat(b);
        renew(b, second);
        assertEquals(Gcra.PARTS, second.held());
        assertTrue(second.take(59, 0) > 0, "nobody knows how much of it the dead one used");
        assertFalse(store().beat(a).known(), "it hears that it counted as dead");
    }

    @Test
    void whoLivesKeepsItsShare() {
        RateShare first = rate(MINUTE);
        store().beat(a);
        renew(a, first);
        for (int i = 0; i < 5; i++) {
            pass(LimitStore.DEAD_AFTER.minusSeconds(3));
            assertTrue(store().beat(a).known());
            store().beat(b);
        }
        RateShare second = rate(MINUTE);
        renew(b, second);
        assertEquals(0, second.held());
    }

    @Test
    void whatOnlyOneCanHaveGoesRound() {
        RateShare first = rate(SINGLE);
        RateShare second = rate(SINGLE);
        store().beat(a);
        store().beat(b);
        int firstHad = 0;
        int secondHad = 0;
        for (int i = 0; i < 20; i++) {
            long unused = first.take(1, 0) + second.take(1, 0);
            renew(a, first);
            renew(b, second);
            firstHad += first.held() == Gcra.PARTS ? 1 : 0;
            secondHad += second.held() == Gcra.PARTS ? 1 : 0;
            pass(Duration.ofSeconds(1));
            store().beat(a);
            store().beat(b);
        }
        assertTrue(firstHad >= 3 && secondHad >= 3, () -> "not in turns");
    }

    @Test
    void slotsInUseAreNotGivenUp() {
        SlotShare first = slots();
        SlotShare second = slots();
        store().beat(a);
        store().beat(b);
        renew(a, first);
        for (int i = 0; i < 4; i++) {
            assertEquals(0, first.take(1, 0));
        }
        assertTrue(second.take(1, 0) > 0);
        renew(b, second);
        renew(a, first);
        renew(b, second);
        assertEquals(4, first.held());
        assertEquals(0, second.held());
        first.giveBack(1, 0);
        assertTrue(second.take(1, 0) > 0);
        renew(a, first);
        renew(b, second);
        assertEquals(3, first.held());
        assertEquals(1, second.held());
    }

    @Test
    void slotsOfADeadReplicaAreFreeAgainWhatRanThere() {
        SlotShare dead = slots();
        SlotShare living = slots();
        store().beat(a);
        store().beat(b);
        renew(a, dead);
        for (int i = 0; i < 4; i++) {
            assertEquals(0, dead.take(1, 0));
        }
        assertTrue(living.take(1, 0) > 0);
        renew(b, living);
        assertEquals(0, living.held(), "they run");
        pass(LimitStore.DEAD_AFTER.plusSeconds(1));
        store().beat(b);
        renew(b, living);
        assertEquals(4, living.held());
        assertEquals(0, living.take(1, 0), "nothing of a call that died with its gateway stays occupied");
        assertFalse(store().beat(a).known(), "it hears that it counted as dead");
    }

    @Test
    void leavingFreesWhatWasHeld() {
        RateShare first = rate(MINUTE);
        store().beat(a);
        renew(a, first);
        store().leave(a);
        RateShare second = rate(MINUTE);
        store().beat(b);
        renew(b, second);
        assertEquals(Gcra.PARTS, second.held());
    }

    @Test
    void limitsNobodyUsesAreForgottenAndBeginAnew() {
        RateShare first = rate(MINUTE);
        store().beat(a);
        renew(a, first);
        store().release(a, List.of(first));
        pass(Duration.ofDays(3));
        store().sweep();
        RateShare second = rate(MINUTE);
        store().beat(b);
        renew(b, second);
        assertEquals(Gcra.PARTS, second.held());
        assertEquals(0, second.take(60, 0));
    }
}
