package dev.portreeve.audit.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.log.Checkpoint;
import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.audit.proof.Continuation;
import dev.portreeve.audit.witness.Witness;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Heads at a folder and at a witness, and what may go wrong on the way there. */
class AnchoringTest {
    private static final URI WITNESS = URI.create("https://witness.example/w1");

    @TempDir
    Path folder;

    private AnchorFixture anchored;

    @BeforeEach
    void open() throws IOException {
        anchored = new AnchorFixture(folder);
    }

    @AfterEach
    void close() {
        anchored.close();
    }

    private FileAnchor file() {
        return new FileAnchor("worm", folder.resolve("worm"), InstantSource.system());
    }

    private WitnessAnchor witness(AnchorPost post) throws IOException {
        return new WitnessAnchor("w1", WITNESS, anchored.witness(folder).verifierKey(), post);
    }

    private void grow() throws Exception {
        anchored.log.log("acme", 1);
    }

    private Map<String, String> files() throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(folder.resolve("worm"))) {
            for (Path each : all.toList()) {
                files.put(String.valueOf(each.getFileName()), Files.readString(each));
            }
        }
        return files;
    }

    private long records(String kind) throws SQLException {
        return anchored.log.database().number("SELECT count(*) FROM audit.record WHERE kind = ?", kind);
    }

    @Test
    void aHeadIsPutAtAFolderWithAReceiptAndARecord() throws Exception {
        FileAnchor worm = file();
        assertFalse(anchored.once(worm), "nothing is signed yet");
        grow();
        Checkpoint head = anchored.head();
        assertTrue(anchored.once(worm));
        assertEquals(List.of("0000000000000000001.checkpoint"), List.copyOf(files().keySet()));
        SignedNote there = SignedNote.parse(files().values().iterator().next());
        assertEquals(head, Checkpoint.parse(there.text()));
        assertEquals(
                VerifierKey.Check.VALID, anchored.log.signer().verifierKey().check(there));
        assertEquals(1, anchored.state(worm).size());
        assertNull(anchored.state(worm).problem());
        String leaf = anchored.log.database().leaves(AuditEvent.INSTANCE).getLast();
        assertTrue(leaf.contains("\"kind\":\"audit.anchored\""), leaf);
        assertTrue(leaf.contains("\"anchor\":\"worm\"") && leaf.contains("\"checkpoint_size\":1"), leaf);

        assertFalse(anchored.once(worm), "its next turn is in an hour");
        assertFalse(anchored.due(worm), "there is nothing new");
        grow();
        assertTrue(anchored.due(worm));
        assertEquals(2, files().size());
    }

    @Test
    void aWitnessIsAskedFromTheSizeItKnowsAndItsSignatureKept() throws Exception {
        Witness witness = anchored.witness(folder);
        WitnessAnchor w1 = witness(AnchorFixture.post(witness));
        for (int i = 0; i < 3; i++) {
            grow();
            assertTrue(anchored.due(w1));
        }
        SignedNote cosigned = Objects.requireNonNull(anchored.receipts().cosigned());
        assertEquals(anchored.head(), Checkpoint.parse(cosigned.text()));
        assertEquals(VerifierKey.Check.VALID, witness.verifierKey().check(cosigned));
        assertEquals(
                VerifierKey.Check.VALID, anchored.log.signer().verifierKey().check(cosigned));
        // One that knows an older head than the receipts say, because its answer is from a backup: it names its size.
        grow();
        WitnessAnchor other = new WitnessAnchor("w2", WITNESS, witness.verifierKey(), AnchorFixture.post(witness));
        assertTrue(anchored.due(other), "the first question is for size 0, the witness knows 3");
    }

    @Test
    void anAnswerThatWasLostIsAskedForAgain() throws Exception {
        Witness witness = anchored.witness(folder);
        boolean[] lost = {true};
        WitnessAnchor w1 = witness((url, type, body) -> {
            AnchorPost.Answer answer = AnchorFixture.post(witness).post(url, type, body);
            if (lost[0]) {
                lost[0] = false;
                throw new IOException("the connection was reset");
            }
            return answer;
        });
        grow();
        assertFalse(anchored.due(w1));
        assertEquals("the connection was reset", anchored.state(w1).problem());
        assertTrue(anchored.due(w1), "the same head is signed once more");
        assertNull(anchored.state(w1).problem());
    }

    @Test
    void whatWasPutBeforeACrashIsConfirmedAfterIt() throws Exception {
        Anchor dies = new Wrapped(file()) {
            @Override
            public Confirmation put(Continuation next, Continuations log) throws AnchorRefused, IOException {
                super.put(next, log);
                throw new Killed();
            }
        };
        grow();
        assertThrows(Killed.class, () -> anchored.due(dies));
        assertEquals(0, anchored.state(dies).size());
        assertEquals(1, files().size());
        assertFalse(anchored.once(file()), "its turn is another's until the lease ends");
        assertTrue(anchored.due(file()));
        assertEquals(1, files().size());
        assertEquals(1, anchored.state(file()).size());
    }

    @Test
    void failuresAreRecordedOnceAndTriedAgainLaterAndLater() throws Exception {
        boolean[] down = {true};
        Anchor flaky = new Wrapped(file()) {
            @Override
            public Confirmation put(Continuation next, Continuations log) throws AnchorRefused, IOException {
                if (down[0]) {
                    throw new IOException("no answer in time");
                }
                return super.put(next, log);
            }
        };
        grow();
        for (int i = 1; i <= 3; i++) {
            assertFalse(anchored.due(flaky));
            assertEquals(i, anchored.state(flaky).failures());
        }
        assertNotNull(anchored.state(flaky).failingSince());
        assertEquals(1, records("audit.anchor_failed"));
        assertFalse(anchored.once(flaky), "it is not due for some seconds");
        down[0] = false;
        assertTrue(anchored.due(flaky));
        assertNull(anchored.state(flaky).problem());
        assertEquals(0, anchored.state(flaky).failures());
        assertEquals(Duration.ofSeconds(5), Anchoring.again(0));
        assertEquals(Duration.ofMinutes(15), Anchoring.again(99));
    }

    @Test
    void aFolderThatCannotBeWrittenIsAFailureAndAForeignFileARefusal() throws Exception {
        FileAnchor nowhere = new FileAnchor("gone", folder.resolve("no/mount"), InstantSource.system());
        grow();
        assertFalse(anchored.due(nowhere));
        assertTrue(String.valueOf(anchored.state(nowhere).problem()).contains("cannot be written"));
        Files.createDirectory(folder.resolve("worm"));
        Files.writeString(folder.resolve("worm/" + FileAnchor.fileName(1)), "mine");
        assertFalse(anchored.due(file()));
        assertTrue(String.valueOf(anchored.state(file()).problem()).contains("somebody else wrote it"));
        assertEquals("mine", files().get(FileAnchor.fileName(1)));
    }

    @Test
    void aRolledBackLogIsRefusedByAWitnessAndByItsOwnReceipts() throws Exception {
        Witness witness = anchored.witness(folder);
        WitnessAnchor w1 = witness(AnchorFixture.post(witness));
        grow();
        grow();
        assertTrue(anchored.due(w1));
        assertTrue(anchored.due(file()));
        anchored.log
                .database()
                .tamper(
                        "DELETE FROM audit.instance_checkpoint WHERE size = 2",
                        "DELETE FROM audit.instance_sequence WHERE index = 1");
        assertFalse(anchored.due(file()));
        String said = String.valueOf(anchored.state(file()).problem());
        assertTrue(said.contains("holds a head of 2 leaves") && said.contains("rolled back"), said);
        // A database that is older than its receipts, too: then it is the witness who knows.
        WitnessAnchor fresh = new WitnessAnchor("w9", WITNESS, witness.verifierKey(), AnchorFixture.post(witness));
        assertFalse(anchored.due(fresh));
        said = String.valueOf(anchored.state(fresh).problem());
        assertTrue(said.contains("2 leaves, the database has a signed log of only 1"), said);
        assertEquals(2, records("audit.anchor_failed"));
    }

    @Test
    void aForkedLogIsRefused() throws Exception {
        Witness witness = anchored.witness(folder);
        grow();
        grow();
        assertTrue(anchored.due(witness(AnchorFixture.post(witness))));
        assertTrue(anchored.due(file()));
        Path other = Files.createDirectory(folder.resolve("other"));
        Files.copy(folder.resolve("signing.pem"), other.resolve("signing.pem"));
        try (AnchorFixture fork = new AnchorFixture(other)) {
            fork.log.log("acme", 5);
            fork.log.log("acme", 5);
            assertFalse(fork.due(file()));
            String said = String.valueOf(fork.state(file()).problem());
            assertTrue(said.contains("another head of the same size") && said.contains("nothing was replaced"), said);
            fork.log.log("acme", 5);
            WitnessAnchor w1 = witness(AnchorFixture.post(witness));
            assertFalse(fork.due(w1));
            said = String.valueOf(fork.state(w1).problem());
            assertTrue(said.contains("does not continue the head it signed before"), said);
            assertEquals(
                    2,
                    fork.log.database().number("SELECT count(*) FROM audit.record WHERE kind = 'audit.anchor_failed'"));
        }
    }

    /** Whatever two histories of one key try, in whatever order: a head that is there stays as it is. */
    @Test
    void anAnchoredHeadIsNeverReplaced() throws Exception {
        Path other = Files.createDirectory(folder.resolve("other"));
        grow();
        Files.copy(folder.resolve("signing.pem"), other.resolve("signing.pem"));
        Random random = new Random(42);
        try (AnchorFixture fork = new AnchorFixture(other)) {
            fork.log.log("acme", 3);
            Map<String, String> before = new TreeMap<>();
            int kept = 0;
            for (int i = 0; i < 40; i++) {
                AnchorFixture one = random.nextBoolean() ? anchored : fork;
                if (random.nextInt(3) == 0) {
                    one.log.log("acme", 1 + random.nextInt(3));
                }
                kept += one.due(file()) ? 1 : 0;
                Map<String, String> now = files();
                before.forEach((name, bytes) -> assertEquals(bytes, now.get(name), name));
                before = now;
            }
            assertTrue(kept > 1 && before.size() > 1, "it did put some");
            assertTrue(
                    before.keySet().stream().allMatch(name -> name.endsWith(FileAnchor.SUFFIX)),
                    "nothing half is left");
        }
        // The receipts neither.
        assertThrows(
                SQLException.class,
                () -> anchored.log.database().texts("UPDATE audit.anchor_receipt SET head = '' RETURNING anchor"));
        assertThrows(
                SQLException.class,
                () -> anchored.log.database().texts("DELETE FROM audit.anchor_receipt RETURNING anchor"));
    }

    /** The process is gone: nobody catches it. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** An anchor with something in its way. */
    private static class Wrapped implements Anchor {
        private final Anchor anchor;

        Wrapped(Anchor anchor) {
            this.anchor = anchor;
        }

        @Override
        public String name() {
            return anchor.name();
        }

        @Override
        public Kind kind() {
            return anchor.kind();
        }

        @Override
        public Confirmation put(Continuation next, Continuations log) throws AnchorRefused, IOException {
            return anchor.put(next, log);
        }
    }
}
