package dev.portreeve.audit.log;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Text with signatures under it (C2SP signed-note).
 *
 * @param text what is signed, with its last newline
 */
public record SignedNote(String text, List<Signature> signatures) {
    private static final String DASH = "\u2014 ";
    private static final int MOST_SIGNATURES = 64;
    private static final int KEY_ID_BYTES = 4;

    /** One signature line: who says to have signed, the four bytes that tell keys apart, and the signature. */
    public record Signature(String name, int keyId, byte[] bytes) {}

    public SignedNote {
        signatures = List.copyOf(signatures);
    }

    /**
     * Reads a note; does not check its signatures ({@link VerifierKey#check} does).
     *
     * @throws IllegalArgumentException if it is not a signed note
     */
    public static SignedNote parse(String note) {
        int blank = note.lastIndexOf("\n\n");
        if (blank < 0 || blank + 2 >= note.length() || !note.endsWith("\n")) {
            throw new IllegalArgumentException("not a signed note: it needs a text, an empty line and signature lines");
        }
        List<Signature> signatures = new ArrayList<>();
        for (String line : note.substring(blank + 2, note.length() - 1).split("\n", -1)) {
            signatures.add(signature(line));
        }
        if (signatures.size() > MOST_SIGNATURES) {
            throw new IllegalArgumentException("not a signed note: more than " + MOST_SIGNATURES + " signatures");
        }
        return new SignedNote(note.substring(0, blank + 1), signatures);
    }

    private static Signature signature(String line) {
        int space = line.indexOf(' ', DASH.length());
        if (!line.startsWith(DASH) || space < 0) {
            throw new IllegalArgumentException("not a signed note: a signature line is a dash, a name and base64");
        }
        byte[] bytes = Base64.getDecoder().decode(line.substring(space + 1));
        if (bytes.length <= KEY_ID_BYTES) {
            throw new IllegalArgumentException("not a signed note: a signature is too short");
        }
        int keyId = 0;
        for (int i = 0; i < KEY_ID_BYTES; i++) {
            keyId = (keyId << 8) | (bytes[i] & 0xFF);
        }
        byte[] rest = new byte[bytes.length - KEY_ID_BYTES];
        System.arraycopy(bytes, KEY_ID_BYTES, rest, 0, rest.length);
        return new Signature(line.substring(DASH.length(), space), keyId, rest);
    }

    /** The same text with the signatures of another note after these. */
    public SignedNote and(SignedNote other) {
        List<Signature> all = new ArrayList<>(signatures);
        all.addAll(other.signatures);
        return new SignedNote(text, all);
    }

    /** The note as it is stored and sent. */
    @Override
    public String toString() {
        return text + "\n" + lines();
    }

    /** Its signature lines alone, as witnesses send them. */
    public String lines() {
        StringBuilder note = new StringBuilder();
        for (Signature signature : signatures) {
            byte[] bytes = new byte[KEY_ID_BYTES + signature.bytes().length];
            for (int i = 0; i < KEY_ID_BYTES; i++) {
                bytes[i] = (byte) (signature.keyId() >>> (24 - 8 * i));
            }
            System.arraycopy(signature.bytes(), 0, bytes, KEY_ID_BYTES, signature.bytes().length);
            note.append(DASH).append(signature.name()).append(' ');
            note.append(Base64.getEncoder().encodeToString(bytes)).append('\n');
        }
        return note.toString();
    }
}
