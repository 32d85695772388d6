package dev.portreeve.audit.parquet;

import java.util.List;
import java.util.Map;

/** What stands at the end of a file and says where everything is: Parquet's FileMetaData. */
final class Footer {
    private static final String BY = "portreeve version 1.0.0 (build own)";
    private static final int GZIP = 2;
    private static final int OPTIONAL = 1;
    private static final int DIGITS = 18;
    private static final int DECIMALS = 9;

    private Footer() {}

    /** A row group that was written. */
    record RowGroup(long rows, List<ColumnPages.Chunk> chunks) {}

    static byte[] of(List<Column> columns, List<RowGroup> groups, Map<String, String> notes) {
        ThriftCompact out = new ThriftCompact();
        out.number(1, 2);
        schema(out, columns);
        out.number(3, groups.stream().mapToLong(RowGroup::rows).sum());
        out.structs(4, groups.size());
        for (RowGroup group : groups) {
            group(out, group);
        }
        out.structs(5, notes.size());
        notes.forEach((key, value) -> {
            out.open();
            out.text(1, key);
            out.text(2, value);
            out.close();
        });
        out.text(6, BY);
        // Bounds of numbers are in their own order; without this readers do not rely on them.
        out.structs(7, columns.size());
        for (int i = 0; i < columns.size(); i++) {
            out.open();
            out.empty(1);
            out.close();
        }
        return out.end();
    }

    private static void schema(ThriftCompact out, List<Column> columns) {
        out.structs(2, columns.size() + 1);
        out.open();
        out.text(4, "record");
        out.number(5, columns.size());
        out.close();
        for (Column column : columns) {
            out.open();
            out.number(1, column.kind().physical());
            out.number(3, column.required() ? 0 : OPTIONAL);
            out.text(4, column.name());
            type(out, column.kind());
            out.close();
        }
    }

    /** The converted type that older readers know, and the logical type that took its place. */
    private static void type(ThriftCompact out, Column.Kind kind) {
        switch (kind) {
            case TEXT -> {
                out.number(6, 0);
                out.struct(10);
                out.empty(1);
                out.close();
            }
            case JSON -> {
                out.number(6, 19);
                out.struct(10);
                out.empty(12);
                out.close();
            }
            case WHOLE -> out.number(6, 18);
            case MICROS -> {
                out.number(6, 10);
                out.struct(10);
                out.struct(8);
                out.flag(1, true);
                out.struct(2);
                out.empty(2);
                out.close();
                out.close();
                out.close();
            }
            case BILLIONTHS -> {
                out.number(6, 5);
                out.number(7, DECIMALS);
                out.number(8, DIGITS);
                out.struct(10);
                out.struct(5);
                out.number(1, DECIMALS);
                out.number(2, DIGITS);
                out.close();
                out.close();
            }
        }
    }

    private static void group(ThriftCompact out, RowGroup group) {
        out.open();
        out.structs(1, group.chunks().size());
        for (ColumnPages.Chunk chunk : group.chunks()) {
            out.open();
            out.number(2, 0L);
            out.struct(3);
            chunk(out, chunk);
            out.close();
            out.close();
        }
        out.number(
                2,
                group.chunks().stream().mapToLong(ColumnPages.Chunk::unpacked).sum());
        out.number(3, group.rows());
        out.number(5, group.chunks().getFirst().offset());
        out.number(
                6, group.chunks().stream().mapToLong(ColumnPages.Chunk::packed).sum());
        out.close();
    }

    private static void chunk(ThriftCompact out, ColumnPages.Chunk chunk) {
        out.number(1, chunk.column().kind().physical());
        out.numbers(2, chunk.encodings());
        out.texts(3, chunk.column().name());
        out.number(4, GZIP);
        out.number(5, chunk.values());
        out.number(6, chunk.unpacked());
        out.number(7, chunk.packed());
        out.number(9, chunk.offset() + chunk.dictionary());
        if (chunk.dictionary() > 0) {
            out.number(11, chunk.offset());
        }
        out.struct(12);
        out.number(3, chunk.nulls());
        ColumnPages.Chunk.Bounds bounds = chunk.bounds();
        if (bounds != null) {
            out.bytes(5, ColumnPages.Chunk.Bounds.bytes(bounds.largest()));
            out.bytes(6, ColumnPages.Chunk.Bounds.bytes(bounds.least()));
        }
        out.close();
    }
}
