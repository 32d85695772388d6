package dev.portreeve.hub.price;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.definition.ToolSchema;
import dev.portreeve.hub.price.ToolPrice.ArgumentPrice;
import dev.portreeve.hub.price.ToolPrice.BytesPrice;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Tariff;
import dev.portreeve.policy.call.Tariff.Measure;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What operators say that tools cost, held to definitions. */
class ToolPricesTest {
    private static final NanoUsd CENT = NanoUsd.ofUsd("0.01");
    private static final ToolSchema SCHEMA = new ToolSchema(RawJson.of("""
            {"type":"object","properties":{
              "n":{"type":"integer","maximum":8,"default":2},
              "below":{"type":"number","exclusiveMaximum":3.5},
              "free":{"type":"integer"},
              "absurd":{"type":"integer","maximum":1e400,"default":-3},
              "urls":{"type":"array","items":{"type":"string"},"maxItems":5,"default":["a"]},
              "text":{"type":"string","maxLength":100,"default":"abc"},
              "either":{"anyOf":[{"type":"integer","maximum":4},{"type":"null"}]},
              "deep":{"type":"object","properties":{"n":{"type":"number","maximum":7}}}}}"""));

    private static BigDecimal number(String text) {
        return text == null ? null : new BigDecimal(text);
    }

    private static ToolPrices.Fitted fitted(String argument, Measure of, String atMost, String absent) {
        ArgumentPrice price = new ArgumentPrice(argument, of, CENT, number(atMost), number(absent));
        return new ToolPrices(NanoUsd.ZERO, List.of(new ToolPrice("*", null, List.of(price), null, null)), 1000)
                .of("tool", SCHEMA);
    }

    @ParameterizedTest
    @CsvSource({
        "n, NUMBER, , , 8, 2",
        "n, NUMBER, 5, , 5, 2",
        "n, NUMBER, 1, , 1, 1",
        "n, NUMBER, 20, 4, 8, 4",
        "/n, NUMBER, , 0, 8, 0",
        "below, NUMBER, , , 3.5, 3.5",
        "free, NUMBER, 9, , 9, 9",
        "absurd, NUMBER, 9, , 9, 9",
        "urls, ITEMS, , , 5, 1",
        "text, CHARACTERS, , , 100, 3",
        "either, NUMBER, 6, 1, 6, 1",
        "deep.n, NUMBER, , , 7, 7",
        "/deep/n, NUMBER, 3, , 3, 3",
    })
    void theMostAndWhatAnAbsentOneCounts(
            String argument, Measure of, String atMost, String absent, String most, String counts) {
        ToolPrices.Fitted fitted = fitted(argument, of, atMost, absent);
        assertNull(fitted.misfit());
        Tariff.PerUnit unit = fitted.tariff().perUnit().getFirst();
        assertEquals(0, new BigDecimal(most).compareTo(unit.atMost()), unit::toString);
        assertEquals(0, new BigDecimal(counts).compareTo(unit.absent()), unit::toString);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gone | NUMBER | has no argument \"gone\"",
                "n.x | NUMBER | has no argument \"n.x\"",
                "deep.x | NUMBER | has no argument \"deep.x\"",
                "n | ITEMS | is of type number, and its price is of items",
                "urls | NUMBER | is of type array, and its price is of number",
                "free | NUMBER | says no most of argument \"free\"",
                "absurd | NUMBER | says no most",
                "either | NUMBER | says no most",
            })
    void whatCannotBePricedIsSaid(String argument, Measure of, String why) {
        String misfit = fitted(argument, of, null, null).misfit();
        assertNotNull(misfit);
        assertTrue(misfit.contains(why.strip()), misfit);
    }

    @Test
    void theFirstPriceThatCoversCounts() {
        ToolPrices prices = new ToolPrices(
                CENT,
                List.of(
                        new ToolPrice("read*", NanoUsd.ZERO, List.of(), null, null),
                        new ToolPrice(
                                "*_all",
                                null,
                                List.of(),
                                new BytesPrice(CENT, 100L, null),
                                new BytesPrice(CENT, null, 5000L))),
                1000);
        assertEquals(NanoUsd.ZERO, prices.of("read_all", SCHEMA).tariff().perCall());
        assertEquals(CENT, prices.of("write", SCHEMA).tariff().perCall());
        Tariff all = prices.of("write_all", SCHEMA).tariff();
        assertEquals(CENT, all.perCall());
        assertEquals(new Tariff.PerBytes(CENT, 100, 1 << 20), all.argumentBytes());
        assertEquals(new Tariff.PerBytes(CENT, 1, 1000), all.resultBytes(), "no more than is taken from a server");
        assertEquals(all.resultBytes(), prices.ofLaterResult("write_all").resultBytes());
        assertEquals(Tariff.FREE, prices.ofLaterResult("write"));
        assertFalse(prices.areFree());
        ToolPrice free = new ToolPrice("*", NanoUsd.ZERO, List.of(), null, null);
        assertTrue(new ToolPrices(CENT, List.of(free), 1).areFree());
        assertTrue(ToolPrices.FREE.areFree());
    }

    @Test
    void nonsenseIsRefusedWhenItIsWritten() {
        BigDecimal two = BigDecimal.TWO;
        assertThrows(IllegalArgumentException.class, () -> new ArgumentPrice("a..b", null, CENT, two, null));
        assertThrows(IllegalArgumentException.class, () -> new ArgumentPrice("", null, CENT, two, null));
        assertThrows(IllegalArgumentException.class, () -> new ArgumentPrice("n", null, CENT, BigDecimal.ZERO, null));
        assertThrows(IllegalArgumentException.class, () -> new ArgumentPrice("n", null, CENT, BigDecimal.ONE, two));
        assertThrows(IllegalArgumentException.class, () -> new BytesPrice(CENT, 0L, null));
        assertThrows(IllegalArgumentException.class, () -> new ToolPrice("t", new NanoUsd(-1), List.of(), null, null));
        List<ArgumentPrice> twice = List.of(
                new ArgumentPrice("a.b", null, CENT, two, null), new ArgumentPrice("/a/b", null, CENT, two, null));
        assertThrows(IllegalArgumentException.class, () -> new ToolPrice("t", null, twice, null, null));
    }
}
