package dev.portreeve.audit.witness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.log.LogFixture;
import dev.portreeve.audit.log.LogSigner;
import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.log.TenantName;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.audit.publish.PublishedLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WitnessTest {
    @TempDir
    Path folder;

    @TempDir
    Path kept;

    private LogFixture log;

    @BeforeEach
    void open() throws IOException {
        log = new LogFixture(folder);
    }

    @AfterEach
    void close() {
        log.close();
    }

    /** A witness that was just started. */
    private Witness witness() throws IOException {
        LogSigner signer = LogSigner.loadOrCreateWitness(kept.resolve("witness.pem"), "witness.example/w1");
        return new Witness(signer, List.of(log.signer().verifierKey()), kept.resolve("heads"));
    }

    private String request(long from) throws Exception {
        return String.valueOf(new PublishedLog(log.database().app()).continuation(TenantName.NONE, from));
    }

    private void assertAnswer(int status, String said, String request) throws IOException {
        Witness.Answer answer = witness().add(request);
        assertEquals(status, answer.status(), answer.body());
        assertTrue(answer.body().contains(said), answer.body());
    }

    @Test
    void aLogThatOnlyGrowsIsSigned() throws Exception {
        for (int size = 0; size < 5; size++) {
            log.log("acme", 1);
            String request = request(size);
            Witness.Answer answer = witness().add(request);
            assertEquals(200, answer.status(), answer.body());
            String head = request.substring(request.indexOf("\n\n") + 2);
            SignedNote cosigned = SignedNote.parse(head + answer.body());
            assertEquals(VerifierKey.Check.VALID, witness().verifierKey().check(cosigned));
            assertEquals(VerifierKey.Check.VALID, log.signer().verifierKey().check(cosigned));
        }
        String hash = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256")
                        .digest("test.example/audit".getBytes(StandardCharsets.UTF_8)));
        SignedNote last = SignedNote.parse(String.valueOf(witness().checkpoint(hash)));
        assertTrue(last.text().startsWith("test.example/audit\n5\n"), last.text());
        assertEquals(VerifierKey.Check.VALID, witness().verifierKey().check(last));
        assertEquals(VerifierKey.Check.VALID, log.signer().verifierKey().check(last));
        assertNull(witness().checkpoint("../" + hash));
    }

    @Test
    void aLogThatWasRewrittenIsNot() throws Exception {
        log.log("acme", 2);
        log.log("acme", 2);
        assertAnswer(200, "witness.example/w1 ", request(0));
        try (LogFixture other = new LogFixture(Files.createDirectory(folder.resolve("other")))) {
            Files.copy(folder.resolve("signing.pem"), folder.resolve("other/copied.pem"));
            LogSigner same = LogSigner.loadOrCreate(folder.resolve("other/copied.pem"), "test.example/audit");
            other.append("acme", 3);
            try (var sequencer = other.sequencer(same)) {
                sequencer.runOnce();
                other.append("acme", 3);
                sequencer.runOnce();
                other.append("acme", 3);
                sequencer.runOnce();
            }
            String forked = String.valueOf(new PublishedLog(other.database().app()).continuation(TenantName.NONE, 2));
            assertAnswer(422, "does not continue the one of 2 leaves", forked);
        }
        log.log("acme", 1);
        assertAnswer(200, "witness.example/w1 ", request(2));
    }

    @Test
    void whatIsWrongIsAnsweredAsTheProtocolSays() throws Exception {
        log.log("acme", 2);
        log.log("acme", 2);
        String first = request(0);
        assertAnswer(400, "not a consistency proof", "old x\n\n" + first);
        assertAnswer(400, "not a consistency proof", "");
        assertAnswer(404, "does not watch", first.replace("test.example/audit\n2", "test.example/other\n2"));
        assertAnswer(403, "not signed with the key", first.replace("test.example/audit\n2", "test.example/audit\n3"));
        assertAnswer(409, "0\n", request(1));
        assertEquals("text/x.tlog.size", witness().add(request(1)).type());
        assertAnswer(
                422,
                "does not continue",
                first.replace("old 0\n", "old 0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"));
        assertAnswer(200, "witness.example/w1 ", first);
        assertAnswer(409, "2\n", first);
        assertAnswer(400, "there is no such proof", first.replace("old 0\n", "old 3\n"));
    }

    @Test
    void aHeadThatSomebodyChangedIsNotBelieved() throws Exception {
        log.log("acme", 2);
        assertAnswer(200, "witness.example/w1 ", request(0));
        try (var files = Files.list(kept.resolve("heads"))) {
            Path file = files.findFirst().orElseThrow();
            Files.writeString(file, Files.readString(file).replace("audit\n1\n", "audit\n2\n"));
        }
        assertThrows(IOException.class, () -> witness().add(request(1)));
    }
}
