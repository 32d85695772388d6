package dev.portreeve.policy.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class BalanceTest {
    @Test
    void whatIsHeldSpentAndOverrunIsNotLeft() {
        assertEquals(1, new Balance(10, 2, 3, 4).remaining());
        assertEquals(7, new Balance(10, 2, 3, 4).spent());
    }

    @Test
    void underALoweredLimitLessThanNothingIsLeft() {
        assertEquals(-5, new Balance(10, 5, 10, 0).remaining());
        assertEquals(0, new Balance(10, 5, 10, 0).debt());
        assertEquals(2, new Balance(10, 5, 11, 1).debt());
        assertEquals(0, new Balance(10, 0, 0, 0).debt());
    }

    @Test
    void anOverrunStopsAtTheTop() {
        Balance full = new Balance(10, 5, 0, Long.MAX_VALUE - 1).resolve(5, 5, 100);
        assertEquals(new Balance(10, 0, 5, Long.MAX_VALUE), full);
        assertEquals(Long.MAX_VALUE, full.spent());
        assertEquals(5 - Long.MAX_VALUE, full.remaining());
        assertEquals(Long.MIN_VALUE, new Balance(0, 0, Long.MAX_VALUE, Long.MAX_VALUE).remaining());
    }

    @Test
    void arithmeticThatOverflowsIsABug() {
        Balance empty = new Balance(Long.MAX_VALUE, Long.MAX_VALUE, 0, 0);
        assertThrows(ArithmeticException.class, () -> empty.hold(1));
    }
}
