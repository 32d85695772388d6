package dev.portreeve.audit.proof;

import dev.portreeve.audit.log.Checkpoint;
import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.log.TreeHash;
import dev.portreeve.audit.log.VerifierKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The receipt of a record: its index, the way to the root, and a signed head (C2SP tlog-proof). Whoever has the record, this
 * file and the log's key needs nothing else to see that the record is in the log, unaltered.
 *
 * @param note the signed head, with all signatures that were there
 */
public record TlogProof(InclusionProof inclusion, SignedNote note) {
    private static final String HEADER = "c2sp.org/tlog-proof@v1";
    private static final String EXTRA = "extra ";
    private static final String INDEX = "index ";
    /** Of the whole file: notes with many post-quantum signatures fit. */
    public static final int MOST_CHARS = 256 * 1024;

    /**
     * Reads a proof; {@link #flaw} says what it is worth. Its extra data, if it has any, is ignored.
     *
     * @throws IllegalArgumentException with a message for the one who gave it
     */
    public static TlogProof parse(String text) {
        int blank = text.indexOf("\n\n");
        if (text.length() > MOST_CHARS || blank < 0 || !text.startsWith(HEADER + "\n")) {
            throw new IllegalArgumentException(
                    "not a proof: it begins with " + HEADER + ", and a signed head stands after an empty line");
        }
        List<String> lines = new ArrayList<>(List.of(text.substring(0, blank).split("\n", -1)));
        lines.removeFirst();
        if (!lines.isEmpty() && lines.getFirst().startsWith(EXTRA)) {
            lines.removeFirst();
        }
        if (lines.isEmpty() || !lines.getFirst().matches(INDEX + "(0|[1-9][0-9]{0,18})")) {
            throw new IllegalArgumentException("not a proof: a line with the index is missing");
        }
        long index = number(lines.removeFirst().substring(INDEX.length()));
        if (lines.size() > InclusionProof.MOST_HASHES) {
            throw new IllegalArgumentException("not a proof: more than " + InclusionProof.MOST_HASHES + " hashes");
        }
        List<byte[]> hashes = lines.stream().map(TlogProof::hash).toList();
        SignedNote note = SignedNote.parse(text.substring(blank + 2));
        return new TlogProof(
                new InclusionProof(index, Checkpoint.parse(note.text()).size(), hashes), note);
    }

    static long number(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException tooLarge) {
            throw new IllegalArgumentException("not a proof: no log has " + digits + " records", tooLarge);
        }
    }

    static byte[] hash(String line) {
        byte[] hash = Base64.getDecoder().decode(line);
        if (hash.length != TreeHash.BYTES) {
            throw new IllegalArgumentException("not a proof: a hash has not " + TreeHash.BYTES + " bytes");
        }
        return hash;
    }

    /** The head it leads to. */
    public Checkpoint checkpoint() {
        return Checkpoint.parse(note.text());
    }

    /**
     * What is wrong with this proof of a record, in words, or {@code null} if it holds.
     *
     * @param leaf the record's bytes, as exported
     * @param key of the log it must be in: one tenant's, see {@link VerifierKey#forTenant}
     */
    public @Nullable String flaw(byte[] leaf, VerifierKey key) {
        Checkpoint head = checkpoint();
        if (!head.origin().equals(key.name())) {
            return "the proof is about the log \"" + head.origin() + "\", the key is that of \"" + key.name() + "\"";
        }
        switch (key.check(note)) {
            case OTHER_KEY -> {
                return "the signed head in the proof was not signed with the key " + key;
            }
            case INVALID -> {
                return "the signature under the head in the proof is wrong";
            }
            case VALID -> {}
        }
        try {
            boolean same = Arrays.equals(inclusion.root(new TreeHash().leaf(leaf)), head.root());
            return same ? null : "the record is not the one that was logged at index " + inclusion.index();
        } catch (IllegalArgumentException wrongLength) {
            return String.valueOf(wrongLength.getMessage());
        }
    }

    /** The file, byte for byte as C2SP has it. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(HEADER).append('\n');
        text.append(INDEX).append(inclusion.index()).append('\n');
        for (byte[] hash : inclusion.hashes()) {
            text.append(Base64.getEncoder().encodeToString(hash)).append('\n');
        }
        return text.append('\n').append(note).toString();
    }
}
