package dev.portreeve.gateway.price;

import dev.portreeve.audit.log.LogSigner;
import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.log.VerifierKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The signature of a price list: a note (C2SP signed-note, Ed25519) in a file beside it, over the list's version and the SHA-256 of
 * its file. Several keys may sign, and several may be trusted, so that one can take the place of another. Immutable.
 */
public final class PriceSignature {
    private static final String KEYS = "prices.keys";
    /** Says what is signed, so that no other note of the same key can pass for one. */
    private static final String FIRST_LINE = "portreeve price list";

    private final SignedNote note;

    private PriceSignature(SignedNote note) {
        this.note = note;
    }

    /** The name of the file with the note of a file. */
    public static String noteOf(String file) {
        return file + ".note";
    }

    /** Signs a list. */
    public static String sign(byte[] file, String version, LogSigner signer) {
        return signer.sign(text(file, version)).toString();
    }

    /**
     * Signs a list that others may have signed.
     *
     * @param present its note by now; one of another list counts for nothing
     */
    public static String sign(byte[] file, String version, LogSigner signer, String present) {
        SignedNote signed = signer.sign(text(file, version));
        List<SignedNote.Signature> all = new ArrayList<>();
        SignedNote before = SignedNote.parse(present);
        if (before.text().equals(signed.text())) {
            SignedNote.Signature own = signed.signatures().getFirst();
            before.signatures().stream()
                    .filter(other ->
                            other.keyId() != own.keyId() || !other.name().equals(own.name()))
                    .forEach(all::add);
        }
        all.addAll(signed.signatures());
        return new SignedNote(signed.text(), all).toString();
    }

    /**
     * Reads a note.
     *
     * @param where what to call the list in messages
     * @throws IllegalArgumentException if it is none
     */
    public static PriceSignature of(String note, String where) {
        try {
            return new PriceSignature(SignedNote.parse(note));
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException("the note beside " + where + " is not a signature", malformed);
        }
    }

    /**
     * Checks that it is of this list and by one of these keys.
     *
     * @throws IllegalArgumentException if not, saying which
     */
    public void check(byte[] file, String version, List<VerifierKey> keys, String where) {
        if (!note.text().equals(text(file, version))) {
            throw new IllegalArgumentException("the note beside " + where
                    + " signs another list: it was changed after it was signed, or the note is of"
                    + " another version");
        }
        boolean valid = false;
        for (VerifierKey key : keys) {
            switch (key.check(note)) {
                case VALID -> valid = true;
                case INVALID ->
                    throw new IllegalArgumentException(
                            "the signature of \"" + key.name() + "\" on " + where + " is wrong");
                case OTHER_KEY -> {}
            }
        }
        if (!valid) {
            List<String> signers =
                    note.signatures().stream().map(SignedNote.Signature::name).toList();
            throw new IllegalArgumentException(where + " is signed by " + signers
                    + ", which is no key that is trusted here: name the key in prices.trusted-keys");
        }
    }

    /** The keys that sign the lists in the program. */
    static List<VerifierKey> projectKeys() {
        try (InputStream in = PriceSnapshot.resource(KEYS)) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(VerifierKey::parse)
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** The project's keys and these. */
    public static List<VerifierKey> with(List<VerifierKey> trusted) {
        List<VerifierKey> all = new ArrayList<>(projectKeys());
        all.addAll(trusted);
        return all;
    }

    private static String text(byte[] file, String version) {
        return FIRST_LINE + "\n" + version + "\nsha256:" + sha256(file) + "\n";
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException everyJvmHasIt) {
            throw new IllegalStateException(everyJvmHasIt);
        }
    }
}
