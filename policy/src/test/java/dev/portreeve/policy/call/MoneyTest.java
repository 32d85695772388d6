package dev.portreeve.policy.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MoneyTest {
    private static Price price(String input, String cached, String output, String call) {
        return new Price(
                NanoUsd.ofUsd(input), NanoUsd.ofUsd(cached), NanoUsd.ofUsd(output), NanoUsd.ofUsd(call), "test");
    }

    @ParameterizedTest
    @CsvSource({
        "0,0",
        "0.15,0.15",
        "1.500000000,1.5",
        "100,100",
        "0.000000001,0.000000001",
        "9223372036.854775807,9223372036.854775807",
        "-2.5,-2.5"
    })
    void readsAndWritesDecimals(String text, String written) {
        assertEquals(written, NanoUsd.ofUsd(text).toDecimal());
    }

    @Test
    void refusesWhatItCannotHold() {
        assertThrows(ArithmeticException.class, () -> NanoUsd.ofUsd("0.0000000001"));
        assertThrows(ArithmeticException.class, () -> NanoUsd.ofUsd("9223372036.854775808"));
        assertThrows(NumberFormatException.class, () -> NanoUsd.ofUsd("ten"));
        NanoUsd top = new NanoUsd(Long.MAX_VALUE);
        assertThrows(ArithmeticException.class, () -> top.plus(new NanoUsd(1)));
        assertThrows(ArithmeticException.class, () -> new NanoUsd(-2).minus(top));
    }

    /** Written out they would have more digits than fit into memory. */
    @ParameterizedTest
    @ValueSource(strings = {"1e600000000", "-1e600000000", "1e2147483647", "1e-600000000", "1e-2147483647", "0.1e-9"})
    void refusesAnyExponentAtOnce(String text) {
        assertThrows(ArithmeticException.class, () -> NanoUsd.ofUsd(text));
    }

    @Test
    void readsExponents() {
        assertEquals(new NanoUsd(5), NanoUsd.ofUsd("0.5e-8"));
        assertEquals(NanoUsd.ofUsd("9000000000"), NanoUsd.ofUsd("9E+9"));
        assertEquals(NanoUsd.ZERO, NanoUsd.ofUsd("0e9"));
    }

    @Test
    void roundsUpOnceAtTheEnd() {
        // Each part is a third of a nano-dollar or so; rounding each would make three.
        Price price = price("0.0003", "0.0003", "0.0003", "0");
        assertEquals(new NanoUsd(1), price.of(new Usage(2, 1, 1, Usage.Basis.REPORTED)));
        assertEquals(NanoUsd.ZERO, price.of(Usage.NO_TOKENS));
    }

    @Test
    void cachedTokensHaveTheirOwnPrice() {
        Price price = price("1", "0.1", "2", "0.5");
        assertEquals(
                NanoUsd.ofUsd("0.5").plus(new NanoUsd(60_000 + 4_000 + 20_000)),
                price.of(new Usage(100, 40, 10, Usage.Basis.REPORTED)));
    }

    @Test
    void neverOverflowsSilently() {
        Price dear = price("9000000000", "0", "0", "0");
        assertThrows(ArithmeticException.class, () -> dear.of(new Usage(2_000_000, 0, 0, Usage.Basis.REPORTED)));
        Price call = price("9000000000", "0", "0", "9000000000");
        assertThrows(ArithmeticException.class, () -> call.of(new Usage(1_000_000, 0, 0, Usage.Basis.REPORTED)));
    }

    @Test
    void agreesWithDecimalArithmetic() {
        long seed = 7;
        Random random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            long input = random.nextLong(1L << random.nextInt(1, 40));
            long cached = input == 0 ? 0 : random.nextLong(input + 1);
            long output = random.nextLong(1L << random.nextInt(1, 40));
            Price price = new Price(
                    new NanoUsd(random.nextLong(1L << 34)),
                    new NanoUsd(random.nextLong(1L << 34)),
                    new NanoUsd(random.nextLong(1L << 34)),
                    new NanoUsd(random.nextLong(1L << 30)),
                    "test");
            BigDecimal exact = product(input - cached, price.inputPerMillion())
                    .add(product(cached, price.cachedInputPerMillion()))
                    .add(product(output, price.outputPerMillion()))
                    .movePointLeft(6);
            BigInteger expected = exact.setScale(0, RoundingMode.CEILING)
                    .toBigIntegerExact()
                    .add(BigInteger.valueOf(price.perCall().nanos()));
            Usage usage = new Usage(input, cached, output, Usage.Basis.REPORTED);
            if (expected.bitLength() < Long.SIZE) {
                assertEquals(expected.longValueExact(), price.of(usage).nanos(), "seed " + seed + ", turn " + i);
            } else {
                assertThrows(ArithmeticException.class, () -> price.of(usage), "seed " + seed + ", turn " + i);
            }
        }
    }

    private static BigDecimal product(long tokens, NanoUsd price) {
        return BigDecimal.valueOf(tokens).multiply(BigDecimal.valueOf(price.nanos()));
    }

    @Test
    void impossibleUsageIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Usage(1, 2, 0, Usage.Basis.REPORTED));
        assertThrows(IllegalArgumentException.class, () -> new Usage(-1, 0, 0, Usage.Basis.REPORTED));
    }

    @Test
    void decimalsAreThoseOfExactArithmetic() {
        LongStream.concat(
                        LongStream.of(0, 1, -1, 10, 999_999_999, 1_000_000_000, Long.MAX_VALUE, Long.MIN_VALUE),
                        new Random(7).longs(10_000).map(each -> each >> (each & 63)))
                .forEach(nanos -> {
                    BigDecimal exact = BigDecimal.valueOf(nanos, 9).stripTrailingZeros();
                    assertEquals(exact.toPlainString(), new NanoUsd(nanos).toDecimal());
                });
    }
}
