package dev.portreeve.policy.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.call.NanoUsd;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExchangeRatesTest {
    private static final BudgetUnit EUR = BudgetUnit.read("eur");

    private static OrganisationConfig.Rate rate(String perUsd, String day) {
        return new OrganisationConfig.Rate("EUR", new BigDecimal(perUsd), LocalDate.parse(day));
    }

    private static BudgetUnit at(List<OrganisationConfig.Rate> rates, String moment, String zone) {
        return ExchangeRates.of(rates)
                .at(Instant.parse(moment), EUR, ZoneId.of(zone))
                .unit();
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-30T22:59:59.999999999Z, Europe/Berlin, 2026-11-01",
        "2026-11-30T23:00:00Z, Europe/Berlin, 2026-12-01",
        "2026-11-30T23:00:00Z, UTC, 2026-11-01",
        "2026-12-01T00:00:00Z, UTC, 2026-12-01",
        "2026-11-30T10:00:00Z, Pacific/Kiritimati, 2026-12-01",
        "2027-01-01T00:00:00Z, UTC, 2026-12-01",
        // Before the first one, that one.
        "2020-01-01T00:00:00Z, UTC, 2026-11-01",
        // The clocks go back in that night, two hours after the day began.
        "2026-11-01T03:59:59.9Z, America/New_York, 2026-11-01",
    })
    void theNewestThatHasBegunCountsByTheDaysOfTheBudgetsZone(String moment, String zone, String of) {
        List<OrganisationConfig.Rate> rates = List.of(rate("0.9", "2026-12-01"), rate("0.8", "2026-11-01"));
        assertEquals(LocalDate.parse(of), at(rates, moment, zone).date());
    }

    /** In Beirut the clocks go forward at midnight: there is no 00:00 on that day. */
    @Test
    void aDayThatBeginsAtOneBeginsItsRateThere() {
        List<OrganisationConfig.Rate> rates = List.of(rate("0.8", "2026-01-01"), rate("0.9", "2026-03-29"));
        assertEquals(
                new BigDecimal("0.8"),
                at(rates, "2026-03-28T21:59:59.999Z", "Asia/Beirut").perUsd());
        assertEquals(
                new BigDecimal("0.9"),
                at(rates, "2026-03-28T22:00:00Z", "Asia/Beirut").perUsd());
    }

    /** Any table, any zone, any moment: the rate is that of the last day that is not after today, and holds from then to the next. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatIsKeptOfARateHoldsAsLongAsItCounts(long seed) {
        Random random = new Random(seed);
        List<String> zones = List.copyOf(ZoneId.getAvailableZoneIds());
        for (int n = 0; n < 200; n++) {
            ZoneId zone = ZoneId.of(zones.get(random.nextInt(zones.size())));
            Set<LocalDate> days = new HashSet<>();
            for (int i = random.nextInt(8); i >= 0; i--) {
                days.add(LocalDate.parse("2026-02-20").plusDays(random.nextInt(400)));
            }
            List<OrganisationConfig.Rate> rates = days.stream()
                    .map(day -> new OrganisationConfig.Rate("EUR", BigDecimal.valueOf(day.toEpochDay(), 4), day))
                    .toList();
            ExchangeRates table = ExchangeRates.of(rates);
            Instant moment = Instant.parse("2026-02-01T00:00:00Z").plusSeconds(random.nextInt(450 * 86_400));
            ExchangeRates.Rated rated = table.at(moment, EUR, zone);
            LocalDate today = moment.atZone(zone).toLocalDate();
            LocalDate expected = days.stream()
                    .filter(day -> !day.isAfter(today))
                    .max(LocalDate::compareTo)
                    .orElseGet(() -> days.stream().min(LocalDate::compareTo).orElseThrow());
            assertEquals(expected, rated.unit().date(), () -> zone + " " + moment);
            assertEquals(
                    BigDecimal.valueOf(expected.toEpochDay(), 4), rated.unit().perUsd());
            assertTrue(rated.holds(moment));
            Instant until = rated.until();
            if (until != null) {
                assertFalse(rated.holds(until));
                assertEquals(
                        expected,
                        table.at(until.minusNanos(1), EUR, zone).unit().date(),
                        () -> "still the same a nanosecond before, " + zone);
                assertTrue(table.at(until, EUR, zone).unit().date().isAfter(expected), () -> zone + " " + until);
            }
        }
    }

    /** Never less than what the dollars are worth, and less than a billionth more. */
    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    void moneyIsRoundedUpToABillionth(long seed) {
        Random random = new Random(seed);
        for (int n = 0; n < 2_000; n++) {
            BigDecimal perUsd = new BigDecimal(new BigInteger(40, random).add(BigInteger.ONE), random.nextInt(13));
            BudgetUnit unit = EUR.at(perUsd, LocalDate.EPOCH);
            long nanos = Math.floorMod(random.nextLong(), 1L << random.nextInt(1, 60));
            long all = unit.of(new Load(new NanoUsd(nanos), 0, 0));
            BigDecimal exact = perUsd.multiply(BigDecimal.valueOf(nanos));
            if (exact.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) >= 0) {
                assertEquals(Long.MAX_VALUE, all);
                continue;
            }
            BigDecimal above = BigDecimal.valueOf(all).subtract(exact);
            assertTrue(above.signum() >= 0 && above.compareTo(BigDecimal.ONE) < 0, () -> perUsd + " " + nanos);
            // What is left, said in dollars, buys no more than is there.
            NanoUsd back = unit.dollars(all);
            assertTrue(back != null && unit.of(new Load(back, 0, 0)) <= all, () -> perUsd + " " + nanos);
        }
    }

    @Test
    void withoutARateNothingIsConverted() {
        assertFalse(ExchangeRates.NONE.has("EUR"));
        BudgetUnit unrated =
                ExchangeRates.NONE.at(Instant.EPOCH, EUR, ZoneOffset.UTC).unit();
        assertThrows(IllegalStateException.class, () -> unrated.of(new Load(new NanoUsd(1), 0, 0)));
    }

    @Test
    void aRateOfLongAgoIsTold() {
        OrganisationConfig organisation = Purses.ofBot(Purses.of(100).in("EUR"));
        assertEquals(List.of(), OldRates.of(organisation, Instant.parse("2026-06-27T23:59:59Z")));
        assertEquals(
                List.of("EUR is counted at the rate of 2026-05-13, 46 days old: add a newer one to organisation.rates"),
                OldRates.of(organisation, Instant.parse("2026-06-28T00:00:00Z")));
        assertEquals(
                List.of(),
                OldRates.of(Purses.ofBot(Purses.of(100)), Instant.parse("2026-06-28T00:00:00Z")),
                "nobody counts in it");
    }
}
