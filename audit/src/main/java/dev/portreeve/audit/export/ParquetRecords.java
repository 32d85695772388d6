package dev.portreeve.audit.export;

import dev.portreeve.audit.parquet.Column;
import dev.portreeve.audit.parquet.ParquetWriter;
import dev.portreeve.audit.verify.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Apache Parquet: a row per record, the members asked for most as columns of their own types, and the whole record last. The file says
 * of itself which records it has, by tenant and index.
 */
final class ParquetRecords implements RecordSink {
    private static final String FORM = "portreeve-records/1";
    private final ParquetWriter parquet;

    ParquetRecords(OutputStream out) throws IOException {
        List<Column> columns = new ArrayList<>();
        columns.add(new Column("index", Column.Kind.WHOLE, true, false));
        RecordColumn.ALL.forEach(each -> columns.add(new Column(each.name(), each.kind(), false, each.repeating())));
        columns.add(new Column("record", Column.Kind.JSON, true, false));
        this.parquet = new ParquetWriter(out, columns);
    }

    @Override
    public void take(byte[] leaf, long index) throws IOException {
        RecordView record = RecordView.of(leaf, index);
        @Nullable Object[] row = new @Nullable Object[RecordColumn.ALL.size() + 2];
        row[0] = index;
        for (int i = 0; i < RecordColumn.ALL.size(); i++) {
            row[i + 1] = RecordColumn.ALL.get(i).value(record);
        }
        row[row.length - 1] = record.json();
        parquet.row(row);
    }

    @Override
    public void end(List<LogRange> ranges) throws IOException {
        List<Map<String, Object>> tenants = new ArrayList<>();
        for (LogRange range : ranges) {
            Map<String, Object> tenant = new LinkedHashMap<>();
            tenant.put("tenant", range.tenant());
            tenant.put("first", range.first());
            tenant.put("records", range.records());
            if (range.size() != LogRange.NO_HEAD) {
                tenant.put("size", range.size());
            }
            tenants.add(tenant);
        }
        Map<String, Object> notes = new LinkedHashMap<>();
        notes.put("form", FORM);
        notes.put("tenants", tenants);
        parquet.end(Map.of("portreeve", Json.write(notes)));
    }
}
