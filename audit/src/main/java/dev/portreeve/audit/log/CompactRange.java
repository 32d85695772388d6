package dev.portreeve.audit.log;

import java.util.ArrayList;
import java.util.List;

/**
 * All that is needed of a Merkle tree to let it grow and to know its root: the roots of its complete subtrees, largest
 * first, at most 63. Appending a million leaves costs a million hashes, asking for the root some twenty. For one thread.
 */
public final class CompactRange {
    /** Levels of the tree that one tile holds (C2SP tlog-tiles). */
    public static final int TILE_HEIGHT = 8;

    /** Hears of tiles that have become full. */
    @FunctionalInterface
    public interface FullTiles {
        /**
         * A tile is full.
         *
         * @param level of the tile in which its root stands: 1 for tiles of leaf hashes
         * @param index of its root on that level
         */
        void full(int level, long index, byte[] root);
    }

    private final TreeHash hash;
    private final ArrayList<byte[]> subtrees;
    private long size;

    private CompactRange(TreeHash hash, long size, List<byte[]> subtrees) {
        this.hash = hash;
        this.size = size;
        this.subtrees = new ArrayList<>(subtrees);
    }

    /** A tree without leaves. */
    public static CompactRange empty() {
        return new CompactRange(new TreeHash(), 0, List.of());
    }

    /**
     * A tree that has grown before.
     *
     * @throws IllegalArgumentException if this number of subtrees cannot belong to this size
     */
    public static CompactRange of(long size, List<byte[]> subtrees) {
        if (size < 0
                || subtrees.size() != Long.bitCount(size)
                || subtrees.stream().anyMatch(root -> root.length != TreeHash.BYTES)) {
            throw new IllegalArgumentException("a tree of " + size + " leaves has other subtrees");
        }
        return new CompactRange(new TreeHash(), size, subtrees);
    }

    /** Another one that grows by itself. */
    public CompactRange copy() {
        return of(size, subtrees);
    }

    /** How many leaves it has. */
    public long size() {
        return size;
    }

    /** The roots of its complete subtrees, largest first. */
    public List<byte[]> subtrees() {
        return List.copyOf(subtrees);
    }

    /** Adds a leaf at the end. */
    public void append(byte[] leafHash) {
        append(leafHash, 0);
    }

    /**
     * Adds a complete subtree at the end.
     *
     * @param level it has two to the power of this many leaves
     * @throws IllegalArgumentException if none of that size can begin here
     */
    public void append(byte[] root, int level) {
        if (level < 0 || level > level(size, Long.MAX_VALUE) || root.length != TreeHash.BYTES) {
            throw new IllegalArgumentException("no subtree of level " + level + " begins at " + size);
        }
        append(root, level, (above, index, hash) -> {});
    }

    /**
     * Adds a leaf at the end and says which full tiles that makes.
     *
     * @param tiles hears the roots of subtrees of 256 leaves, of 65,536, and so on, smallest first
     */
    public void append(byte[] leafHash, FullTiles tiles) {
        append(leafHash, 0, tiles);
    }

    private void append(byte[] root, int level, FullTiles tiles) {
        byte[] merged = root;
        int height = level;
        for (long rest = size >>> level; (rest & 1) == 1; rest >>>= 1) {
            merged = hash.node(subtrees.removeLast(), merged);
            height++;
            if (height % TILE_HEIGHT == 0) {
                tiles.full(height / TILE_HEIGHT, size >>> height, merged);
            }
        }
        subtrees.add(merged);
        size += 1L << level;
    }

    /** The level of the largest complete subtree that begins at this leaf and ends at or before {@code end}. */
    public static int level(long from, long end) {
        int room = Long.SIZE - 1 - Long.numberOfLeadingZeros(end - from);
        return from == 0 ? room : Math.min(room, Long.numberOfTrailingZeros(from));
    }

    /** The RFC 6962 root. */
    public byte[] root() {
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
