package dev.portreeve.audit.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hardwood.InputFile;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.portreeve.audit.log.LogFixture;
import dev.portreeve.audit.log.Progress;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records as a Parquet file, read by other people's code. */
class ParquetRecordsTest {
    private static final String CALL = """
            {"at":"2026-11-22T08:41:36.123456Z","call":"01a1fd64-560b-75d9-a3fe-8166048b2222","cost_usd":"0.0012","duration_ms":412,\
            "held_usd":"1234567890.5","id":"01a1fd64-560b-75d9-a3fe-8166048b2221","kind":"call.closed","outcome":"completed",\
            "resource":"=\u05d0 \ud83d\udc26","subject":{"key":"k1","kind":"agent","member":"bot","team":"research"},"tenant":"acme","type":"llm",\
            "usage":{"input_tokens":12,"output_tokens":30},"v":1}""";

    @TempDir
    Path folder;

    private static RowReader read(byte[] file) throws Exception {
        return ParquetFileReader.open(InputFile.of(ByteBuffer.wrap(file))).rowReader();
    }

    @Test
    void membersAreColumnsOfTheirOwnTypesAndTheRecordIsWhole() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        RecordSink sink = RecordFormat.PARQUET.sink(out);
        sink.take(CALL.getBytes(StandardCharsets.UTF_8), 7);
        sink.take("{\"at\":tampered".getBytes(StandardCharsets.UTF_8), 8);
        sink.take("{\"at\":\"+999999999-01-01T00:00:00Z\",\"cost_usd\":\"much\"}".getBytes(StandardCharsets.UTF_8), 9);
        sink.end(List.of(new LogRange("acme", 7, 10, 12)));
        try (RowReader row = read(out.toByteArray())) {
            row.next();
            assertEquals(7, row.getLong("index"));
            assertEquals(Instant.parse("2026-11-22T08:41:36.123456Z"), row.getTimestamp("at"));
            assertEquals(0, new BigDecimal("0.0012").compareTo(row.getDecimal("cost_usd")));
            assertTrue(row.isNull("held_usd"), "more than a decimal of 18 digits holds");
            assertEquals(30, row.getLong("output_tokens"));
            assertEquals("bot", row.getString("member"));
            assertEquals("=\u05d0 \uD83D\uDC26", row.getString("resource"));
            assertTrue(row.isNull("ticket"));
            assertEquals(CALL, row.getString("record"));
            row.next();
            assertEquals("{\"at\":tampered", row.getString("record"));
            assertTrue(row.isNull("id"));
            row.next();
            assertTrue(row.isNull("at") && row.isNull("cost_usd"), "no time and no money that fit");
            assertFalse(row.hasNext());
        }
        assertThrows(IllegalStateException.class, RecordFormat.PARQUET::lines);
    }

    @Test
    void anExportHasTheRecordsOfTheJsonLinesAndIsARecordItself() throws Exception {
        try (LogFixture log = new LogFixture(folder.resolve("log"))) {
            log.log("acme", 30);
            log.log("other", 3);
            AuditExport export = new AuditExport(
                    log.database.app(),
                    log.signer,
                    log.log(),
                    Progress.none(),
                    InstantSource.system(),
                    new AuditExport.Asker("tests", "test"));
            Path lines = folder.resolve("records.jsonl");
            Path file = folder.resolve("records.parquet");
            export.as(RecordFormat.JSONL, lines, Selection.everything());
            AuditExport.Exported exported = export.as(RecordFormat.PARQUET, file, Selection.everything());
            assertEquals(33, exported.records());
            byte[] bytes = Files.readAllBytes(file);
            List<String> records = new ArrayList<>();
            try (RowReader row = read(bytes)) {
                while (row.hasNext()) {
                    row.next();
                    records.add(row.getString("record"));
                    assertEquals(records.size() <= 30 ? "acme" : "other", row.getString("tenant"));
                    assertEquals(records.size() <= 30 ? records.size() - 1 : records.size() - 31, row.getLong("index"));
                }
            }
            assertEquals(Files.readAllLines(lines, StandardCharsets.UTF_8), records);
            assertEquals(
                    exported.sha256(),
                    HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
            assertEquals(
                    2,
                    log.database.number(
                            "SELECT count(*) FROM audit.record WHERE kind = 'audit.exported' AND"
                                    + " position(?::bytea IN leaf) > 0",
                            exported.sha256().getBytes(StandardCharsets.UTF_8)));
            try (ParquetFileReader parquet = ParquetFileReader.open(InputFile.of(file))) {
                assertEquals(
                        "{\"form\":\"portreeve-records/1\",\"tenants\":[{\"tenant\":\"acme\",\"first\":0,\"records\":30,\"size\":30},"
                                + "{\"tenant\":\"other\",\"first\":0,\"records\":3,\"size\":3}]}",
                        String.valueOf(parquet.getFileMetaData()
                                        .keyValueMetadata()
                                        .get("portreeve"))
                                .replaceAll("\\s", ""));
            }
        }
    }
}
