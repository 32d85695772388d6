package dev.portreeve.audit.search;

import java.util.Collection;

/**
 * A Bloom filter over the values in a block, and over those of some facets that stand together in an entry. The database looks at its bits, so where they are is stored data: bit {@code n} is bit {@code
 * n % 8}, from the lowest, of byte {@code n / 8}, as {@code get_bit} counts.
 */
final class Presence {
    /** Bits that speak for one value. */
    static final int PLACES = 4;

    private static final int BITS_A_VALUE = 10;
    private static final int FEWEST_BYTES = 8;
    private static final int MOST_BYTES = 6144;

    private Presence() {}

    /** A number that speaks for a value; the same in every version, since it is stored. */
    static long hash(Facet facet, String value) {
        long hash = 0xcbf29ce484222325L ^ facet.ordinal();
        for (int i = 0; i < value.length(); i++) {
            hash = (hash ^ value.charAt(i)) * 0x100000001b3L;
        }
        return mixed(hash);
    }

    /** Speaks for two values that stand in one entry; the facet of the first comes before that of the second. */
    static long pair(long first, long second) {
        return mixed(first ^ Long.rotateLeft(second, Integer.SIZE));
    }

    private static long mixed(long number) {
        long hash = (number ^ (number >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return hash ^ (hash >>> 33);
    }

    /** Where its bits are, before they are taken modulo the number of bits. */
    static long place(long hash, int which) {
        return ((hash & 0x7fffffff) + which * ((hash >>> 32) | 1)) & Long.MAX_VALUE;
    }

    /** The filter over these hashes. */
    static byte[] of(Collection<Long> hashes) {
        byte[] filter = new byte[Math.clamp((long) hashes.size() * BITS_A_VALUE / Byte.SIZE, FEWEST_BYTES, MOST_BYTES)];
        for (long hash : hashes) {
            for (int i = 0; i < PLACES; i++) {
                int bit = Math.toIntExact(place(hash, i) % ((long) filter.length * Byte.SIZE));
                filter[bit / Byte.SIZE] |= (byte) (1 << (bit % Byte.SIZE));
            }
        }
        return filter;
    }
}
