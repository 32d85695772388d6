package dev.portreeve.policy.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.budget.BudgetConfig.Window;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WindowSpanTest {
    @ParameterizedTest
    @CsvSource({
        // Plain days.
        "DAILY,   UTC,              2026-05-14T12:00:00Z, 2026-05-14T00:00:00Z, 2026-05-15T00:00:00Z",
        "DAILY,   Europe/Berlin,    2026-05-13T22:30:00Z, 2026-05-13T22:00:00Z, 2026-05-14T22:00:00Z",
        // The boundary belongs to what begins.
        "DAILY,   UTC,              2026-05-14T00:00:00Z, 2026-05-14T00:00:00Z, 2026-05-15T00:00:00Z",
        // 23 hours when summer time begins, 25 when it ends.
        "DAILY,   Europe/Berlin,    2026-03-29T10:00:00Z, 2026-03-28T23:00:00Z, 2026-03-29T22:00:00Z",
        "DAILY,   Europe/Berlin,    2026-10-25T10:00:00Z, 2026-10-24T22:00:00Z, 2026-10-25T23:00:00Z",
        // Midnight does not exist: the day begins at 1:00.
        "DAILY,   America/Sao_Paulo, 2018-11-04T12:00:00Z, 2018-11-04T03:00:00Z, 2018-11-05T02:00:00Z",
        // Midnight exists twice: the day begins at the first, and the second is in it.
        "DAILY,   America/Havana,   2026-11-01T04:30:00Z, 2026-11-01T04:00:00Z, 2026-11-02T05:00:00Z",
        "DAILY,   America/Havana,   2026-11-01T05:30:00Z, 2026-11-01T04:00:00Z, 2026-11-02T05:00:00Z",
        // Weeks begin on Monday.
        "WEEKLY,  UTC,              2026-05-17T23:59:59Z, 2026-05-11T00:00:00Z, 2026-05-18T00:00:00Z",
        "WEEKLY,  UTC,              2026-05-18T00:00:00Z, 2026-05-18T00:00:00Z, 2026-05-25T00:00:00Z",
        "MONTHLY, Europe/Berlin,    2026-03-15T00:00:00Z, 2026-02-28T23:00:00Z, 2026-03-31T22:00:00Z",
        "MONTHLY, UTC,              2028-02-29T12:00:00Z, 2028-02-01T00:00:00Z, 2028-03-01T00:00:00Z",
        // Quarters, also from a day that the quarter's first month has not, over a leap day and over both changes of
        // the clock.
        "QUARTERLY, UTC,            2026-05-31T12:00:00Z, 2026-04-01T00:00:00Z, 2026-07-01T00:00:00Z",
        "QUARTERLY, UTC,            2028-02-29T12:00:00Z, 2028-01-01T00:00:00Z, 2028-04-01T00:00:00Z",
        "QUARTERLY, Europe/Berlin,  2026-02-15T00:00:00Z, 2025-12-31T23:00:00Z, 2026-03-31T22:00:00Z",
        "QUARTERLY, Europe/Berlin,  2026-12-31T22:59:59.9Z, 2026-09-30T22:00:00Z, 2026-12-31T23:00:00Z",
        "QUARTERLY, Europe/Berlin,  2026-12-31T23:00:00Z, 2026-12-31T23:00:00Z, 2027-03-31T22:00:00Z",
        // A leap day is a day, and in its week.
        "DAILY,   UTC,              2028-02-29T23:59:59.9Z, 2028-02-29T00:00:00Z, 2028-03-01T00:00:00Z",
        "WEEKLY,  UTC,              2028-02-29T00:00:00Z, 2028-02-28T00:00:00Z, 2028-03-06T00:00:00Z",
        // Hours of a zone that is half an hour off.
        "HOURLY,  Asia/Kolkata,     2026-05-14T12:10:00Z, 2026-05-14T11:30:00Z, 2026-05-14T12:30:00Z",
        // 2:30 happens twice in Berlin, in two windows.
        "HOURLY,  Europe/Berlin,    2026-10-25T00:30:00Z, 2026-10-25T00:00:00Z, 2026-10-25T01:00:00Z",
        "HOURLY,  Europe/Berlin,    2026-10-25T01:30:00Z, 2026-10-25T01:00:00Z, 2026-10-25T02:00:00Z",
    })
    void beginsAndEndsByTheCalendarOfTheZone(Window window, ZoneId zone, Instant moment, Instant start, Instant end) {
        assertEquals(new WindowSpan(start, end), WindowSpan.at(moment, window, zone));
    }

    @Test
    void aTotalNeverEnds() {
        WindowSpan span = WindowSpan.at(Instant.parse("2026-05-14T12:00:00Z"), Window.TOTAL, ZoneId.of("UTC"));
        assertEquals(Instant.EPOCH, span.start());
        assertNull(span.end());
    }

    @Test
    void everyMomentIsInItsSpan() {
        long seed = 42;
        Random random = new Random(seed);
        List<String> zones = ZoneId.getAvailableZoneIds().stream().sorted().toList();
        Instant from = Instant.parse("2015-01-01T00:00:00Z");
        for (int i = 0; i < 20_000; i++) {
            Instant moment = from.plusSeconds(random.nextLong(15L * 365 * 86_400));
            ZoneId zone = ZoneId.of(zones.get(random.nextInt(zones.size())));
            for (Window window :
                    List.of(Window.HOURLY, Window.DAILY, Window.WEEKLY, Window.MONTHLY, Window.QUARTERLY)) {
                WindowSpan span = WindowSpan.at(moment, window, zone);
                String where = "seed " + seed + ": " + moment + " " + window + " " + zone + " " + span;
                assertNotNull(span.end(), where);
                assertFalse(moment.isBefore(span.start()), where);
                assertTrue(moment.isBefore(span.end()), where);
            }
        }
    }
}
