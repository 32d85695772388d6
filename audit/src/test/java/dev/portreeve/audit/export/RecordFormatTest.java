package dev.portreeve.audit.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.log.LogFixture;
import dev.portreeve.audit.log.Progress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecordFormatTest {
    private static final String CALL = """
            {"at":"2026-11-22T08:41:36.123456Z","call":"01a1fd64-560b-75d9-a3fe-8166048b2222","cost_usd":"0.0012","duration_ms":412,\
            "id":"01a1fd64-560b-75d9-a3fe-8166048b2221","kind":"call.closed","operation":"chat","outcome":"completed","provider":"openai",\
            "resource":"gpt-5","subject":{"key":"k1","kind":"agent","member":"bot","team":"research"},"tenant":"acme","type":"llm",\
            "upstream_model":"gpt-5-2026","upstream_status":200,"usage":{"input_tokens":12,"output_tokens":30},"v":1}""";

    private static final String HOSTILE = """
            {"at":"2026-11-22T08:41:36.123456Z","id":"01a1fd64-560b-75d9-a3fe-8166048b2221","kind":"call.refused","operation":"call",\
            "reason":"guardrail_blocked","resource":"=cmd|' /C calc'!A0\\n\\"]\\\\|<0>x=y","subject":{"member":"@SUM(1)"},"tenant":"acme","v":1}""";

    @TempDir
    Path folder;

    private static String line(RecordFormat format, String record) {
        String line =
                new String(format.lines().line(record.getBytes(StandardCharsets.UTF_8), 7), StandardCharsets.UTF_8);
        assertTrue(line.endsWith("\n"));
        return line.substring(0, line.length() - 1);
    }

    @Test
    void formsHaveNames() {
        assertEquals(RecordFormat.OCSF, RecordFormat.of("ocsf"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> RecordFormat.of("excel"))
                .getMessage()
                .contains("[jsonl, csv, ocsf, cef, syslog, parquet]"));
    }

    @Test
    void jsonLinesAreTheRecordsThemselves() {
        assertEquals(CALL, line(RecordFormat.JSONL, CALL));
    }

    @Test
    void csvHasAColumnForWhatIsAskedMostAndNoFormula() {
        String heading = new String(RecordFormat.CSV.lines().heading(), StandardCharsets.UTF_8);
        List<String> names = List.of(heading.strip().split(","));
        List<String> cells = cells(line(RecordFormat.CSV, CALL));
        assertEquals(names.size(), cells.size());
        assertEquals("7", cells.get(names.indexOf("index")));
        assertEquals("0.0012", cells.get(names.indexOf("cost_usd")));
        assertEquals("30", cells.get(names.indexOf("output_tokens")));
        assertEquals(CALL, cells.get(names.indexOf("record")));
        List<String> hostile = cells(line(RecordFormat.CSV, HOSTILE));
        assertTrue(hostile.get(names.indexOf("resource")).startsWith("'="), hostile.toString());
        assertEquals("'@SUM(1)", hostile.get(names.indexOf("member")));
    }

    private static List<String> cells(String line) {
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char unit = line.charAt(i);
            if (unit == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
                cell.append('"');
                i++;
            } else if (unit == '"') {
                quoted = !quoted;
            } else if (unit == ',' && !quoted) {
                cells.add(cell.toString());
                cell.setLength(0);
            } else {
                cell.append(unit);
            }
        }
        cells.add(cell.toString());
        assertFalse(quoted, line);
        return cells;
    }

    @Test
    void cefEscapesItsSeparators() {
        assertEquals(
                "CEF:0|Portreeve|Portreeve|1|call.closed|call.closed chat gpt-5 completed|2|rt=1795336896123"
                        + " externalId=01a1fd64-560b-75d9-a3fe-8166048b2221 suser=bot suid=k1 outcome=success request=gpt-5"
                        + " requestMethod=chat destinationServiceName=openai cs1Label=tenant cs1=acme cs2Label=call"
                        + " cs2=01a1fd64-560b-75d9-a3fe-8166048b2222 cs3Label=team cs3=research cs6Label=costUsd"
                        + " cs6=0.0012 cn1Label=index cn1=7",
                line(RecordFormat.CEF, CALL));
        String hostile = line(RecordFormat.CEF, HOSTILE);
        assertEquals(-1, hostile.indexOf('\n'));
        assertTrue(hostile.contains("request=\\=cmd|' /C calc'!A0\\n\"]\\\\|<0>x\\=y "), hostile);
        assertTrue(
                hostile.contains("|call.refused call \\=cmd\\|") || hostile.contains("|call.refused call =cmd\\|"),
                hostile);
    }

    @Test
    void syslogMessagesAreOfTheRfc() {
        String line = line(RecordFormat.SYSLOG, CALL);
        assertTrue(
                line.matches(
                        "<110>1 2026-11-22T08:41:36\\.123456Z - portreeve - call\\.closed \\[portreeve@32473 ([a-z]+=\"[^\"]*\" ?)+\\] \uFEFF\\{.*\\}"),
                line);
        String hostile = line(RecordFormat.SYSLOG, HOSTILE);
        assertTrue(hostile.startsWith("<108>1 "), hostile);
        assertTrue(hostile.contains("resource=\"=cmd|' /C calc'!A0 \\\"\\]\\\\|<0>x=y\""), hostile);
    }

    private static void assertOcsf(OcsfSchema schema, String record) {
        Map<?, ?> event = OcsfSchema.json(line(RecordFormat.OCSF, record).getBytes(StandardCharsets.UTF_8));
        assertEquals(List.of(), schema.wrong(event), event.toString());
        assertEquals(record, event.get("raw_data"));
    }

    @Test
    void ocsfEventsAreOfTheSchema() throws Exception {
        OcsfSchema schema = OcsfSchema.read();
        assertOcsf(schema, CALL);
        assertOcsf(schema, HOSTILE);
        Map<?, ?> call = OcsfSchema.json(line(RecordFormat.OCSF, CALL).getBytes(StandardCharsets.UTF_8));
        assertEquals(6003L, call.get("class_uid"));
        assertEquals(1L, call.get("status_id"));
        assertEquals("gpt-5-2026", ((Map<?, ?>) call.get("ai_model")).get("name"));
        assertEquals(42L, ((Map<?, ?>) call.get("message_context")).get("total_tokens"));
        assertEquals(1_795_336_896_123L, call.get("time"));
        assertEquals(
                2004L,
                OcsfSchema.json(line(RecordFormat.OCSF, HOSTILE).getBytes(StandardCharsets.UTF_8))
                        .get("class_uid"));
        assertEquals(List.of("event.nonsense is no attribute"), schema.wrong(with(call, "nonsense", 1L)));
        assertEquals(
                List.of("event.severity_id is 9, not one of [0, 1, 2, 3, 4, 5, 6, 99]"),
                schema.wrong(with(call, "severity_id", 9L)));
    }

    private static Map<?, ?> with(Map<?, ?> event, String name, Object value) {
        Map<Object, Object> changed = new java.util.LinkedHashMap<>(event);
        changed.put(name, value);
        return changed;
    }

    /** Whatever a kind says or leaves out, its event is one of the schema's. */
    @ParameterizedTest
    @EnumSource(EventKind.class)
    void everyKindIsAnOcsfEvent(EventKind kind) throws Exception {
        OcsfSchema schema = OcsfSchema.read();
        assertOcsf(schema, CALL.replace("call.closed", kind.code()));
        assertOcsf(
                schema,
                "{\"at\":\"2026-11-22T08:41:36.123456Z\",\"id\":\"01a1fd64-560b-75d9-a3fe-8166048b2221\",\"kind\":\""
                        + kind.code() + "\",\"tenant\":\"acme\",\"v\":1}");
    }

    @ParameterizedTest
    @EnumSource(value = RecordFormat.class, mode = EnumSource.Mode.EXCLUDE, names = "PARQUET")
    void whatIsNoRecordAnyMoreIsPassedOnAsItIs(RecordFormat format) {
        assertTrue(line(format, "{\"at\":tampered").contains("tampered"));
    }

    @ParameterizedTest
    @EnumSource(value = RecordFormat.class, mode = EnumSource.Mode.EXCLUDE, names = "PARQUET")
    void aFileHasALineForEachRecordAndIsARecordItself(RecordFormat format) throws Exception {
        try (LogFixture log = new LogFixture(folder.resolve("log"))) {
            log.log("acme", 30);
            log.log("other", 3);
            Path file = folder.resolve("records." + format.code());
            AuditExport.Exported exported = new AuditExport(
                            log.database.app(),
                            log.signer,
                            log.log(),
                            Progress.none(),
                            InstantSource.system(),
                            new AuditExport.Asker("tests", "test"))
                    .as(format, file, Selection.everything());
            assertEquals(33, exported.records());
            List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
            assertEquals(33 + (format.lines().heading().length > 0 ? 1 : 0), lines.size());
            assertArrayEquals(
                    HexFormat.of().parseHex(exported.sha256()),
                    MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
            assertEquals(
                    2,
                    log.database.number(
                            "SELECT count(*) FROM audit.record WHERE kind = 'audit.exported' AND"
                                    + " position(?::bytea IN leaf) > 0",
                            exported.sha256().getBytes(StandardCharsets.UTF_8)));
        }
    }

    @Test
    void aTimeThatSomebodyAlteredBeginsNoSecondMessage() {
        String line = line(RecordFormat.SYSLOG, "{\"at\":\"x\\n<13>1 2026\",\"kind\":\"call.closed\"}");
        assertEquals(1, line.strip().lines().count(), line);
        assertTrue(line.startsWith("<110>1 x_<13>1_2026 - portreeve - call.closed "), line);
    }
}
