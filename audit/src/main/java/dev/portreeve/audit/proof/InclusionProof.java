package dev.portreeve.audit.proof;

import dev.portreeve.audit.log.TreeHash;
import java.util.List;

/**
 * That a leaf stands at its index in a tree of some size (RFC 6962, 2.1.1).
 *
 * @param hashes from the leaf's sibling to the child of the root
 */
public record InclusionProof(long index, long size, List<byte[]> hashes) {
    /** No tree has more levels. */
    public static final int MOST_HASHES = 63;

    public InclusionProof {
        hashes = List.copyOf(hashes);
        if (index < 0 || index >= size || !areHashes(hashes)) {
            throw new IllegalArgumentException("a tree of " + size + " leaves has no such proof of leaf " + index);
        }
    }

    static boolean areHashes(List<byte[]> hashes) {
        return hashes.size() <= MOST_HASHES && hashes.stream().allMatch(hash -> hash.length == TreeHash.BYTES);
    }

    /**
     * The root of the tree this leaf is proved to stand in (RFC 9162, 2.1.3.2): compare it with a signed head's.
     *
     * @throws IllegalArgumentException if the proof has too few or too many hashes for its index and size
     */
    public byte[] root(byte[] leafHash) {
        if (leafHash.length != TreeHash.BYTES) {
            throw new IllegalArgumentException("a leaf's hash has " + TreeHash.BYTES + " bytes");
        }
        TreeHash hash = new TreeHash();
        long at = index;
        long last = size - 1;
        byte[] root = leafHash;
        for (byte[] sibling : hashes) {
            if (last == 0) {
                throw new IllegalArgumentException("the proof has too many hashes");
            }
            if ((at & 1) == 1 || at == last) {
                root = hash.node(sibling, root);
                while ((at & 1) == 0 && at != 0) {
                    at >>>= 1;
                    last >>>= 1;
                }
            } else {
                root = hash.node(root, sibling);
            }
            at >>>= 1;
            last >>>= 1;
        }
        if (last != 0) {
            throw new IllegalArgumentException("the proof has too few hashes");
        }
        return root;
    }
}
