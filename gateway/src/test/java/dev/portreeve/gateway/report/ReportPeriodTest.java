package dev.portreeve.gateway.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which time a period is. */
class ReportPeriodTest {
    @ParameterizedTest
    @CsvSource({
        "2026, 2026-01-01T00:00:00Z, 2027-01-01T00:00:00Z",
        "2026-Q1, 2026-01-01T00:00:00Z, 2026-04-01T00:00:00Z",
        "2026-Q4, 2026-10-01T00:00:00Z, 2027-01-01T00:00:00Z",
        "2026-11, 2026-11-01T00:00:00Z, 2026-12-01T00:00:00Z",
        "2024-02, 2024-02-01T00:00:00Z, 2024-03-01T00:00:00Z"
    })
    void namesAreTimesInUtc(String name, Instant from, Instant to) {
        assertEquals(new ReportPeriod(name, from, to), ReportPeriod.parse(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "26", "2026-Q5", "2026-Q0", "2026-13", "2026-00", "2026-1", "2026Q4", "2026-11-01", "last"})
    void whatIsNoneSaysWhatIs(String text) {
        IllegalArgumentException wrong = assertThrows(IllegalArgumentException.class, () -> ReportPeriod.parse(text));
        assertTrue(String.valueOf(wrong.getMessage()).contains("2026-Q4"), wrong.getMessage());
    }

    @Test
    void betweenTwoTimesTheSecondIsNotIncluded() {
        ReportPeriod period = ReportPeriod.between("2026-11-01", "2026-11-02T12:00:00Z");
        assertTrue(period.contains(Instant.parse("2026-11-01T00:00:00Z")));
        assertFalse(period.contains(Instant.parse("2026-11-02T12:00:00Z")));
        assertThrows(IllegalArgumentException.class, () -> ReportPeriod.between("2026-11-02", "2026-11-02"));
        assertThrows(IllegalArgumentException.class, () -> ReportPeriod.between("yesterday", "2026-11-02"));
    }
}
