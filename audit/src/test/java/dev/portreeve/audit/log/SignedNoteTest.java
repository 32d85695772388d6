package dev.portreeve.audit.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignedNoteTest {
    /** The key and note of the package documentation of golang.org/x/mod/sumdb/note, made by Go. */
    private static final String GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

    private static final String GO_NOTE = """
            If you think cryptography is the answer to your problem,
            then you don't know what your problem is.

            \u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
            """;

    @TempDir
    Path folder;

    @Test
    void aNoteMadeByGoVerifies() {
        VerifierKey key = VerifierKey.parse(GO_KEY);
        assertEquals(GO_KEY, key.toString());
        SignedNote note = SignedNote.parse(GO_NOTE);
        assertEquals(VerifierKey.Check.VALID, key.check(note));
        assertEquals(GO_NOTE, note.toString());
        assertEquals(
                VerifierKey.Check.INVALID,
                key.check(new SignedNote(note.text().replace("answer", "enswer"), note.signatures())));
    }

    @Test
    void aCheckpointIsSignedAndReadBack() throws IOException {
        LogSigner signer = LogSigner.loadOrCreate(folder.resolve("keys/signing.pem"), "gate.example.com/audit");
        Checkpoint head = new Checkpoint("gate.example.com/audit/acme", 7, new TreeHash().empty());
        SignedNote note = SignedNote.parse(signer.sign(head).toString());
        assertEquals("gate.example.com/audit/acme\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", note.text());
        assertEquals(head, Checkpoint.parse(note.text()));
        VerifierKey key = VerifierKey.parse(signer.verifierKey().toString());
        assertEquals(VerifierKey.Check.VALID, key.forTenant("acme").check(note));
        assertEquals(VerifierKey.Check.OTHER_KEY, key.forTenant("other").check(note));
        assertEquals("gate.example.com/audit/acme", note.signatures().getFirst().name());
    }

    @Test
    void theKeyIsMadeOnceAndForItsOwnerOnly() throws IOException {
        Path file = folder.resolve("signing.pem");
        VerifierKey made = LogSigner.loadOrCreate(file, "a/audit").verifierKey();
        VerifierKey read = LogSigner.loadOrCreate(file, "a/audit").verifierKey();
        assertEquals(made.toString(), read.toString());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertTrue(
                LogSigner.ofPem(Files.readString(file), "a/audit").verifierKey().sameKey(made));
        Files.writeString(file, "no key");
        assertThrows(IOException.class, () -> LogSigner.loadOrCreate(file, "a/audit"));
    }

    @Test
    void whatIsNoNoteIsRefused() {
        for (String text : List.of(
                "",
                "text\n",
                "text\n\n",
                "text\n\n\u2014 name\n",
                "text\n\n- name AAAAAAAA\n",
                "text\n\n\u2014 name AAAA\n",
                "text\n\n\u2014 name AAAAAAAA",
                "text\n\n\u2014 name !!!!\n")) {
            assertThrows(IllegalArgumentException.class, () -> SignedNote.parse(text), text);
        }
        for (String text : List.of(
                "o\n1\n", "o\n01\nAAAA\n", "o\n1\nAAAA\n", "\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")) {
            assertThrows(IllegalArgumentException.class, () -> Checkpoint.parse(text), text);
        }
        for (String text : List.of("", "a+b", "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")) {
            assertThrows(IllegalArgumentException.class, () -> VerifierKey.parse(text), text);
        }
    }

    @Test
    void tenantsNamesAreSafeInPathsAndComeBack() {
        for (String tenant : List.of("acme", "_instance", "..", ".x", "a/b", "a b+c", "\u00fcmlaut", "%41")) {
            String escaped = TenantName.escape(tenant);
            assertTrue(escaped.matches("[A-Za-z0-9_%-][A-Za-z0-9_.%-]*"), escaped);
            assertEquals(tenant, TenantName.unescape(escaped));
        }
        assertThrows(IllegalArgumentException.class, () -> TenantName.unescape("%41"));
        assertThrows(IllegalArgumentException.class, () -> TenantName.unescape("%zz"));
    }
}
