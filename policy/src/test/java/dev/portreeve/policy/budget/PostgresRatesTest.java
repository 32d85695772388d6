package dev.portreeve.policy.budget;

import static dev.portreeve.policy.budget.PurseFixture.BOT;
import static dev.portreeve.policy.budget.PurseFixture.call;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.budget.PurseFixture.Ending;
import dev.portreeve.policy.call.LlmCall;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PostgresRatesTest extends RatesContract {
    private static final Pattern RATE =
            Pattern.compile("\"unit\":\"eur\"|\"per_usd\":\"([0-9.]+)\"|\"rate_date\":\"([0-9-]+)\"");

    @Override
    PostgresPurse open() {
        return PostgresPurse.open(EVENING);
    }

    private PostgresPurse postgres() {
        return (PostgresPurse) purse;
    }

    /** Of a call's opening record: the rate and its day. */
    private List<String> rate(LlmCall call) {
        List<String> said = new ArrayList<>();
        Matcher words = RATE.matcher(postgres().leaves(call.id().value()).getFirst());
        while (words.find()) {
            String value = words.group(1) == null ? words.group(2) : words.group(1);
            if (value != null) {
                said.add(value);
            }
        }
        return said;
    }

    /** Two replicas, calls before and after several changes of the rate: what the budget spent is what its records make of it. */
    @Test
    void whatIsSpentAddsUpFromTheRatesInTheRecords() {
        purse.organise(organisation(HALF_THEN_DOUBLE, euros(1_000_000), Purses.of(1_000_000)));
        Random random = new Random(20261201);
        try (PostgresPurse other = postgres().replica()) {
            BigDecimal sum = BigDecimal.ZERO;
            for (int i = 0; i < 60; i++) {
                LlmCall call = call(BOT, 1 + random.nextInt(200));
                long used = random.nextInt((int) call.estimate().outputTokens() + 20);
                (i % 2 == 0 ? purse : other).run(call, new Ending.Reports(used));
                List<String> rate = rate(call);
                assertEquals(2, rate.size(), rate::toString);
                sum = sum.add(new BigDecimal(rate.get(0))
                        .multiply(BigDecimal.valueOf(used))
                        .setScale(0, RoundingMode.CEILING));
                purse.clock().advance(Duration.ofMinutes(random.nextInt(120)));
            }
            Balance spent = purse.balance(new WindowKey("acme", "member:bot:total:eur", Instant.EPOCH));
            assertEquals(sum, BigDecimal.valueOf(spent.spent()));
            Reconciliation all = new PostgresReconciliation(
                            postgres().database.app().dataSource())
                    .of("acme", Instant.EPOCH, Instant.ofEpochMilli((1L << 47) - 1));
            assertTrue(all.agrees(), all::toString);
            assertEquals(60, all.calls());
        }
    }

    /** Nobody starts anew: the table says of the day to come what it says of today, and each replica has it in memory. */
    @Test
    void aRateOfTomorrowCountsTomorrowOnEveryReplica() {
        purse.organise(organisation(HALF_THEN_DOUBLE, euros(1_000_000)));
        try (PostgresPurse other = postgres().replica()) {
            LlmCall before = call(BOT, 10);
            other.run(before, new Ending.Reports(10));
            assertEquals(List.of("0.5", "2026-11-01"), rate(before));
            purse.clock().advance(Duration.ofMillis(100));
            LlmCall after = call(BOT, 10);
            other.run(after, new Ending.Reports(10));
            assertEquals(List.of("2", "2026-12-01"), rate(after));
        }
    }

    @Test
    void aStartThatChangesNoRateWritesNone() {
        purse.organise(organisation(HALF_THEN_DOUBLE, euros(100)));
        List<String> before = rows();
        purse.organise(organisation(HALF_THEN_DOUBLE, euros(100)));
        assertEquals(before, rows());
        purse.organise(organisation(List.of(rate("0.5", "2026-11-01")), euros(100)));
        assertEquals(1, rows().size(), "those of the currency that left the file are gone");
        purse.organise(organisation(List.of(), Purses.of(5)));
        assertEquals(1, rows().size(), "of a currency that nobody speaks of any more they stay");
    }

    private List<String> rows() {
        return postgres()
                .query(
                        "SELECT currency || from_day || per_usd || xmin FROM policy.exchange_rate ORDER BY 1",
                        row -> row.getString(1));
    }

    @Test
    void theReportSaysTheRateAndWhetherItIsOld() {
        purse.organise(organisation(List.of(rate("0.5", "2026-10-17"), rate("2", "2026-12-02")), euros(100)));
        assertEquals(
                new BudgetReport.Rate(
                        new BigDecimal("0.5"),
                        HALF_THEN_DOUBLE.get(0).date().withMonth(10).withDayOfMonth(17),
                        false),
                reported());
        purse.clock().advance(Duration.ofMillis(100));
        PostgresBudgets strict =
                new PostgresBudgets(postgres().database.app().dataSource(), purse.clock(), Duration.ofDays(44));
        assertTrue(strict.report("acme").lines().getFirst().rate().old());
        purse.clock().advance(Duration.ofDays(1));
        assertEquals(new BigDecimal("2"), reported().perUsd());
    }

    private BudgetReport.Rate reported() {
        return postgres().budgets().report("acme").lines().getFirst().rate();
    }
}
