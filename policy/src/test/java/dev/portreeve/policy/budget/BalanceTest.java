package dev.portreeve.policy.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class BalanceTest {
    private static final long TEN = 10;

    @Test
    void whatIsHeldSpentAndOverrunIsNotLeft() {
        assertEquals(1, new Balance(10, 2, 3, 4).remaining(TEN));
        assertEquals(7, new Balance(10, 2, 3, 4).spent());
    }

    @Test
    void theLowerOfTwoLimitsCounts() {
        assertEquals(10, new Balance(20, 0, 0, 0).remaining(TEN));
        assertEquals(5, new Balance(5, 0, 0, 0).remaining(TEN));
        assertEquals(-5, new Balance(20, 5, 10, 0).remaining(TEN));
    }

    @Test
    void anOverrunStopsAtTheTop() {
        Balance full = new Balance(10, 5, 0, Long.MAX_VALUE - 1).resolve(5, 5, 100);
        assertEquals(new Balance(10, 0, 5, Long.MAX_VALUE), full);
        assertEquals(Long.MAX_VALUE, full.spent());
        assertEquals(5 - Long.MAX_VALUE, full.remaining(TEN));
        assertEquals(Long.MIN_VALUE, new Balance(Long.MAX_VALUE, 0, Long.MAX_VALUE, Long.MAX_VALUE).remaining(0));
    }

    @Test
    void arithmeticThatOverflowsIsABug() {
        Balance empty = new Balance(Long.MAX_VALUE, Long.MAX_VALUE, 0, 0);
        assertThrows(ArithmeticException.class, () -> empty.hold(1));
    }
}
