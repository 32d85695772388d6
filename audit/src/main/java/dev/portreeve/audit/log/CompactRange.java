package dev.portreeve.audit.log;

import java.util.ArrayList;
import java.util.List;

/**
 * All that is needed of a Merkle tree to let it grow and to know its root: the roots of its complete subtrees, largest
 * first, at most 63. Appending a million leaves costs a million hashes, asking for the root some twenty. For one thread.
 */
final class CompactRange {
    private final TreeHash hash;
    private final ArrayList<byte[]> subtrees;
    private long size;

    private CompactRange(TreeHash hash, long size, List<byte[]> subtrees) {
        this.hash = hash;
        this.size = size;
        this.subtrees = new ArrayList<>(subtrees);
    }

    static CompactRange empty() {
        return new CompactRange(new TreeHash(), 0, List.of());
    }

    /**
     * A tree that has grown before.
     *
     * @throws IllegalArgumentException if this number of subtrees cannot belong to this size
     */
    static CompactRange of(long size, List<byte[]> subtrees) {
        if (size < 0
                || subtrees.size() != Long.bitCount(size)
                || subtrees.stream().anyMatch(root -> root.length != TreeHash.BYTES)) {
            throw new IllegalArgumentException("a tree of " + size + " leaves has other subtrees");
        }
        return new CompactRange(new TreeHash(), size, subtrees);
    }

    CompactRange copy() {
        return of(size, subtrees);
    }

    long size() {
        return size;
    }

    List<byte[]> subtrees() {
        return List.copyOf(subtrees);
    }

    void append(byte[] leafHash) {
        byte[] merged = leafHash;
        for (long rest = size; (rest & 1) == 1; rest >>>= 1) {
            merged = hash.node(subtrees.removeLast(), merged);
        }
        subtrees.add(merged);
        size++;
    }

    byte[] root() {
        if (size == 0) {
            return hash.empty();
        }
        byte[] root = subtrees.getLast();
        for (int i = subtrees.size() - 2; i >= 0; i--) {
            root = hash.node(subtrees.get(i), root);
        }
        return root;
    }
}
