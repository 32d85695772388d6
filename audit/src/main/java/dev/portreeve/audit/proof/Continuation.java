package dev.portreeve.audit.proof;

import dev.portreeve.audit.log.Checkpoint;
import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.log.VerifierKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A signed head and the proof that it continues the log as it was before. Written as a witness takes it ({@code
 * add-checkpoint} of C2SP tlog-witness): {@code old <size>}, hashes, an empty line, the head.
 *
 * @param note the signed head, with all signatures that were there
 */
public record Continuation(ConsistencyProof proof, SignedNote note) {
    private static final String OLD = "old ";

    /**
     * Reads one; {@link #flaw} says what it is worth.
     *
     * @throws IllegalArgumentException with a message for the one who gave it
     */
    public static Continuation parse(String text) {
        int blank = text.indexOf("\n\n");
        if (text.length() > TlogProof.MOST_CHARS || blank < 0 || !text.matches("(?s)old (0|[1-9][0-9]{0,18})\n.*")) {
            throw new IllegalArgumentException(
                    "not a consistency proof: it begins with \"old\" and a size, and a signed head stands after an empty line");
        }
        List<String> lines = new ArrayList<>(List.of(text.substring(0, blank).split("\n", -1)));
        long from = TlogProof.number(lines.removeFirst().substring(OLD.length()));
        if (lines.size() > InclusionProof.MOST_HASHES) {
            throw new IllegalArgumentException(
                    "not a consistency proof: more than " + InclusionProof.MOST_HASHES + " hashes");
        }
        List<byte[]> hashes = lines.stream().map(TlogProof::hash).toList();
        SignedNote note = SignedNote.parse(text.substring(blank + 2));
        return new Continuation(
                new ConsistencyProof(from, Checkpoint.parse(note.text()).size(), hashes), note);
    }

    /** The head it leads to. */
    public Checkpoint checkpoint() {
        return Checkpoint.parse(note.text());
    }

    /**
     * What is wrong with this as the continuation of a head known before, in words, or {@code null} if it holds.
     *
     * @param key of the log: one tenant's, see {@link VerifierKey#forTenant}
     */
    public @Nullable String flaw(Checkpoint before, VerifierKey key) {
        Checkpoint head = checkpoint();
        if (!head.origin().equals(before.origin()) || !head.origin().equals(key.name())) {
            return "the heads are of the logs \"" + before.origin() + "\" and \"" + head.origin()
                    + "\", the key is that of \"" + key.name() + "\"";
        }
        if (key.check(note) != VerifierKey.Check.VALID) {
            return "the newer head was not signed with the key " + key;
        }
        if (proof.from() != before.size()) {
            return "the proof begins at " + proof.from() + " records, the head known before has " + before.size();
        }
        return isProved(before.root())
                ? null
                : "the log of " + head.size() + " records does not continue the one of " + before.size()
                        + ": it was rewritten, or the proof is not theirs";
    }

    /** Whether the head continues a tree with this root. */
    public boolean isProved(byte[] rootBefore) {
        byte[] root = checkpoint().root();
        return proof.from() > 0
                ? proof.proves(rootBefore, root)
                : proof.hashes().isEmpty() && (proof.to() > 0 || Arrays.equals(rootBefore, root));
    }

    /** The file, byte for byte as a witness takes it. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(OLD).append(proof.from()).append('\n');
        for (byte[] hash : proof.hashes()) {
            text.append(Base64.getEncoder().encodeToString(hash)).append('\n');
        }
        return text.append('\n').append(note).toString();
    }
}
