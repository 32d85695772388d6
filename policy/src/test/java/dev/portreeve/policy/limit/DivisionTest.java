package dev.portreeve.policy.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.limit.Division.Stake;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DivisionTest {
    private static final UUID A = new UUID(0, 1);
    private static final UUID B = new UUID(0, 2);

    private static Stake stake(UUID who, long needs, long demand, @Nullable Long since) {
        return new Stake(who, 0, needs, demand, since);
    }

    @Test
    void oneAloneGetsEverything() {
        assertEquals(1000, Division.of(1000, List.of(stake(A, 0, 0, null)), A));
    }

    @Test
    void demandDividesAndTheIdleKeepALittle() {
        List<Stake> stakes = List.of(stake(A, 10, 300, null), stake(B, 0, 0, null));
        assertEquals(950, Division.of(1000, stakes, A));
        assertEquals(49, Division.of(1000, stakes, B));
    }

    @Test
    void whereOnlyOneCanBeServedItIsWhoeverHasWaitedLongest() {
        List<Stake> stakes = List.of(stake(A, 1000, 5, 20L), stake(B, 1000, 5, 10L));
        assertEquals(0, Division.of(1000, stakes, A));
        assertEquals(1000, Division.of(1000, stakes, B));
    }

    @Test
    void thePartsOfAllAreNeverMoreThanTheWhole() {
        Random random = new Random(42);
        for (int round = 0; round < 2000; round++) {
            long whole = 1L + random.nextInt(1000);
            List<Stake> stakes = new ArrayList<>();
            for (int i = 0; i < 1 + random.nextInt(6); i++) {
                Long since = random.nextBoolean() ? null : Long.valueOf(random.nextInt(5));
                stakes.add(stake(new UUID(1, i), random.nextInt(1200), random.nextInt(1_000_000), since));
            }
            long sum = stakes.stream()
                    .mapToLong(each -> Division.of(whole, stakes, each.replica()))
                    .sum();
            assertTrue(sum <= whole, () -> sum + " of " + whole + " for " + stakes);
        }
    }
}
