package dev.portreeve.policy.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CorrelationTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

    @Test
    void theTraceIsTheSecondFieldOfItsHeader() {
        assertEquals(
                TRACE,
                Correlation.of("00-" + TRACE + "-b7ad6b7169203331-01", null).traceId());
        assertEquals(
                TRACE,
                Correlation.of("cc-" + TRACE + "-b7ad6b7169203331-01-later", null)
                        .traceId(),
                "a later version may say more");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "00-" + TRACE,
                "00-" + TRACE + "-b7ad6b7169203331",
                "00-" + TRACE + "-b7ad6b716920333-011",
                "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                "00_" + TRACE + "-b7ad6b7169203331-01",
                "0x-" + TRACE + "-b7ad6b7169203331-01",
            })
    void whatHasNotItsFormSaysNothing(String parent) {
        assertSame(Correlation.NONE, Correlation.of(parent, null));
    }

    @Test
    void aRequestsNameIsVisibleAndBounded() {
        assertEquals(
                "run-7/step 2".replace(' ', '_'),
                Correlation.of(null, "run-7/step_2").clientRequestId());
        assertNull(Correlation.of(null, "a b").clientRequestId());
        assertNull(Correlation.of(null, "a\u0007").clientRequestId());
        assertNull(Correlation.of(null, "é").clientRequestId());
        assertNull(Correlation.of(null, "").clientRequestId());
        assertEquals(
                512, Correlation.of(null, "x".repeat(512)).clientRequestId().length());
        assertNull(Correlation.of(null, "x".repeat(513)).clientRequestId());
    }
}
