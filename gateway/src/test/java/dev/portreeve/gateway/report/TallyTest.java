package dev.portreeve.gateway.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Counting in memory that has a bound. */
class TallyTest {
    @Test
    void theLargestComesFirstAndMoneyIsExact() {
        Tally tally = new Tally(List.of("model"), "calls", "cost_usd");
        tally.add(List.of("a"), "calls", 1);
        tally.addUsd(List.of("a"), "cost_usd", "0.000000001");
        tally.add(List.of("b"), "calls", 2);
        tally.addUsd(List.of("b"), "cost_usd", "12.5");
        tally.addUsd(List.of("b"), "cost_usd", "not money");
        assertEquals(
                "[{\"model\":\"b\",\"calls\":2,\"cost_usd\":\"12.5\"},{\"model\":\"a\",\"calls\":1,\"cost_usd\":\"0.000000001\"}]",
                tally.json().toString());
    }

    @Test
    void beyondTheBoundTheRestIsOneRow() {
        Tally tally = Tally.counting("name");
        for (int i = 0; i < 10_000; i++) {
            tally.count("name " + i);
        }
        JsonNode rows = tally.json();
        assertEquals(501, rows.size());
        assertEquals(Tally.OTHERS, rows.path(500).path("name").asString(""));
        assertEquals(9500, rows.path(500).path("count").asLong());
        assertEquals(10_000, tally.total("count"));
    }

    @Test
    void quantilesAreThreePercentTooLargeAtMost() {
        Spread spread = new Spread();
        assertEquals(0, spread.quantile(0.5));
        long[] values = new Random(7).longs(10_001, 0, 90_000_000).sorted().toArray();
        for (long value : values) {
            spread.add(value);
        }
        for (double share : new double[] {0.001, 0.5, 0.95, 1}) {
            long exact = values[(int) Math.ceil(share * values.length) - 1];
            long said = spread.quantile(share);
            assertTrue(said >= exact && said <= exact * 1.04, share + ": " + said + " for " + exact);
        }
        Spread few = new Spread();
        few.add(-5);
        few.add(Long.MAX_VALUE);
        assertEquals(0, few.quantile(0.5));
        assertEquals(Long.MAX_VALUE, few.quantile(1));
    }
}
