package dev.portreeve.audit.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class CompactRangeTest {
    private static final HexFormat HEX = HexFormat.of();
    private final TreeHash hash = new TreeHash();

    /** The leaves and roots of the reference tree in google/certificate-transparency, cpp/merkletree/merkle_tree_test.cc. */
    private static final List<String> LEAVES =
            List.of("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f");

    private static final List<String> ROOTS = List.of(
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");

    @Test
    void rootsAreThoseOfTheReferenceTree() {
        CompactRange range = CompactRange.empty();
        assertEquals(ROOTS.get(0), HEX.formatHex(range.root()));
        for (int i = 0; i < LEAVES.size(); i++) {
            range.append(hash.leaf(HEX.parseHex(LEAVES.get(i))));
            assertEquals(ROOTS.get(i + 1), HEX.formatHex(range.root()), "size " + (i + 1));
        }
    }

    /** RFC 6962, 2.1, as it is written there: split at the largest power of two below the size. */
    private byte[] definition(List<byte[]> leaves) {
        if (leaves.isEmpty()) {
            return hash.empty();
        }
        if (leaves.size() == 1) {
            return leaves.getFirst();
        }
        int split = Integer.highestOneBit(leaves.size() - 1);
        return hash.node(definition(leaves.subList(0, split)), definition(leaves.subList(split, leaves.size())));
    }

    @Test
    void growingGivesTheRootOfTheDefinitionAtEverySize() {
        ArrayList<byte[]> leaves = new ArrayList<>();
        CompactRange range = CompactRange.empty();
        for (int i = 0; i < 300; i++) {
            byte[] leaf = hash.leaf(new byte[] {(byte) i, (byte) (i >> 8)});
            leaves.add(leaf);
            range.append(leaf);
            assertArrayEquals(definition(leaves), range.root(), "size " + leaves.size());
            range = CompactRange.of(range.size(), range.subtrees());
        }
    }

    @Test
    void aSizeAndSubtreesThatDoNotBelongTogetherAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> CompactRange.of(3, List.of(hash.empty())));
        assertThrows(IllegalArgumentException.class, () -> CompactRange.of(1, List.of(new byte[31])));
    }
}
