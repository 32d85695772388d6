package dev.portreeve.audit.lag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.log.LogFixture;
import dev.portreeve.audit.search.RecordIndexer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is durable and not yet indexed, signed or searchable is counted. */
class LagReaderTest {
    @TempDir
    private Path folder;

    @Test
    void eachStageIsCountedByItself() throws Exception {
        try (LogFixture log = new LogFixture(folder)) {
            LagReader reader = new LagReader(log.database().app());
            RecordIndexer indexer = new RecordIndexer(log.database().app(), Duration.ofHours(1));
            assertEquals(new Behind(0, null), reader.read().unsigned());
            assertNull(reader.read().lastSigned());

            Instant before = Instant.now().minusSeconds(1);
            log.append("acme", 3);
            log.append("globex", 2);
            LogLag fresh = reader.read();
            assertEquals(5, fresh.unindexed().records());
            assertEquals(5, fresh.unsigned().records());
            assertEquals(5, fresh.unsearched().records());
            assertTrue(fresh.unsigned().age(Instant.now()).compareTo(Duration.between(before, Instant.now())) < 0);

            log.turn();
            log.append("acme", 4);
            LogLag more = reader.read();
            assertEquals(4, more.unindexed().records());
            assertEquals(9, more.unsearched().records());
            assertNotNull(more.lastSigned());
            assertEquals(2, more.logs().size());

            assertEquals(9, indexer.runOnce());
            assertEquals(new Behind(0, null), reader.read().unsearched());

            log.turn();
            log.database().tamper("DELETE FROM audit.checkpoint WHERE tenant = 'acme' AND size = 7");
            LogLag unsigned = reader.read();
            assertEquals(0, unsigned.unindexed().records());
            assertEquals(4, unsigned.unsigned().records());
            assertNotNull(unsigned.unsigned().oldest());
        }
    }
}
