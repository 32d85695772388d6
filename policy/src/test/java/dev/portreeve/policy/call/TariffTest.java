package dev.portreeve.policy.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The arithmetic of what tools cost, against exact fractions worked out another way, and its edges. */
class TariffTest {
    private static final int ROUNDS = 3000;
    private static final NanoUsd CENT = NanoUsd.ofUsd("0.01");

    private static Arguments arguments(String json) {
        return assertInstanceOf(Arguments.Valid.class, Arguments.parse(json.getBytes(StandardCharsets.UTF_8)))
                .arguments();
    }

    private static Tariff.PerUnit unit(String name, Tariff.Measure of, NanoUsd usd, long most, long absent) {
        return new Tariff.PerUnit(
                name, List.of(name.split("\\.")), of, usd, BigDecimal.valueOf(most), BigDecimal.valueOf(absent));
    }

    private static Tariff of(Tariff.PerUnit... units) {
        return new Tariff(NanoUsd.ZERO, List.of(units), null, null, "test");
    }

    private static Quote quote(Tariff tariff, String json) {
        return assertInstanceOf(Tariff.Priced.class, tariff.offer(arguments(json)))
                .quote();
    }

    private static String why(Tariff tariff, String json) {
        return assertInstanceOf(Tariff.Unpriced.class, tariff.offer(arguments(json)))
                .why();
    }

    /** A random call with what it costs, worked out with fractions whose parts are rounded up one by one. */
    private record Case(Tariff tariff, String json, BigInteger fixed) {
        static Case of(Random random) {
            NanoUsd perCall = new NanoUsd(random.nextLong(2_000_000_000L));
            List<Tariff.PerUnit> units = new ArrayList<>();
            List<String> members = new ArrayList<>();
            BigInteger sum = BigInteger.valueOf(perCall.nanos());
            int count = random.nextInt(4);
            for (int i = 0; i < count; i++) {
                Tariff.Measure of = Tariff.Measure.values()[random.nextInt(3)];
                NanoUsd usd = new NanoUsd(random.nextLong(3_000_000_000L));
                int most = 1 + random.nextInt(60);
                int absent = random.nextInt(most + 1);
                units.add(unit("a" + i, of, usd, most, absent));
                // Thousandths, so that fractions of units are among them.
                long thousandths = of == Tariff.Measure.NUMBER
                        ? random.nextLong(most * 1000L + 1)
                        : random.nextInt(most + 1) * 1000L;
                boolean there = random.nextInt(4) > 0;
                if (there) {
                    members.add("\"a" + i + "\":" + value(of, thousandths, random));
                }
                BigInteger nanos = BigInteger.valueOf(usd.nanos())
                        .multiply(BigInteger.valueOf(there ? thousandths : absent * 1000L));
                sum = sum.add(up(nanos, BigInteger.valueOf(1000)));
            }
            String json = "{" + String.join(" , ", members) + "}";
            Tariff.PerBytes bytes = random.nextBoolean()
                    ? new Tariff.PerBytes(
                            new NanoUsd(random.nextLong(9_000_000_000L)), 1 + random.nextInt(5000), 1 << 20)
                    : null;
            if (bytes != null) {
                sum = sum.add(up(
                        BigInteger.valueOf(bytes.usd().nanos())
                                .multiply(BigInteger.valueOf(arguments(json).canonical().length)),
                        BigInteger.valueOf(bytes.per())));
            }
            Tariff.PerBytes result = new Tariff.PerBytes(
                    new NanoUsd(random.nextLong(9_000_000_000L)),
                    1 + random.nextInt(5000),
                    1 + random.nextInt(100_000));
            return new Case(new Tariff(perCall, units, bytes, result, "test"), json, sum);
        }

        private static String value(Tariff.Measure of, long thousandths, Random random) {
            int whole = (int) (thousandths / 1000);
            return switch (of) {
                case NUMBER -> BigDecimal.valueOf(thousandths, 3).toPlainString();
                case ITEMS -> "[" + String.join(",", java.util.Collections.nCopies(whole, "{\"x\":[1,{}]}")) + "]";
                case CHARACTERS -> "\"" + (random.nextBoolean() ? "\uD83D\uDE00" : "\u00e9").repeat(whole) + "\"";
            };
        }
    }

    private static BigInteger up(BigInteger numerator, BigInteger denominator) {
        return numerator.add(denominator).subtract(BigInteger.ONE).divide(denominator);
    }

    @Test
    void whatIsChargedIsExactAndNeverMoreThanWhatIsHeld() {
        for (int seed = 0; seed < ROUNDS; seed++) {
            Random random = new Random(seed);
            Case one = Case.of(random);
            String told = "seed " + seed + ": " + one;
            Quote quote = quote(one.tariff(), one.json());
            assertEquals(one.fixed(), BigInteger.valueOf(quote.fixed().nanos()), told);
            Estimate estimate = Estimate.of(quote);
            long bytes = random.nextLong(quote.mostResultBytes() + 1);
            Tariff.PerBytes price = one.tariff().resultBytes();
            BigInteger result = up(
                    BigInteger.valueOf(price.usd().nanos()).multiply(BigInteger.valueOf(bytes)),
                    BigInteger.valueOf(price.per()));
            assertEquals(result, BigInteger.valueOf(quote.result(bytes).nanos()), told);
            NanoUsd charged = estimate.price().of(Usage.NO_TOKENS).plus(quote.result(bytes));
            assertTrue(charged.compareTo(estimate.worstCase()) <= 0, told);
            assertTrue(estimate.worstCase().compareTo(Estimate.of(one.tariff()).worstCase()) <= 0, told);
            assertEquals(
                    estimate.worstCase(),
                    Estimate.of(one.tariff(), arguments(one.json())).worstCase(),
                    told);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"n\":\"3\"}     | must be a number",
                "{\"n\":[3]}       | must be a number",
                "{\"n\":true}      | must be a number",
                "{\"n\":-0.1}      | must not be below 0",
                "{\"n\":10.1}      | more than the 10",
                "{\"n\":1e308}     | more than the 10",
                "{\"l\":{\"x\":3}} | must be a list",
                "{\"l\":{\"x\":[1,2,3]}} | more than the 2",
                "{\"l\":[]}        | must be a list",
                "{\"t\":7}         | must be a text",
                "{\"t\":\"abcd\"}  | more than the 3",
            })
    void whatHasNoPriceIsRefusedAndNamed(String json, String why) {
        Tariff tariff = of(
                unit("n", Tariff.Measure.NUMBER, CENT, 10, 1),
                unit("l.x", Tariff.Measure.ITEMS, CENT, 2, 0),
                unit("t", Tariff.Measure.CHARACTERS, CENT, 3, 0));
        assertTrue(why(tariff, json).contains(why), () -> why(tariff, json));
        assertEquals(
                NanoUsd.ofUsd("0.15"),
                Estimate.of(tariff, arguments(json)).worstCase(),
                "as dear as any, until it is refused");
    }

    @Test
    void absentAndNullCountAsSaid() {
        Tariff tariff = of(unit("a.b", Tariff.Measure.NUMBER, CENT, 10, 4));
        for (String json : List.of("{}", "{\"a\":null}", "{\"a\":{}}", "{\"a\":{\"b\":null}}", "{\"a\":{\"c\":9}}")) {
            Quote quote = quote(tariff, json);
            assertEquals(NanoUsd.ofUsd("0.04"), quote.fixed(), json);
            assertTrue(quote.lines().getFirst().absent(), json);
        }
        assertEquals(NanoUsd.ZERO, quote(tariff, "{\"a\":{\"b\":0}}").fixed());
    }

    @Test
    void equalArgumentsCostTheSameHoweverTheyAreSpelt() {
        Tariff tariff = new Tariff(
                NanoUsd.ZERO,
                List.of(unit("n", Tariff.Measure.NUMBER, CENT, 500, 0)),
                new Tariff.PerBytes(CENT, 1, 100),
                null,
                "test");
        assertEquals(
                quote(tariff, "{\"n\":100,\"t\":\"A\"}").fixed(),
                quote(tariff, " { \"t\" : \"\\u0041\", \"n\":1e2 }").fixed());
        assertTrue(why(tariff, "{\"t\":\"" + "x".repeat(100) + "\"}").contains("has a price for 100"));
    }

    @Test
    void whatCannotBeCountedThrowsAndIsNeverSmall() {
        NanoUsd huge = new NanoUsd(Long.MAX_VALUE / 2);
        Tariff tariff = of(unit("n", Tariff.Measure.NUMBER, huge, 1000, 0));
        assertThrows(ArithmeticException.class, () -> tariff.offer(arguments("{\"n\":3}")));
        assertEquals(
                new NanoUsd(Long.MAX_VALUE),
                Estimate.of(tariff, arguments("{\"n\":3}")).worstCase());
        Tariff result = new Tariff(huge, List.of(), null, new Tariff.PerBytes(huge, 1, 5), "test");
        assertThrows(
                ArithmeticException.class,
                () -> Estimate.of(quote(result, "{}")).worstCase());
    }

    @Test
    void impossiblePricesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> unit("n", Tariff.Measure.NUMBER, CENT, 3, 4));
        assertThrows(IllegalArgumentException.class, () -> unit("n", Tariff.Measure.NUMBER, new NanoUsd(-1), 3, 1));
        assertThrows(IllegalArgumentException.class, () -> new Tariff.PerBytes(CENT, 0, 1));
    }
}
