package dev.portreeve.audit.proof;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.log.CompactRange;
import dev.portreeve.audit.log.TreeHash;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TreeProverTest {
    private static final int LEAVES = 70_000;
    private static final TreeHash HASH = new TreeHash();
    private static final List<byte[]> ROOTS = new ArrayList<>();
    /** By level. */
    private static final List<List<byte[]>> NODES = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());

    static {
        CompactRange tree = CompactRange.empty();
        for (int i = 0; i <= LEAVES; i++) {
            ROOTS.add(tree.root());
            byte[] leaf = leaf(i);
            NODES.get(0).add(leaf);
            tree.append(leaf, (level, index, root) -> {
                assertEquals(NODES.get(level).size(), index);
                NODES.get(level).add(root);
            });
        }
    }

    private final Set<String> read = new HashSet<>();

    private static byte[] leaf(int index) {
        return HASH.leaf(Integer.toString(index).getBytes(StandardCharsets.US_ASCII));
    }

    private TreeProver prover(long size) {
        return new TreeProver(
                (level, tile, width) -> {
                    assertTrue(read.add(level + "/" + tile), "each tile is read once");
                    assertTrue(width >= 1 && width <= TileHashes.WIDTH);
                    int first = (int) tile * TileHashes.WIDTH;
                    return NODES.get(level).subList(first, first + width);
                },
                size);
    }

    private static List<byte[]> without(List<byte[]> hashes, int at) {
        List<byte[]> fewer = new ArrayList<>(hashes);
        fewer.remove(at);
        return fewer;
    }

    @Test
    void everyLeafOfEverySmallTreeIsProved() throws IOException {
        for (int size = 1; size <= 270; size++) {
            for (int index = 0; index < size; index++) {
                read.clear();
                InclusionProof proof = prover(size).inclusion(index);
                assertArrayEquals(ROOTS.get(size), proof.root(leaf(index)), index + " of " + size);
                if (!proof.hashes().isEmpty()) {
                    assertFalse(Arrays.equals(ROOTS.get(size), proof.root(leaf(index + 1))));
                    List<byte[]> fewer = without(proof.hashes(), proof.hashes().size() - 1);
                    InclusionProof shorter = new InclusionProof(index, size, fewer);
                    assertThrows(IllegalArgumentException.class, () -> shorter.root(leaf(0)));
                }
            }
        }
    }

    @Test
    void everySmallTreeContinuesTheOnesBefore() throws IOException {
        for (int to = 0; to <= 270; to += to < 40 ? 1 : 23) {
            for (int from = 0; from <= to; from++) {
                read.clear();
                ConsistencyProof proof = prover(to).consistency(from);
                assertEquals(from > 0, proof.proves(ROOTS.get(from), ROOTS.get(to)), from + " to " + to);
                assertFalse(proof.proves(ROOTS.get(from + 1), ROOTS.get(to)));
                if (from > 0) {
                    assertFalse(proof.proves(ROOTS.get(from), ROOTS.get(to + 1)));
                }
                for (int i = 0; i < proof.hashes().size(); i++) {
                    ConsistencyProof fewer = new ConsistencyProof(from, to, without(proof.hashes(), i));
                    assertFalse(fewer.proves(ROOTS.get(from), ROOTS.get(to)));
                }
            }
        }
    }

    @Test
    void proofsInALargeTreeReadFewTiles() throws IOException {
        for (int size : new int[] {256, 257, 65_535, 65_536, 65_537, 69_999, LEAVES}) {
            for (int index : new int[] {0, 1, 255, 256, 32_768, size - 2, size - 1}) {
                if (index < size) {
                    read.clear();
                    assertArrayEquals(
                            ROOTS.get(size), prover(size).inclusion(index).root(leaf(index)));
                    assertTrue(read.size() <= 6, read.toString());
                    read.clear();
                    ConsistencyProof proof = prover(size).consistency(index);
                    assertTrue(index == 0 || proof.proves(ROOTS.get(index), ROOTS.get(size)), index + " to " + size);
                    assertTrue(read.size() <= 6, read.toString());
                }
            }
        }
    }

    @Test
    void whatATreeNeverHadIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> prover(5).inclusion(5));
        assertThrows(IllegalArgumentException.class, () -> prover(5).inclusion(-1));
        assertThrows(IllegalArgumentException.class, () -> prover(5).consistency(6));
        assertThrows(IllegalArgumentException.class, () -> prover(5).root(6));
    }

    /** One of the vectors that implementations share. */
    record Vector(String name, boolean holds, long first, long second, byte[] one, byte[] other, List<byte[]> proof) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static List<Vector> vectors(String file) throws IOException {
        try (InputStream in = Objects.requireNonNull(TreeProverTest.class.getResourceAsStream("/vectors/" + file))) {
            List<Vector> vectors = new ArrayList<>();
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t", -1))
                    .forEach(c -> vectors.add(new Vector(
                            c[0],
                            c[1].equals("holds"),
                            Long.parseUnsignedLong(c[2]),
                            Long.parseUnsignedLong(c[3]),
                            Base64.getDecoder().decode(c[4]),
                            Base64.getDecoder().decode(c[5]),
                            c[6].isEmpty()
                                    ? List.of()
                                    : Arrays.stream(c[6].split(",", -1))
                                            .map(hash -> hash.equals("-") ? "" : hash)
                                            .map(Base64.getDecoder()::decode)
                                            .toList())));
            return vectors;
        }
    }

    static List<Vector> inclusion() throws IOException {
        return vectors("inclusion.tsv");
    }

    static List<Vector> consistency() throws IOException {
        return vectors("consistency.tsv");
    }

    @ParameterizedTest
    @MethodSource
    void inclusion(Vector vector) {
        boolean holds;
        try {
            InclusionProof proof = new InclusionProof(vector.first(), vector.second(), vector.proof());
            holds = Arrays.equals(vector.one(), proof.root(vector.other()));
        } catch (IllegalArgumentException refused) {
            holds = false;
        }
        assertEquals(vector.holds(), holds);
    }

    @ParameterizedTest
    @MethodSource
    void consistency(Vector vector) {
        boolean holds;
        try {
            holds = new ConsistencyProof(vector.first(), vector.second(), vector.proof())
                    .proves(vector.one(), vector.other());
        } catch (IllegalArgumentException refused) {
            holds = false;
        }
        assertEquals(vector.holds(), holds);
    }
}
