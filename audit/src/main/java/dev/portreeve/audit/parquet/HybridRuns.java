package dev.portreeve.audit.parquet;

import java.io.ByteArrayOutputStream;

/** Parquet's hybrid of run lengths and bit packing, for levels and for indexes into a dictionary. */
final class HybridRuns {
    private static final int GROUP = 8;

    private HybridRuns() {}

    /**
     * Writes the first of these numbers.
     *
     * @param width bits of the largest
     */
    static void write(ByteArrayOutputStream out, int[] values, int count, int width) {
        int packedFrom = 0;
        int at = 0;
        while (at < count) {
            int same = same(values, at, count);
            if (same >= GROUP) {
                pack(out, values, packedFrom, at, width);
                varint(out, same << 1);
                for (int bits = 0; bits < width; bits += GROUP) {
                    out.write(values[at] >>> bits);
                }
                at += same;
                packedFrom = at;
            } else {
                // Packed groups are whole but for the last of all.
                at = Math.min(count, at + GROUP);
            }
        }
        pack(out, values, packedFrom, count, width);
    }

    private static int same(int[] values, int from, int count) {
        int to = from + 1;
        while (to < count && values[to] == values[from]) {
            to++;
        }
        return to - from;
    }

    private static void pack(ByteArrayOutputStream out, int[] values, int from, int to, int width) {
        if (from == to) {
            return;
        }
        int groups = (to - from + GROUP - 1) / GROUP;
        varint(out, (groups << 1) | 1);
        long buffer = 0;
        int bits = 0;
        for (int i = from; i < from + groups * GROUP; i++) {
            buffer |= (i < to ? Integer.toUnsignedLong(values[i]) : 0) << bits;
            for (bits += width; bits >= Byte.SIZE; bits -= Byte.SIZE) {
                out.write((int) buffer);
                buffer >>>= Byte.SIZE;
            }
        }
    }

    private static void varint(ByteArrayOutputStream out, int value) {
        int rest = value;
        while ((rest & ~0x7F) != 0) {
            out.write((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
    }
}
