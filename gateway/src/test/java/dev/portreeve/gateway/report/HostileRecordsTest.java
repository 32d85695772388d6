package dev.portreeve.gateway.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.log.Progress;
import dev.portreeve.audit.verify.BundleAsked;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Records say what callers, models and servers called themselves; a report is read by people, in browsers and in Markdown. */
class HostileRecordsTest {
    private static final String NAME = "<script>alert(1)</script>|`[x](javascript:1)\u202e\n# gone & \"done\"";
    private final ControlMap map = ControlMap.builtIn();
    private final ControlMap.Framework framework = map.framework("eu-ai-act").orElseThrow();
    private final ReportPeriod period = ReportPeriod.parse("2026-11");
    private final ReportReading reading = new ReportReading(framework, period, Progress.none());

    private void read(long index, String kind, ObjectNode members) {
        members.put("at", "2026-11-05T12:00:00.000001Z").put("kind", kind).put("tenant", "acme");
        reading.read("acme", index, members.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static ObjectNode json() {
        return JsonMapper.shared().createObjectNode();
    }

    private ReportSource source() {
        return new ReportSource(
                map,
                framework,
                period,
                Instant.parse("2026-12-01T00:00:00Z"),
                "test",
                null,
                new ReportSource.Bundle(NAME, new BundleAsked(Instant.EPOCH, NAME, NAME, 0, null, null)),
                new ReportSource.Verified("tampered", "key+1+x", List.of(NAME), List.of(NAME)));
    }

    @Test
    void namesStayText() {
        ObjectNode refused = json().put("type", "llm")
                .put("resource", NAME)
                .put("reason", NAME)
                .put("outcome", "denied");
        refused.putObject("subject").put("member", NAME).put("kind", "agent");
        read(0, "call.refused", refused);
        ObjectNode stopped = json().put("action", "stop")
                .put("owner", NAME)
                .put("owner_kind", "agent")
                .put("reason", NAME);
        stopped.putObject("after").put("cause", "person");
        read(1, "admin.action", stopped);
        ObjectNode figures = reading.figures();
        String html = ReportText.html(source(), figures);
        assertFalse(html.contains("<script"), "markup");
        assertFalse(html.contains("\u202e"), "a direction character");
        assertTrue(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), html);
        assertTrue(html.contains("Not what was signed"), html);
        String markdown = ReportText.markdown(source(), figures);
        assertFalse(markdown.contains("<script"), "markup");
        assertFalse(markdown.lines().anyMatch(line -> line.startsWith("# gone")), "a heading");
        assertFalse(markdown.contains("[x](javascript"), "a link");
        assertTrue(markdown.contains("\\|\\`\\[x\\]"), markdown);
    }

    @Test
    void whatIsNoRecordIsCountedAndPassedOver() {
        reading.read("acme", 0, new byte[] {1, 2, 3});
        reading.read("acme", 1, "{}".getBytes(StandardCharsets.UTF_8));
        reading.read("acme", 2, "[]".getBytes(StandardCharsets.UTF_8));
        ObjectNode odd = json().put("cost_usd", "1e999").put("outcome", 5).put("usage", "much");
        odd.putArray("guardrails").add("x").addObject().put("count", "many");
        odd.put("labels_set", 7);
        read(3, "call.closed", odd);
        ObjectNode figures = reading.figures();
        assertEquals(3, figures.at("/gaps/unreadable_records").asLong());
        assertEquals(1, figures.at("/calls/closed").asLong());
        assertFalse(ReportText.html(source(), figures).isEmpty());
    }

    @Test
    void memoryDoesNotGrowWithWhatCallersInvent() {
        for (int i = 0; i < 60_000; i++) {
            ObjectNode opened =
                    json().put("call", "call " + i).put("type", "llm").put("resource", "model " + i);
            read(i, "call.opened", opened);
        }
        ObjectNode figures = reading.figures();
        assertEquals(50_000, figures.at("/gaps/opened_without_close").asLong());
        assertEquals(10_000, figures.at("/gaps/calls_too_many_to_follow").asLong());
    }

    @Test
    void numbersTooLargeToAddAndTimesOutOfAllTimeEndNothing() {
        for (int i = 0; i < 3; i++) {
            ObjectNode refused = json().put("type", "llm")
                    .put("resource", "m")
                    .put("cost_usd", "9223372036")
                    .put("overrun_usd", "9223372036")
                    .put("outcome", "failed");
            refused.putObject("usage").put("input_tokens", Long.MAX_VALUE).put("output_tokens", Long.MAX_VALUE);
            read(i, "call.refused", refused);
            read(i, "authentication.rejected", json().put("reason", "x").put("left_out", Long.MAX_VALUE));
            ObjectNode quarantined = json().put("definitions_left_out", Long.MAX_VALUE);
            quarantined.putArray("definitions").add("one");
            read(i, "definition.quarantined", quarantined);
            read(i, "approval.decided", json().put("latency_ms", Long.MIN_VALUE).put("state", "approved"));
        }
        for (String at : List.of("-1000000000-01-01T00:00:00Z", "+1000000000-12-31T23:59:59.999999999Z")) {
            reading.read("acme", 3, ("{\"at\":\"" + at + "\",\"kind\":\"x\"}").getBytes(StandardCharsets.UTF_8));
        }
        ObjectNode figures = reading.figures();
        assertEquals(3, figures.at("/calls/refused").asLong());
        assertFalse(ReportText.html(source(), figures).isEmpty());
        assertFalse(ReportText.markdown(source(), figures).isEmpty());
    }

    @Test
    void aCallThatWasRefusedAfterItHadBegunIsNoGap() {
        read(0, "call.opened", json().put("call", "one").put("type", "llm").put("resource", "m"));
        read(1, "call.refused", json().put("call", "one").put("type", "llm").put("resource", "m"));
        assertEquals(0, reading.figures().at("/gaps/opened_without_close").asLong());
    }

    /** A hold keeps the oldest month while those after it are dropped. */
    @Test
    void aLogThatBeginsAtItsBeginningIsNotWholeForThat() {
        read(0, "admin.action", json());
        read(7, "admin.action", json());
        ObjectNode figures = reading.figures();
        assertFalse(figures.at("/retention/complete_from_first_record").asBoolean());
        assertFalse(ReportText.html(source(), figures).contains("nothing was dropped"));
    }
}
