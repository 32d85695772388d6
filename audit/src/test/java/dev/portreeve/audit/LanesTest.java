package dev.portreeve.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Contents that wait for the database are bounded by their bytes, records by their number. */
class LanesTest {
    private static final int MEBIBYTE = 1 << 20;

    private static Pending weighing(int bytes) {
        return new Pending(
                new JournalEntry<Void>(null, null, List::of, bytes, false),
                Pending.Pace.HURRIED,
                Instant.EPOCH,
                Duration.ofSeconds(1));
    }

    @Test
    void contentsBeyondTheBoundWaitForRoomAndRecordsAloneDoNot() throws InterruptedException {
        Lanes lanes = new Lanes(JournalSettings.defaults());
        assertTrue(lanes.offer(weighing(40 * MEBIBYTE), 0));
        assertFalse(lanes.offer(weighing(40 * MEBIBYTE), 0));
        assertTrue(lanes.offer(weighing(20 * MEBIBYTE), 0));
        assertTrue(lanes.offer(weighing(0), 0));
        assertEquals(3, lanes.size());
        assertNotNull(lanes.poll());
        assertTrue(lanes.offer(weighing(40 * MEBIBYTE), 0));
        assertFalse(lanes.offer(weighing(40 * MEBIBYTE), 0));
    }

    @Test
    void oneCommitTakesSoManyBytesAndTheRestComesNext() throws InterruptedException {
        Lanes lanes = new Lanes(JournalSettings.defaults());
        for (int i = 0; i < 6; i++) {
            assertTrue(lanes.offer(weighing(3 * MEBIBYTE), 0));
        }
        assertEquals(3, lanes.take().size());
        assertEquals(3, lanes.take().size());
    }
}
