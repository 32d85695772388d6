package dev.portreeve.audit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

class LeafWriterTest {
    private static final UUID ID = UUID.fromString("01936f4e-0000-7000-8000-000000000001");
    private static final UUID CALL = UUID.fromString("01936f4e-0000-7000-8000-000000000002");
    private static final Instant AT = Instant.parse("2026-02-03T04:05:06.000789Z");
    private final LeafWriter writer = new LeafWriter();

    private String leaf(Facts facts) {
        return new String(bytes(facts), StandardCharsets.UTF_8);
    }

    private byte[] bytes(Facts facts) {
        return writer.write(new AuditEvent("acme", EventKind.CALL_OPENED, CALL, facts), ID, AT);
    }

    @Test
    void membersStandInUtf16OrderAroundTheCommonOnes() {
        String leaf = leaf(new Facts()
                .put("z", 1)
                .put("model", "demo/echo")
                .put("a", true)
                .put("held", new Facts().put("usd", "0.01").put("budgets", 4)));
        assertEquals(
                "{\"a\":true,\"at\":\"2026-02-03T04:05:06.000789Z\",\"call\":\"" + CALL
                        + "\",\"held\":{\"budgets\":4,\"usd\":\"0.01\"},\"id\":\"" + ID
                        + "\",\"kind\":\"call.opened\",\"model\":\"demo/echo\",\"tenant\":\"acme\",\"v\":1,\"z\":1}",
                leaf);
    }

    /** Any names, between and beside those that every record has; a change after rendering counts. */
    @Test
    void renderedBeforeItsBytesAreTheSame() {
        List<String> names =
                List.of("a", "as", "attempts", "b", "callee", "i", "ida", "kinds", "money", "t", "tenants", "u", "w");
        Random random = new Random(41);
        for (int run = 0; run < 500; run++) {
            Facts one = new Facts();
            Facts other = new Facts();
            for (String name : names) {
                if (random.nextBoolean()) {
                    one.put(name, "é\"" + run).add("rules", new Facts().put("id", name));
                    other.put(name, "é\"" + run).add("rules", new Facts().put("id", name));
                }
            }
            assertArrayEquals(bytes(one), bytes(other.render()), one.members().toString());
            assertArrayEquals(bytes(one.put("n", run)), bytes(other.put("n", run)));
        }
        assertArrayEquals(bytes(new Facts()), bytes(new Facts().render()));
    }

    @Test
    void whatIsWrittenBeforeStandsAsFactsWould() {
        for (String name : List.of("a", "m", "z")) {
            Facts fixed = new Facts().put("budget", "tëam \"x\"").put("soft", true);
            Facts whole = new Facts().include(fixed).put(name, "-12.5");
            byte[] expected = bytes(new Facts().putAll("held", List.of(whole)));
            assertArrayEquals(
                    expected,
                    bytes(new Facts().putWritten("held", List.of(new Written.Form(fixed, name).with("-12.5")))));
            assertArrayEquals(expected, bytes(new Facts().putWritten("held", List.of(Written.of(whole)))));
        }
        assertArrayEquals(
                bytes(new Facts().put("left", new Facts().put("usd", "1"))),
                bytes(new Facts().put("left", new Facts().put("usd", "1")).render()));
        assertThrows(IllegalArgumentException.class, () -> new Written.Form(new Facts(), "usd").with("1\"}"));
    }

    @Test
    void aRecordWithoutACallHasNoCallMember() {
        byte[] leaf = writer.write(
                new AuditEvent(AuditEvent.INSTANCE, EventKind.SERVER_STARTED, null, new Facts()),
                ID,
                Instant.parse("1999-12-31T23:59:59Z"));
        assertEquals(
                "{\"at\":\"1999-12-31T23:59:59.000000Z\",\"id\":\"" + ID
                        + "\",\"kind\":\"server.started\",\"tenant\":\"_instance\",\"v\":1}",
                new String(leaf, StandardCharsets.UTF_8));
    }

    /** The string of RFC 8785, section 3.2.2, and its canonical form from section 3.2.4. */
    @Test
    void stringsAreEscapedAsRfc8785Shows() {
        String leaf = leaf(new Facts().put("string", "\u20ac$\u000F\nA'B\"\\\\\"/"));
        assertTrue(leaf.contains("\"string\":\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\""), leaf);
    }

    /** The property names of RFC 8785, section 3.2.3: UTF-16 order, which is neither UTF-8 nor code point order. */
    @Test
    void namesAreSortedAsRfc8785Shows() {
        Facts inner = new Facts();
        for (String name : List.of("\u20ac", "1", "\u00f6", "\u0080", "\ufb33", "a")) {
            inner.put(name, 1);
        }
        String leaf = leaf(new Facts().put("o", inner));
        assertTrue(leaf.contains("{\"1\":1,\"a\":1,\"\u0080\":1,\"\u00f6\":1,\"\u20ac\":1,\"\ufb33\":1}"), leaf);
        assertThrows(IllegalArgumentException.class, () -> new Facts().put("\ud800", 1));
        assertThrows(IllegalArgumentException.class, () -> new Facts().put("a\nb", 1));
    }

    @Test
    void everyUnitIsValidUtf8AndLoneSurrogatesAreReplaced() {
        String pair = "\ud83d\ude00";
        String leaf = leaf(new Facts().put("s", "x\ud83dy\ude00z" + pair + "\ud83d"));
        assertTrue(leaf.contains("\"s\":\"x\ufffdy\ufffdz" + pair + "\ufffd\""), leaf);
        byte[] expected = leaf.getBytes(StandardCharsets.UTF_8);
        assertArrayEquals(expected, bytes(new Facts().put("s", "x\ud83dy\ude00z" + pair + "\ud83d")));
    }

    /** Any text survives writing and reading by another's parser. */
    @Test
    void anyTextIsReadBackAsItWas() {
        long seed = 20260101;
        Random random = new Random(seed);
        JsonFactory json = JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        for (int round = 0; round < 500; round++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(60);
            for (int i = 0; i < length; i++) {
                int[] ranges = {0x80, 0x100, 0x900, 0xFFFF, 0x10FFFF};
                int codePoint = random.nextInt(ranges[random.nextInt(ranges.length)]);
                if (codePoint < 0xD800 || codePoint > 0xDFFF) {
                    text.appendCodePoint(codePoint);
                }
            }
            byte[] leaf = bytes(new Facts().put("text", text.toString()));
            try (JsonParser parser = json.createParser(ObjectReadContext.empty(), leaf)) {
                String read = null;
                while (parser.nextToken() != null) {
                    if ("text".equals(parser.currentName())) {
                        parser.nextToken();
                        read = parser.getString();
                    }
                }
                assertEquals(text.toString(), read, "seed " + seed + ", round " + round);
            }
        }
    }

    @Test
    void numbersOutsideTheSafeRangeAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Facts().put("n", 1L << 53));
        assertTrue(leaf(new Facts().put("n", -((1L << 53) - 1))).contains("\"n\":-9007199254740991"));
    }

    @Test
    void aFactCannotTakeTheNameOfACommonMember() {
        for (String name : List.of("at", "call", "id", "kind", "tenant", "v")) {
            Facts facts = new Facts().put(name, "forged");
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new AuditEvent("acme", EventKind.ADMIN_ACTION, null, facts),
                    name);
        }
    }

    @Test
    void whateverIsTooBigIsCutUntilItFits() {
        String megabyte = "\u20ac\"".repeat(300_000);
        List<Facts> deep = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            deep.add(new Facts().put("rule", "r" + i).putStrings("tags", List.of("a", "b")));
        }
        List<Facts> cases = List.of(
                new Facts().put("text", megabyte),
                new Facts().putStrings("one", List.of(megabyte)),
                new Facts().putAll("deep", deep).put("text", megabyte),
                new Facts().put("inner", new Facts().putAll("deep", deep)));
        for (Facts facts : cases) {
            byte[] leaf = bytes(facts.put("outcome", "kept"));
            assertTrue(leaf.length <= LeafWriter.MAX_BYTES, "length " + leaf.length);
            String text = new String(leaf, StandardCharsets.UTF_8);
            assertTrue(text.contains("\"truncated\":{"), text);
            assertTrue(text.contains("\"outcome\":\"kept\""), text);
        }
        Facts wide = new Facts();
        for (int i = 0; i < 3000; i++) {
            wide.put("name" + i, i);
        }
        assertTrue(leaf(wide).contains("\"truncated\":{\"facts\":3000}"));
        assertTrue(bytes(new Facts().putAll("deep", deep)).length > LeafWriter.MAX_BYTES / 2, "keeps what fits");
    }

    @Test
    void recordIdsAscendAndCarryTheirTime() {
        RecordIds ids = new RecordIds(new Random(1));
        UUID before = new UUID(0, 0);
        for (int i = 0; i < 20_000; i++) {
            UUID id = ids.next(AT.plusNanos(i * 100L));
            assertEquals(7, id.version());
            assertEquals(2, id.variant());
            assertTrue(Long.compareUnsigned(before.getMostSignificantBits(), id.getMostSignificantBits()) < 0);
            before = id;
        }
        assertEquals(AT.toEpochMilli(), new RecordIds(new Random(1)).next(AT).getMostSignificantBits() >>> 16);
    }
}
