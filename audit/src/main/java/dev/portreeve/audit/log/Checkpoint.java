package dev.portreeve.audit.log;

import java.util.Arrays;
import java.util.Base64;

/**
 * The head of a tree at some size: what a signature stands under (C2SP tlog-checkpoint).
 *
 * @param origin which log it is, {@code <log>/<tenant>}
 * @param root the RFC 6962 root hash
 */
public record Checkpoint(String origin, long size, byte[] root) {
    public Checkpoint {
        if (origin.isEmpty() || origin.indexOf('\n') >= 0 || size < 0 || root.length != TreeHash.BYTES) {
            throw new IllegalArgumentException(
                    "a checkpoint needs an origin in one line, a size and a root of 32 bytes");
        }
        root = root.clone();
    }

    @Override
    public byte[] root() {
        return root.clone();
    }

    /** The three lines that are signed. */
    public String text() {
        return origin + "\n" + size + "\n" + Base64.getEncoder().encodeToString(root) + "\n";
    }

    /**
     * Reads the text of a note. Lines after the third are extensions, which this log does not use and ignores.
     *
     * @throws IllegalArgumentException if it is not a checkpoint
     */
    public static Checkpoint parse(String text) {
        String[] lines = text.split("\n", -1);
        if (lines.length < 4 || !lines[lines.length - 1].isEmpty() || !lines[1].matches("0|[1-9][0-9]{0,18}")) {
            throw new IllegalArgumentException("not a checkpoint: it needs an origin, a size and a root, a line each");
        }
        return new Checkpoint(
                lines[0], Long.parseLong(lines[1]), Base64.getDecoder().decode(lines[2]));
    }

    boolean sameTree(Checkpoint other) {
        return origin.equals(other.origin) && size == other.size && Arrays.equals(root, other.root);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Checkpoint checkpoint && sameTree(checkpoint);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(root) ^ Long.hashCode(size);
    }
}
