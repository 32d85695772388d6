package dev.portreeve.audit.proof;

import dev.portreeve.audit.log.CompactRange;
import dev.portreeve.audit.log.TreeHash;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes proofs from a tree's tiles: reads at most two tiles of each level, so a proof in a tree of ten million leaves takes
 * some seven tiles. Keeps what it read, so make one for each question. For one thread; blocks as its tiles do.
 */
public final class TreeProver {
    private final TileHashes tiles;
    private final long size;
    private final TreeHash hash = new TreeHash();
    private final Map<Tile, List<byte[]>> known = new HashMap<>();

    private record Tile(int level, long index) {}

    /** @param size of the tree; what it grew by later does not matter */
    public TreeProver(TileHashes tiles, long size) {
        if (size < 0) {
            throw new IllegalArgumentException("a tree has no size below 0");
        }
        this.tiles = tiles;
        this.size = size;
    }

    /** The root of the tree at a size up to that of this one. */
    public byte[] root(long at) throws IOException {
        requireWithin(at);
        return at == 0 ? hash.empty() : range(0, at);
    }

    /**
     * That a leaf is in the tree.
     *
     * @throws IllegalArgumentException if the tree has no such leaf
     */
    public InclusionProof inclusion(long index) throws IOException {
        if (index < 0 || index >= size) {
            throw new IllegalArgumentException("a tree of " + size + " leaves has no leaf " + index);
        }
        List<byte[]> hashes = new ArrayList<>();
        path(index, 0, size, hashes);
        return new InclusionProof(index, size, hashes);
    }

    /**
     * That the tree is a continuation of what it was at a size before.
     *
     * @throws IllegalArgumentException if it never had that size
     */
    public ConsistencyProof consistency(long from) throws IOException {
        requireWithin(from);
        List<byte[]> hashes = new ArrayList<>();
        if (from > 0 && from < size) {
            subproof(from, 0, size, true, hashes);
        }
        return new ConsistencyProof(from, size, hashes);
    }

    private void requireWithin(long at) {
        if (at < 0 || at > size) {
            throw new IllegalArgumentException("a tree of " + size + " leaves never had " + at);
        }
    }

    /** PATH of RFC 6962, 2.1.1. */
    private void path(long index, long from, long to, List<byte[]> hashes) throws IOException {
        if (to - from == 1) {
            return;
        }
        long split = from + Long.highestOneBit(to - from - 1);
        if (index < split) {
            path(index, from, split, hashes);
            hashes.add(range(split, to));
        } else {
            path(index, split, to, hashes);
            hashes.add(range(from, split));
        }
    }

    /** SUBPROOF of RFC 6962, 2.1.2. */
    private void subproof(long end, long from, long to, boolean known, List<byte[]> hashes) throws IOException {
        if (end == to) {
            if (!known) {
                hashes.add(range(from, to));
            }
            return;
        }
        long split = from + Long.highestOneBit(to - from - 1);
        if (end <= split) {
            subproof(end, from, split, known, hashes);
            hashes.add(range(split, to));
        } else {
            subproof(end, split, to, false, hashes);
            hashes.add(range(from, split));
        }
    }

    /** The root of the leaves from one place to before another, which begin where a subtree that has them all begins. */
    private byte[] range(long from, long to) throws IOException {
        List<byte[]> subtrees = new ArrayList<>();
        for (long at = from; at < to; ) {
            int height = CompactRange.level(at, to);
            subtrees.add(subtree(height, at >>> height));
            at += 1L << height;
        }
        byte[] root = subtrees.removeLast();
        while (!subtrees.isEmpty()) {
            root = hash.node(subtrees.removeLast(), root);
        }
        return root;
    }

    /** The root of a complete subtree of two to the power of {@code height} leaves. */
    private byte[] subtree(int height, long index) throws IOException {
        int level = height / CompactRange.TILE_HEIGHT;
        int above = height % CompactRange.TILE_HEIGHT;
        long first = index << above;
        List<byte[]> tile = tile(level, first / TileHashes.WIDTH);
        int at = (int) (first % TileHashes.WIDTH);
        List<byte[]> row = tile.subList(at, at + (1 << above));
        while (row.size() > 1) {
            List<byte[]> next = new ArrayList<>(row.size() / 2);
            for (int i = 0; i < row.size(); i += 2) {
                next.add(hash.node(row.get(i), row.get(i + 1)));
            }
            row = next;
        }
        return row.getFirst();
    }

    private List<byte[]> tile(int level, long index) throws IOException {
        Tile tile = new Tile(level, index);
        List<byte[]> hashes = known.get(tile);
        if (hashes == null) {
            hashes = tiles.tile(level, index, width(size, level, index));
            known.put(tile, hashes);
        }
        return hashes;
    }

    /** How many hashes a tile has in a tree of this size; 0 if that tree has no such tile. */
    public static int width(long size, int level, long tile) {
        long hashes = size >>> (CompactRange.TILE_HEIGHT * level);
        return tile > hashes / TileHashes.WIDTH
                ? 0
                : (int) Math.min(hashes - tile * TileHashes.WIDTH, TileHashes.WIDTH);
    }
}
