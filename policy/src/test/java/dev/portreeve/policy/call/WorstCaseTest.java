package dev.portreeve.policy.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** No usage within the bounds of an estimate costs more than what was held for it, whatever its tokens turn out to be. */
class WorstCaseTest {
    private static final long SEED = 11;

    private static NanoUsd usd(String amount) {
        return NanoUsd.ofUsd(amount);
    }

    private static Rates rates(Random random) {
        NanoUsd[] any = new NanoUsd[10];
        for (int i = 0; i < any.length; i++) {
            any[i] = new NanoUsd(random.nextLong(1L << random.nextInt(1, 38)));
        }
        return new Rates(any[0], any[1], any[2], any[3], any[4], any[5], any[6], any[7], any[8], any[9]);
    }

    private static Price price(Random random) {
        List<Price.Tier> tiers = new ArrayList<>();
        long above = 0;
        for (int i = random.nextInt(3); i > 0; i--) {
            above += 1 + random.nextInt(300_000);
            tiers.add(new Price.Tier(above, rates(random)));
        }
        Map<ServiceTier, Price.Schedule> services = new EnumMap<>(ServiceTier.class);
        for (ServiceTier service : ServiceTier.values()) {
            if (service != ServiceTier.STANDARD && random.nextBoolean()) {
                services.put(service, new Price.Schedule(rates(random), tiers));
            }
        }
        return new Price(rates(random), tiers, services, new NanoUsd(random.nextLong(1L << 20)), "test");
    }

    private static List<Terms> terms(Random random) {
        List<Terms> terms = new ArrayList<>();
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            ServiceTier[] all = ServiceTier.values();
            terms.add(new Terms(all[random.nextInt(all.length)], random.nextInt(3) * 10));
        }
        return terms;
    }

    /** A share of what is left, now and then all or nothing of it. */
    private static long take(Random random, long left) {
        return switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> left;
            default -> left == 0 ? 0 : random.nextLong(left + 1);
        };
    }

    private static Usage usage(Random random, long maxInput, long maxOutput) {
        long input = take(random, maxInput);
        long cached = take(random, input);
        long write = take(random, input - cached);
        long hour = take(random, input - cached - write);
        long audio = take(random, input - cached - write - hour);
        long seen = take(random, input - cached - write - hour - audio);
        long output = take(random, maxOutput);
        long reasoning = take(random, output);
        long spoken = take(random, output - reasoning);
        long drawn = take(random, output - reasoning - spoken);
        return new Usage(
                input,
                cached,
                output,
                new Usage.Parts(write, hour, audio, seen, reasoning, spoken, drawn),
                Usage.Basis.REPORTED);
    }

    @Test
    void noUsageWithinTheBoundsCostsMoreThanWasHeld() {
        Random random = new Random(SEED);
        for (int i = 0; i < 20_000; i++) {
            Estimate estimate =
                    new Estimate(random.nextLong(1 << 20), random.nextLong(1 << 20), price(random), terms(random));
            Terms served = estimate.terms().get(random.nextInt(estimate.terms().size()));
            Usage usage = usage(random, estimate.inputTokens(), estimate.outputTokens())
                    .on(served);
            NanoUsd cost = estimate.price().of(usage);
            String turn = "seed " + SEED + ", turn " + i + ": " + usage;
            assertTrue(cost.nanos() >= 0, turn);
            assertTrue(cost.compareTo(estimate.worstCase()) <= 0, turn);
        }
    }

    @Test
    void aTierHoldsForTheWholeCall() {
        Rates low = Rates.of(usd("1"), usd("0.1"), usd("2"));
        Rates high = Rates.of(usd("2"), usd("0.2"), usd("3"));
        Price price = new Price(low, List.of(new Price.Tier(200_000, high)), NanoUsd.ZERO, "test");
        assertEquals(usd("0.2"), price.of(new Usage(200_000, 0, 0, Usage.Basis.REPORTED)));
        assertEquals(usd("0.400002"), price.of(new Usage(200_001, 0, 0, Usage.Basis.REPORTED)));
        assertEquals(usd("0.2"), price.atMost(200_000, 0));
        assertEquals(usd("0.400002"), price.atMost(200_001, 0));
    }

    @Test
    void eachSortOfTokenIsChargedOnceAtItsOwnPrice() {
        Rates rates = new Rates(usd("1"), usd("2"), usd("4"), usd("8"), usd("16"), usd("32"), usd("64"), usd("128"));
        Price price = new Price(rates, List.of(), NanoUsd.ZERO, "test");
        Usage usage = new Usage(100, 10, 100, new Usage.Parts(20, 30, 15, 40, 50), Usage.Basis.REPORTED);
        long expected = 25 + 20 + 80 + 240 + 240 + 320 + 2_560 + 6_400;
        assertEquals(new NanoUsd(expected * 1_000), price.of(usage));
    }

    @Test
    void partsBeyondTheirTotalAreRefused() {
        Usage.Parts thought = new Usage.Parts(0, 0, 0, 3, 0);
        Usage.Parts written = new Usage.Parts(Long.MAX_VALUE, Long.MAX_VALUE, 0, 0, 0);
        assertThrows(IllegalArgumentException.class, () -> new Usage(1, 0, 2, thought, Usage.Basis.REPORTED));
        assertThrows(IllegalArgumentException.class, () -> new Usage(9, 1, 0, written, Usage.Basis.REPORTED));
        assertThrows(IllegalArgumentException.class, () -> new Usage.Parts(-1, 0, 0, 0, 0));
        Rates one = Rates.of(usd("1"), usd("1"), usd("1"));
        List<Price.Tier> falling = List.of(new Price.Tier(2, one), new Price.Tier(1, one));
        assertThrows(IllegalArgumentException.class, () -> new Price(one, falling, NanoUsd.ZERO, "test"));
    }
}
