package dev.portreeve.policy.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MillionthsTest {
    private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);

    private record Part(long tokens, long price) {}

    /** Of every size up to 63 bits, so that sums lie on both sides of what fits. */
    private static long any(Random random) {
        return random.nextLong() >>> (1 + random.nextInt(63));
    }

    private static BigInteger exact(List<Part> parts, long percent) {
        BigInteger sum = BigInteger.ZERO;
        for (Part part : parts) {
            sum = sum.add(BigInteger.valueOf(part.tokens()).multiply(BigInteger.valueOf(part.price())));
        }
        return new BigDecimal(sum.multiply(BigInteger.valueOf(percent)))
                .movePointLeft(8)
                .setScale(0, RoundingMode.CEILING)
                .unscaledValue();
    }

    private static Millionths sum(List<Part> parts) {
        Millionths sum = new Millionths();
        parts.forEach(part -> sum.add(part.tokens(), new NanoUsd(part.price())));
        return sum;
    }

    private static List<Part> parts(Random random) {
        List<Part> parts = new ArrayList<>();
        int count = random.nextInt(6);
        for (int i = 0; i < count; i++) {
            parts.add(new Part(random.nextInt(8) == 0 ? 0 : any(random), any(random)));
        }
        return parts;
    }

    @Test
    void sumsAndRoundsExactlyWhateverTheSize() {
        Random random = new Random(20261122);
        int large = 0;
        for (int round = 0; round < 50_000; round++) {
            List<Part> parts = parts(random);
            long percent = 100L + random.nextInt(400);
            BigInteger exact = exact(parts, percent);
            Millionths sum = sum(parts);
            if (exact.compareTo(MOST) > 0) {
                large++;
                assertThrows(ArithmeticException.class, () -> sum.roundedUp(percent));
            } else {
                assertEquals(exact.longValueExact(), sum.roundedUp(percent), parts::toString);
            }
        }
        assertTrue(large > 5_000 && large < 45_000, () -> "both kinds must come");
    }

    @Test
    void theLargerIsTheLargerOfTheWholeSums() {
        Random random = new Random(7);
        for (int round = 0; round < 10_000; round++) {
            List<Part> a = parts(random);
            List<Part> b = parts(random);
            Millionths larger = sum(a).max(sum(b));
            BigInteger exact = exact(a, 100).max(exact(b, 100));
            if (exact.compareTo(MOST) <= 0) {
                assertEquals(exact.longValueExact(), larger.roundedUp(100));
            }
        }
    }
}
