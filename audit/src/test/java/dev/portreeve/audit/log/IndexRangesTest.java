package dev.portreeve.audit.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Ranges join where they meet. */
class IndexRangesTest {
    @Test
    void neighboursAndOverlapsAreOne() {
        IndexRanges ranges = IndexRanges.parse(List.of("10-12", "0-4", "5", "11-20", "30"));
        assertEquals(List.of("0-5", "10-20", "30"), ranges.texts());
        assertEquals(
                List.of("0-31"),
                ranges.and(IndexRanges.parse(List.of("6-9", "21-31"))).texts());
        assertEquals(3, ranges.and(IndexRanges.NONE).texts().size());
        assertEquals(6 + 11 + 1, ranges.count());
    }

    @Test
    void whatIsInOne() {
        IndexRanges ranges = IndexRanges.parse(List.of("0-5", "10-20"));
        for (long inside : List.of(0L, 5L, 10L, 20L)) {
            assertTrue(ranges.contains(inside));
        }
        for (long outside : List.of(6L, 9L, 21L, Long.MAX_VALUE)) {
            assertFalse(ranges.contains(outside));
        }
        assertFalse(IndexRanges.NONE.contains(0));
    }

    @Test
    void someOfThem() {
        IndexRanges ranges = IndexRanges.parse(List.of("0-5", "10-20", "30"));
        assertEquals(List.of("4-5", "10-12"), ranges.between(4, 13).texts());
        assertTrue(ranges.between(6, 10).isEmpty());
        assertTrue(ranges.between(11, 31).within(ranges));
        assertTrue(IndexRanges.parse(List.of("1-3", "4-5")).within(ranges), "they meet");
        assertFalse(IndexRanges.parse(List.of("5-10")).within(ranges));
        assertFalse(IndexRanges.parse(List.of("21")).within(ranges));
    }

    @Test
    void whatIsNoRangeIsRefused() {
        for (String wrong : List.of("", "a", "5-4", "-1", "1-2-3", "1234567890123456")) {
            assertThrows(IllegalArgumentException.class, () -> IndexRanges.parse(List.of(wrong)), wrong);
        }
    }
}
