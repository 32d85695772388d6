package dev.portreeve.audit.proof;

import dev.portreeve.audit.log.TreeHash;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/**
 * That a tree of one size is the beginning of the tree of another (RFC 6962, 2.1.2).
 *
 * @param from the smaller size, or the same
 */
public record ConsistencyProof(long from, long to, List<byte[]> hashes) {
    public ConsistencyProof {
        hashes = List.copyOf(hashes);
        if (from < 0 || from > to || !InclusionProof.areHashes(hashes)) {
            throw new IllegalArgumentException("there is no such proof from " + from + " to " + to);
        }
    }

    /**
     * Whether it proves this of trees with these roots (RFC 9162, 2.1.4.2). Of a tree without leaves, which begins every tree,
     * nothing can be proved.
     */
    public boolean proves(byte[] rootBefore, byte[] rootAfter) {
        if (from == to) {
            return from > 0 && hashes.isEmpty() && Arrays.equals(rootBefore, rootAfter);
        }
        if (from == 0 || hashes.isEmpty()) {
            return false;
        }
        TreeHash hash = new TreeHash();
        Iterator<byte[]> rest = hashes.iterator();
        // A complete tree is its own first part: the proof does not repeat it.
        byte[] before = Long.bitCount(from) == 1 ? rootBefore : rest.next();
        byte[] after = before;
        int shift = Long.numberOfTrailingZeros(from);
        long at = (from - 1) >>> shift;
        long last = (to - 1) >>> shift;
        while (rest.hasNext()) {
            byte[] next = rest.next();
            if (last == 0) {
                return false;
            }
            if ((at & 1) == 1 || at == last) {
                before = hash.node(next, before);
                after = hash.node(next, after);
                while ((at & 1) == 0 && at != 0) {
                    at >>>= 1;
                    last >>>= 1;
                }
            } else {
                after = hash.node(after, next);
            }
            at >>>= 1;
            last >>>= 1;
        }
        return last == 0 && Arrays.equals(before, rootBefore) && Arrays.equals(after, rootAfter);
    }
}
