package dev.portreeve.audit.parquet;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes an Apache Parquet file row by row: flat columns, pages packed with GZIP, which every reader knows and the JDK has. Keeps one
 * row group in memory, which is bounded by its bytes, and a few numbers for each that is written. For one thread; blocks as its stream does.
 */
public final class ParquetWriter {
    private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
    private static final long GROUP_BYTES = 16 << 20;
    private static final int GROUP_ROWS = 1_000_000;
    private final OutputStream out;
    private final List<Column> columns;
    private final long groupBytes;
    private final List<Footer.RowGroup> groups = new ArrayList<>();
    private List<ColumnPages> pages;
    private long offset;
    private int rows;

    /**
     * Begins a file.
     *
     * @param out is not closed here
     */
    public ParquetWriter(OutputStream out, List<Column> columns) throws IOException {
        this(out, columns, GROUP_BYTES);
    }

    /** @param groupBytes how many packed bytes a row group has, about, before the next begins */
    ParquetWriter(OutputStream out, List<Column> columns, long groupBytes) throws IOException {
        this.out = out;
        this.columns = List.copyOf(columns);
        this.groupBytes = groupBytes;
        this.pages = fresh();
        out.write(MAGIC);
        offset = MAGIC.length;
    }

    private List<ColumnPages> fresh() {
        return columns.stream().map(ColumnPages::new).toList();
    }

    /**
     * The next row.
     *
     * @param values one for each column; each a {@link String} or {@link Long} as its kind wants it, or {@code null} where it may be absent
     */
    public void row(@Nullable Object... values) throws IOException {
        if (values.length != columns.size()) {
            throw new IllegalArgumentException(
                    "a row has " + columns.size() + " values, this one has " + values.length);
        }
        long held = 0;
        for (int i = 0; i < values.length; i++) {
            pages.get(i).add(values[i]);
            held += pages.get(i).held();
        }
        rows++;
        if (held >= groupBytes || rows >= GROUP_ROWS) {
            endGroup();
        }
    }

    private void endGroup() throws IOException {
        List<ColumnPages.Chunk> chunks = new ArrayList<>();
        for (ColumnPages each : pages) {
            ColumnPages.Chunk chunk = each.write(out, offset);
            offset += chunk.packed();
            chunks.add(chunk);
        }
        groups.add(new Footer.RowGroup(rows, chunks));
        pages = fresh();
        rows = 0;
    }

    /**
     * Writes the end of the file; without it it is none.
     *
     * @param notes what the file says of itself, beside its rows
     */
    public void end(Map<String, String> notes) throws IOException {
        if (rows > 0) {
            endGroup();
        }
        byte[] footer = Footer.of(columns, groups, notes);
        out.write(footer);
        out.write(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(footer.length)
                .array());
        out.write(MAGIC);
    }
}
