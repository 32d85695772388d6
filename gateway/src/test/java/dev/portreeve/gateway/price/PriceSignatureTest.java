package dev.portreeve.gateway.price;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.log.LogSigner;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.gateway.config.PricesConfig;
import dev.portreeve.gateway.model.PriceSource;
import dev.portreeve.gateway.model.Prices;
import dev.portreeve.policy.call.NanoUsd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which price lists are read, by who signed them. */
class PriceSignatureTest {
    @TempDir
    private Path folder;

    private Path list;
    private LogSigner signer;

    @BeforeEach
    void write() throws IOException {
        list = Files.writeString(
                folder.resolve("prices.yaml"), "version: v1\nmodels: { a/m: { input: 1, output: 2 } }\n");
        signer = LogSigner.loadOrCreate(folder.resolve("key"), "acme.example/prices");
    }

    private Path note() {
        return folder.resolve("prices.yaml.note");
    }

    private void sign(LogSigner by) throws IOException {
        Files.writeString(note(), PriceSignature.sign(Files.readAllBytes(list), "v1", by));
    }

    private void reads(List<VerifierKey> trusted) {
        assertEquals("v1", PriceSource.read(list, trusted).version());
    }

    private void refuses(List<VerifierKey> trusted, String why) {
        String said = String.valueOf(assertThrows(IllegalArgumentException.class, () -> PriceSource.read(list, trusted))
                .getMessage());
        assertTrue(said.contains(why), said);
        assertTrue(said.contains("prices.yaml"), said);
    }

    @Test
    void an_unsigned_list_is_the_operators_own_unless_keys_are_named() {
        reads(List.of());
        refuses(List.of(signer.verifierKey()), "is not signed, and prices.trusted-keys wants it to be");
    }

    @Test
    void a_signed_list_is_read_by_whoever_trusts_its_key() throws IOException {
        sign(signer);
        reads(List.of(signer.verifierKey()));
        refuses(List.of(), "is no key that is trusted here");
        LogSigner other = LogSigner.loadOrCreate(folder.resolve("other"), "acme.example/prices");
        refuses(List.of(other.verifierKey()), "is no key that is trusted here");
        reads(List.of(other.verifierKey(), signer.verifierKey()));
    }

    @Test
    void two_may_sign_while_a_key_is_changed() throws IOException {
        LogSigner next = LogSigner.loadOrCreate(folder.resolve("next"), "acme.example/prices-2");
        sign(signer);
        byte[] file = Files.readAllBytes(list);
        Files.writeString(note(), PriceSignature.sign(file, "v1", next, Files.readString(note())));
        Files.writeString(note(), PriceSignature.sign(file, "v1", next, Files.readString(note())));
        assertEquals(
                2,
                Files.readString(note())
                        .lines()
                        .filter(line -> line.startsWith("\u2014"))
                        .count());
        reads(List.of(signer.verifierKey()));
        reads(List.of(next.verifierKey()));
    }

    @Test
    void a_list_that_was_changed_after_it_was_signed_is_refused_by_everybody() throws IOException {
        sign(signer);
        Files.writeString(list, Files.readString(list).replace("input: 1", "input: 0"));
        refuses(List.of(signer.verifierKey()), "signs another list");
        refuses(List.of(), "signs another list");
    }

    @Test
    void a_note_of_another_version_or_a_forged_one_is_refused() throws IOException {
        Files.writeString(note(), PriceSignature.sign(Files.readAllBytes(list), "v2", signer));
        refuses(List.of(signer.verifierKey()), "signs another list");
        sign(signer);
        String note = Files.readString(note());
        int at = note.length() - 10;
        char flipped = note.charAt(at) == 'A' ? 'B' : 'A';
        Files.writeString(note(), note.substring(0, at) + flipped + note.substring(at + 1));
        refuses(List.of(signer.verifierKey()), "is wrong");
        Files.writeString(note(), "trust me\n");
        refuses(List.of(signer.verifierKey()), "is not a signature");
    }

    @Test
    void the_list_in_the_program_may_be_a_prices_file_too() throws IOException {
        try (var in = PriceSnapshot.resource("prices.jsonl.gz");
                var signed = PriceSnapshot.resource("prices.jsonl.gz.note")) {
            Path copy = folder.resolve("copy.gz");
            Files.write(copy, in.readAllBytes());
            Files.write(folder.resolve("copy.gz.note"), signed.readAllBytes());
            PriceSource read = PriceSource.read(copy, List.of(signer.verifierKey()));
            assertEquals(
                    PriceSnapshot.builtIn().version(), read.version(), "the project's keys are trusted beside others");
        }
    }

    @Test
    void prices_are_loaded_under_the_configured_keys() throws IOException {
        String key = signer.verifierKey().toString();
        PricesConfig config = new PricesConfig(list, List.of(key), NanoUsd.ofUsd("1"), NanoUsd.ofUsd("1"));
        assertThrows(IllegalArgumentException.class, () -> Prices.load(config));
        sign(signer);
        assertEquals("v1", Prices.load(config).of("a", "m").price().version());
        assertThrows(
                IllegalArgumentException.class,
                () -> new PricesConfig(list, List.of("key"), NanoUsd.ofUsd("1"), NanoUsd.ofUsd("1")));
    }

    @Test
    void a_signature_of_something_else_by_the_same_key_is_none() throws IOException {
        byte[] file = Files.readAllBytes(list);
        PriceSignature other =
                PriceSignature.of(signer.sign("another text\nof two lines\n").toString(), "it");
        assertThrows(
                IllegalArgumentException.class, () -> other.check(file, "v1", List.of(signer.verifierKey()), "it"));
        PriceSignature own = PriceSignature.of(PriceSignature.sign(file, "v1", signer), "it");
        assertDoesNotThrow(() -> own.check(file, "v1", List.of(signer.verifierKey()), "it"));
    }
}
