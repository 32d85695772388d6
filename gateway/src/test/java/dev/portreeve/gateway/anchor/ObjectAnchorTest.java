package dev.portreeve.gateway.anchor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.anchor.Anchor;
import dev.portreeve.audit.anchor.AnchorFixture;
import dev.portreeve.audit.anchor.AnchorRefused;
import dev.portreeve.audit.verify.AuditVerifier;
import dev.portreeve.audit.verify.Finding;
import dev.portreeve.audit.verify.HeldHeads;
import dev.portreeve.gateway.config.ObjectAnchorConfig;
import dev.portreeve.gateway.objectstore.BucketServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Heads in a bucket with object lock. */
class ObjectAnchorTest {
    @TempDir
    Path folder;

    private BucketServer bucket;
    private AnchorFixture anchored;
    private ObjectAnchor anchor;

    @BeforeEach
    void open() throws IOException {
        bucket = BucketServer.start();
        anchored = new AnchorFixture(folder);
        ObjectAnchorConfig config = new ObjectAnchorConfig(bucket.config(), "heads/", Duration.ofDays(400));
        anchor = new ObjectAnchor("lock", config, InstantSource.system());
    }

    @AfterEach
    void close() {
        anchor.close();
        anchored.close();
        bucket.close();
    }

    @Test
    void aHeadIsPutOnceAndLocked() throws Exception {
        anchored.log.log("acme", 1);
        assertTrue(anchored.due(anchor));
        Map.Entry<String, BucketServer.Kept> object =
                bucket.objects().entrySet().iterator().next();
        assertEquals("heads/0000000000000000001.checkpoint", object.getKey());
        assertEquals("COMPLIANCE", object.getValue().lockMode());
        anchored.log.log("acme", 1);
        assertTrue(anchored.due(anchor));
        assertEquals(2, bucket.objects().size());
    }

    @Test
    void anAnswerThatWasLostIsAskedForAgainAndAStoreThatIsDownToo() throws Exception {
        anchored.log.log("acme", 1);
        bucket.confirmNothing(1);
        assertFalse(anchored.due(anchor));
        assertEquals(1, bucket.objects().size(), "it is there, and nobody said so");
        bucket.refuse(1);
        assertFalse(anchored.due(anchor));
        assertTrue(anchored.due(anchor));
        assertEquals(1, bucket.objects().size());
    }

    @Test
    void aStoreThatKnowsNoConditionsHidesNoOtherHistory() throws Exception {
        bucket.ignoreConditions();
        anchored.log.log("acme", 1);
        assertTrue(anchored.due(anchor));
        Path other = Files.createDirectory(folder.resolve("other"));
        Files.copy(folder.resolve("signing.pem"), other.resolve("signing.pem"));
        try (AnchorFixture fork = new AnchorFixture(other)) {
            fork.log.log("acme", 3);
            Anchor.Continuations none = size -> null;
            AnchorRefused refused = assertThrows(AnchorRefused.class, () -> anchor.put(fork.newest(), none));
            assertTrue(String.valueOf(refused.getMessage()).contains("another head of the same size"));
        }
    }

    @Test
    void aLockThatEndsEarlierThanItShouldIsRefused() throws Exception {
        String tomorrow = Instant.now()
                .plus(Duration.ofDays(1))
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
        bucket.clampLocksTo(tomorrow);
        anchored.log.log("acme", 1);
        AnchorRefused refused = assertThrows(AnchorRefused.class, () -> anchor.put(anchored.newest(), size -> null));
        assertTrue(String.valueOf(refused.getMessage()).contains("until " + tomorrow + " only"), refused.getMessage());
    }

    @Test
    void anotherHistoryReplacesNothingAndARollbackIsFoundByTheObjects() throws Exception {
        anchored.log.log("acme", 1);
        anchored.log.log("acme", 1);
        assertTrue(anchored.due(anchor));
        byte[] before = bucket.objects().sequencedValues().getFirst().content();
        Path other = Files.createDirectory(folder.resolve("other"));
        Files.copy(folder.resolve("signing.pem"), other.resolve("signing.pem"));
        try (AnchorFixture fork = new AnchorFixture(other)) {
            fork.log.log("acme", 3);
            fork.log.log("acme", 3);
            Anchor.Continuations none = size -> null;
            AnchorRefused refused = assertThrows(AnchorRefused.class, () -> anchor.put(fork.newest(), none));
            assertTrue(String.valueOf(refused.getMessage()).contains("another head of the same size"));
            assertArrayEquals(
                    before, bucket.objects().sequencedValues().getFirst().content());
        }
        Path copied = Files.createDirectory(folder.resolve("copied"));
        for (Map.Entry<String, BucketServer.Kept> each : bucket.objects().entrySet()) {
            Files.write(
                    copied.resolve(each.getKey().substring("heads/".length())),
                    each.getValue().content());
        }
        anchored.log
                .database()
                .tamper(
                        "ALTER TABLE audit.anchor_receipt DISABLE TRIGGER ALL",
                        "DELETE FROM audit.anchor_receipt",
                        "DELETE FROM audit.record WHERE kind = 'call.refused' AND id NOT IN (SELECT record_id FROM audit.sequence"
                                + " WHERE index = 0)",
                        "DELETE FROM audit.sequence WHERE index >= 1",
                        "DELETE FROM audit.checkpoint WHERE size > 1",
                        "DELETE FROM audit.instance_sequence WHERE index >= 1",
                        "DELETE FROM audit.instance_checkpoint WHERE size > 1");
        List<Finding> found = new AuditVerifier(anchored.log.signer().verifierKey(), (tenant, n, all) -> {})
                .database(anchored.log.database().app(), null, List.of(), HeldHeads.read(copied))
                .findings();
        assertTrue(
                found.stream()
                        .anyMatch(each -> each.kind() == Finding.Kind.TRUNCATED
                                && each.detail().startsWith("rolled back: the head you hold covers 2")),
                found.toString());
    }
}
