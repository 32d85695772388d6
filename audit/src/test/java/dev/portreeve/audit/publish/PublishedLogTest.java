package dev.portreeve.audit.publish;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.portreeve.audit.log.Checkpoint;
import dev.portreeve.audit.log.LogFixture;
import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.log.TreeHash;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.audit.proof.Continuation;
import dev.portreeve.audit.proof.TilePath;
import dev.portreeve.audit.proof.TlogProof;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishedLogTest {
    private static final int SIZE = 600;

    @TempDir
    static Path folder;

    private static LogFixture log;
    private static PublishedLog published;
    private static List<UUID> ids;
    private static List<byte[]> leaves;

    @BeforeAll
    static void fill() throws Exception {
        log = new LogFixture(folder);
        log.log("acme", 100);
        log.log("acme", 412);
        log.log("other", 3);
        log.log("acme", 88);
        published = new PublishedLog(log.database().app());
        ids =
                log
                        .database()
                        .texts("SELECT record_id::text FROM audit.sequence WHERE tenant = 'acme' ORDER BY index")
                        .stream()
                        .map(UUID::fromString)
                        .toList();
        leaves = log.database().leaves("acme").stream()
                .map(leaf -> leaf.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    @AfterAll
    static void close() {
        log.close();
    }

    private static VerifierKey key() {
        return log.signer().verifierKey().forTenant("acme");
    }

    private static <T> T present(T value) {
        assertNotNull(value);
        return value;
    }

    @Test
    void aReceiptProvesItsRecordAndNoOther() throws Exception {
        for (int index : new int[] {0, 99, 255, 256, 511, 512, SIZE - 1}) {
            PublishedLog.Proved proved = present(published.prove(null, ids.get(index)));
            assertEquals("acme", proved.tenant());
            byte[] leaf = present(proved.leaf());
            assertArrayEquals(leaves.get(index), leaf);
            String text = proved.proof().toString();
            TlogProof read = TlogProof.parse(text);
            assertEquals(text, read.toString());
            assertEquals(index, read.inclusion().index());
            assertNull(read.flaw(leaf, key()));
            leaf[7] ^= 1;
            assertTrue(String.valueOf(read.flaw(leaf, key())).contains("not the one that was logged"));
            assertTrue(String.valueOf(read.flaw(leaves.get(index), log.signer().verifierKey()))
                    .contains("about the log"));
        }
    }

    @Test
    void aHeadIsProvedToContinueEveryHeadBefore() throws Exception {
        for (int from : new int[] {0, 1, 100, 256, 512, 599, SIZE}) {
            Continuation continuation = present(published.continuation("acme", from));
            assertEquals(
                    continuation.toString(),
                    Continuation.parse(continuation.toString()).toString());
            assertEquals(from, continuation.proof().from());
            assertEquals(SIZE, continuation.checkpoint().size());
        }
        String first = log.database()
                .texts("SELECT note FROM audit.checkpoint WHERE tenant = 'acme' AND size = 100")
                .getFirst();
        Checkpoint before = Checkpoint.parse(SignedNote.parse(first).text());
        Continuation continuation = present(published.continuation("acme", 100));
        assertNull(continuation.flaw(before, key()));
        byte[] root = before.root();
        root[0] ^= 1;
        Checkpoint forked = new Checkpoint(before.origin(), 100, root);
        assertTrue(String.valueOf(continuation.flaw(forked, key())).contains("does not continue"));
        assertNull(published.continuation("acme", SIZE + 1));
        assertNull(published.continuation("nobody", 0));
    }

    @Test
    void tilesAndBundlesFitTogether() throws Exception {
        TreeHash hash = new TreeHash();
        for (String name : List.of("000", "001", "002.p/88", "001.p/5")) {
            byte[] tile = present(published.tile("acme", present(TilePath.parse("tile/0/" + name))));
            ByteBuffer bundle =
                    ByteBuffer.wrap(present(published.tile("acme", present(TilePath.parse("tile/entries/" + name)))));
            ByteArrayOutputStream hashes = new ByteArrayOutputStream();
            while (bundle.hasRemaining()) {
                byte[] leaf = new byte[Short.toUnsignedInt(bundle.getShort())];
                bundle.get(leaf);
                hashes.writeBytes(hash.leaf(leaf));
            }
            assertArrayEquals(tile, hashes.toByteArray(), name);
        }
        assertEquals(2 * 32, present(published.tile("acme", new TilePath(1, 0, 2))).length);
        for (String none : List.of("0/002", "0/002.p/89", "0/003", "1/000", "1/000.p/3", "2/000.p/1", "63/000")) {
            assertNull(published.tile("acme", present(TilePath.parse("tile/" + none))), none);
        }
        assertNull(published.tile("nobody", new TilePath(0, 0, 1)));
    }

    @Test
    void whatIsNotSignedIsNotProved() throws Exception {
        assertNull(published.prove("acme", UUID.randomUUID()));
        assertNull(published.prove("other", ids.getFirst()));
        assertNull(published.checkpoint("nobody"));
    }

    @Test
    void tilesAreMadeAnewWhereTheyAreMissing(@TempDir Path own) throws Exception {
        try (LogFixture old = new LogFixture(own)) {
            old.log("acme", 520);
            List<String> before =
                    old.database().texts("SELECT index || encode(hash, 'hex') FROM audit.node ORDER BY 1");
            assertEquals(2, before.size());
            old.database().tamper("DELETE FROM audit.node");
            PublishedLog lost = new PublishedLog(old.database().app());
            UUID first = UUID.fromString(old.database()
                    .texts("SELECT record_id FROM audit.sequence WHERE index = 0")
                    .getFirst());
            assertThrows(PublishedLog.Damaged.class, () -> lost.prove("acme", first));
            old.turn();
            assertEquals(
                    before, old.database().texts("SELECT index || encode(hash, 'hex') FROM audit.node ORDER BY 1"));
            present(lost.prove("acme", first));
            old.database().tamper("UPDATE audit.sequence SET leaf_hash = sha256('x') WHERE index = 3");
            assertThrows(PublishedLog.Damaged.class, () -> lost.prove("acme", first));
        }
    }

    /** Go's own implementation reads our heads, tiles and proofs, makes the same, and signs a note that we read. */
    @Test
    void goAgrees(@TempDir Path out) throws Exception {
        assumeTrue(goIsThere(), "Go and its sumdb packages are not installed: golang-go, golang-golang-x-mod-dev");
        Files.writeString(out.resolve("key.vkey"), key() + "\n");
        Files.writeString(
                out.resolve("checkpoint"), present(published.checkpoint("acme")).toString());
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        leaves.forEach(leaf -> {
            records.writeBytes(leaf);
            records.write('\n');
        });
        Files.write(out.resolve("records.jsonl"), records.toByteArray());
        for (String name : List.of("tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2")) {
            Path file = out.resolve(name);
            Files.createDirectories(file.getParent());
            Files.write(file, present(published.tile("acme", present(TilePath.parse(name)))));
        }
        Files.createDirectories(out.resolve("proofs"));
        Files.createDirectories(out.resolve("continuations"));
        for (int index = 0; index < SIZE; index += 37) {
            String proof =
                    present(published.prove("acme", ids.get(index))).proof().toString();
            Files.writeString(out.resolve("proofs/" + index + ".tlog-proof"), proof);
            String continuation =
                    present(published.continuation("acme", index + 1)).toString();
            Files.writeString(out.resolve("continuations/" + index), continuation);
        }
        assertEquals("34 proofs agree", run(out, "go", "run", goProgram(out).toString(), out.toString()));
        VerifierKey theirs = VerifierKey.parse(Files.readString(out.resolve("go.vkey")));
        SignedNote note = SignedNote.parse(Files.readString(out.resolve("go.note")));
        assertEquals(VerifierKey.Check.VALID, theirs.check(note));
    }

    private static Path goProgram(Path out) throws IOException {
        Path program = out.resolve("check.go");
        try (var in = Objects.requireNonNull(PublishedLogTest.class.getResourceAsStream("/go/check.go"))) {
            Files.copy(in, program);
        }
        return program;
    }

    private static boolean goIsThere() {
        return Files.isDirectory(Path.of("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog"))
                && (Files.isExecutable(Path.of("/usr/bin/go")));
    }

    private static String run(Path out, String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(List.of(command)))
                .directory(out.toFile())
                .redirectErrorStream(true);
        builder.environment().put("GO111MODULE", "off");
        builder.environment().put("GOPATH", "/usr/share/gocode");
        builder.environment().put("GOCACHE", out.resolve("cache").toString());
        Process process = builder.start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said.strip();
    }
}
