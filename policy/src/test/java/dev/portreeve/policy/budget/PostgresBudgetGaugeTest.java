package dev.portreeve.policy.budget;

import static dev.portreeve.policy.budget.PurseFixture.BOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.portreeve.policy.access.BudgetGauge.Reading;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.LlmCall;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What rules hear of budgets, on a real database. */
class PostgresBudgetGaugeTest {
    private static final LlmCall CALL = PurseFixture.call(BOT, 1);
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger looks = new AtomicInteger();
    private boolean away;
    private PostgresPurse purse;
    private PostgresBudgetGauge gauge;

    @BeforeEach
    void open() {
        purse = PostgresPurse.open(Instant.now().toString());
        gauge = new PostgresBudgetGauge(counted(), purse.budgets(), purse.clock(), nanos::get);
    }

    @AfterEach
    void close() {
        purse.close();
    }

    private DataSource counted() {
        DataSource database = purse.database.app().dataSource();
        return (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    looks.incrementAndGet();
                    if (away) {
                        throw new SQLException("away");
                    }
                    return method.invoke(database, arguments);
                });
    }

    private void spend(long nanosUsd) {
        assertInstanceOf(
                CallOutcome.Completed.class,
                purse.run(PurseFixture.call(BOT, nanosUsd), new PurseFixture.Ending.Reports(nanosUsd)));
        purse.writeHolds();
    }

    @Test
    void theTightestCountsAndMemoryAnswers() {
        purse.organise(Purses.ofBot(
                Purses.of(10_000_000),
                Purses.of(4_000_000).named("other"),
                Purses.of(1_000).named("hint").soft()));
        assertEquals(new Reading(4_000, 0), gauge.of(CALL));
        spend(3_000_000);
        assertEquals(new Reading(4_000, 0), gauge.of(CALL), "as of some time ago");
        assertEquals(1, looks.get());
        gauge.refresh();
        assertEquals(new Reading(1_000, 75), gauge.of(CALL));
        assertEquals(2, looks.get());
    }

    @Test
    void whereNoBudgetBoundsACallThereIsNothingUsed() {
        purse.organise(Purses.ofBot());
        assertEquals(new Reading(Long.MAX_VALUE, 0), gauge.of(CALL));
        assertEquals(0, looks.get());
    }

    @Test
    void budgetsOfTokensArePercentOnly() {
        purse.organise(Purses.ofBot(Purses.ofTokens(1_000_000)));
        assertEquals(new Reading(Long.MAX_VALUE, 0), gauge.of(CALL));
    }

    @Test
    void aDatabaseThatIsAwayIsNoticedAfterAWhile() {
        purse.organise(Purses.ofBot(Purses.of(10_000_000)));
        assertEquals(new Reading(10_000, 0), gauge.of(CALL));
        away = true;
        nanos.addAndGet(Duration.ofSeconds(14).toNanos());
        assertThrows(RuntimeException.class, gauge::refresh);
        assertEquals(new Reading(10_000, 0), gauge.of(CALL));
        nanos.addAndGet(Duration.ofSeconds(2).toNanos());
        assertThrows(IllegalStateException.class, () -> gauge.of(CALL));
        away = false;
        gauge.refresh();
        assertEquals(new Reading(10_000, 0), gauge.of(CALL));
    }

    @Test
    void whatNobodyAsksForIsForgotten() {
        purse.organise(Purses.ofBot(Purses.of(10_000_000)));
        assertEquals(new Reading(10_000, 0), gauge.of(CALL));
        nanos.addAndGet(Duration.ofMinutes(2).toNanos());
        gauge.refresh();
        assertEquals(1, looks.get());
        assertEquals(new Reading(10_000, 0), gauge.of(CALL));
        assertEquals(2, looks.get());
    }
}
