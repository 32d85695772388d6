package dev.portreeve.audit.parquet;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** One column's values in one row group: pages that are packed as soon as they are full. For one thread. */
final class ColumnPages {
    static final int PLAIN = 0;
    static final int RLE = 3;
    static final int RLE_DICTIONARY = 8;
    private static final int PAGE_VALUES = 20_000;
    private static final int PAGE_BYTES = 1 << 20;
    private static final int DICTIONARY_BYTES = 1 << 19;
    private static final int DATA_PAGE = 0;
    private static final int DICTIONARY_PAGE = 2;
    private final Column column;
    private final Map<String, Integer> dictionary = new HashMap<>();
    private final ByteArrayOutputStream entries = new ByteArrayOutputStream();
    private final ByteArrayOutputStream packed = new ByteArrayOutputStream();
    private final ByteArrayOutputStream plain = new ByteArrayOutputStream();
    private final int[] levels = new int[PAGE_VALUES];
    private final int[] indexes = new int[PAGE_VALUES];
    private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private boolean looksUp;
    private int inPage;
    private int present;
    private long values;
    private long nulls;
    private long unpacked;
    private long least = Long.MAX_VALUE;
    private long largest = Long.MIN_VALUE;

    ColumnPages(Column column) {
        this.column = column;
        this.looksUp = column.repeating();
    }

    /**
     * The next value.
     *
     * @param value a {@link String} or {@link Long}, as the column's kind wants it
     */
    void add(@Nullable Object value) {
        if (value == null && column.required()) {
            throw new IllegalArgumentException("column " + column.name() + " needs a value");
        }
        levels[inPage++] = value == null ? 0 : 1;
        values++;
        switch (value) {
            case null -> nulls++;
            case Long whole -> {
                least = Math.min(least, whole);
                largest = Math.max(largest, whole);
                plain.writeBytes(number.putLong(0, whole).array());
            }
            default -> text(value.toString());
        }
        if (inPage == PAGE_VALUES || plain.size() >= PAGE_BYTES) {
            endPage();
        }
    }

    private void text(String text) {
        if (looksUp) {
            Integer known = dictionary.get(text);
            if (known == null) {
                known = dictionary.size();
                dictionary.put(text, known);
                bytes(entries, text);
            }
            indexes[present++] = known;
            if (entries.size() > DICTIONARY_BYTES) {
                endPage();
                looksUp = false;
            }
        } else {
            bytes(plain, text);
        }
    }

    private static void bytes(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        length(out, bytes.length);
        out.writeBytes(bytes);
    }

    private static void length(ByteArrayOutputStream out, int length) {
        for (int bits = 0; bits < Integer.SIZE; bits += Byte.SIZE) {
            out.write(length >>> bits);
        }
    }

    /** How many bytes it keeps in memory, about. */
    long held() {
        return (long) packed.size() + plain.size() + entries.size();
    }

    private void endPage() {
        if (inPage == 0) {
            return;
        }
        ByteArrayOutputStream page = new ByteArrayOutputStream();
        if (!column.required()) {
            ByteArrayOutputStream runs = new ByteArrayOutputStream();
            HybridRuns.write(runs, levels, inPage, 1);
            length(page, runs.size());
            page.writeBytes(runs.toByteArray());
        }
        // A page of nothing but absent values may come before the dictionary has an entry.
        boolean byIndex = looksUp && !dictionary.isEmpty();
        if (byIndex) {
            int width = Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(dictionary.size() - 1));
            page.write(width);
            HybridRuns.write(page, indexes, present, width);
        } else {
            page.writeBytes(plain.toByteArray());
        }
        int encoding = byIndex ? RLE_DICTIONARY : PLAIN;
        int count = inPage;
        unpacked += page(packed, DATA_PAGE, page.toByteArray(), header -> {
            header.struct(5);
            header.number(1, count);
            header.number(2, encoding);
            header.number(3, RLE);
            header.number(4, RLE);
            header.close();
        });
        plain.reset();
        inPage = 0;
        present = 0;
    }

    /** The part of a page's header that is of its type. */
    private interface PageHeader {
        void write(ThriftCompact header);
    }

    /** Packs a page; returns what it and its header would take without packing. */
    private static long page(ByteArrayOutputStream out, int type, byte[] content, PageHeader ofType) {
        byte[] packed = pack(content);
        CRC32 crc = new CRC32();
        crc.update(packed);
        ThriftCompact header = new ThriftCompact();
        header.number(1, type);
        header.number(2, content.length);
        header.number(3, packed.length);
        header.number(4, (int) crc.getValue());
        ofType.write(header);
        byte[] written = header.end();
        out.writeBytes(written);
        out.writeBytes(packed);
        return written.length + (long) content.length;
    }

    private static byte[] pack(byte[] content) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream(content.length / 4 + 64);
        try (Quick gzip = new Quick(packed)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new IllegalStateException("memory takes what is written", e);
        }
        return packed.toByteArray();
    }

    /** Text of records packs nearly as well so, in a third of the time. */
    private static final class Quick extends GZIPOutputStream {
        Quick(OutputStream out) throws IOException {
            super(out, 1 << 13);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }

    /**
     * Writes all pages.
     *
     * @param offset where in the file they come to stand
     */
    Chunk write(OutputStream out, long offset) throws IOException {
        endPage();
        ByteArrayOutputStream first = new ByteArrayOutputStream();
        boolean hasDictionary = !dictionary.isEmpty();
        if (hasDictionary) {
            unpacked += page(first, DICTIONARY_PAGE, entries.toByteArray(), header -> {
                header.struct(7);
                header.number(1, dictionary.size());
                header.number(2, PLAIN);
                header.close();
            });
        }
        first.writeTo(out);
        packed.writeTo(out);
        return new Chunk(
                column,
                offset,
                hasDictionary ? first.size() : 0,
                first.size() + (long) packed.size(),
                unpacked,
                values,
                nulls,
                encodings(hasDictionary),
                column.kind().isText() || nulls == values ? null : new Chunk.Bounds(least, largest));
    }

    private int[] encodings(boolean hasDictionary) {
        return hasDictionary ? new int[] {RLE, PLAIN, RLE_DICTIONARY} : new int[] {RLE, PLAIN};
    }

    /**
     * Where a column's values of a row group stand.
     *
     * @param dictionary how many bytes of it are the dictionary; 0 if there is none
     * @param packed how many bytes it takes
     * @param unpacked how many it would take without packing
     * @param bounds of numbers; {@code null} if it has none
     */
    record Chunk(
            Column column,
            long offset,
            long dictionary,
            long packed,
            long unpacked,
            long values,
            long nulls,
            int[] encodings,
            @Nullable Bounds bounds) {
        /** The least and the largest number. */
        record Bounds(long least, long largest) {
            static byte[] bytes(long number) {
                return ByteBuffer.allocate(Long.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(number)
                        .array();
            }
        }
    }
}
