package dev.portreeve.gateway.report;

import dev.portreeve.gateway.report.OpenCalls.Begun;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Which kinds of data calls carried, as far as anything looked: what guardrails found, and what rules labelled sessions with. */
final class DataFigures implements Part {
    private final Tally found = new Tally(List.of("guardrail", "kind", "on", "action"), "findings", "records");
    private final Tally labelled = Tally.counting("label");
    private final Tally carried = Tally.counting("label");

    @Override
    public void hear(Entry entry, @Nullable Begun begun) {
        if (!entry.kind().startsWith("call.")) {
            return;
        }
        for (JsonNode finding : entry.body().path("guardrails")) {
            List<String> key = List.of(
                    finding.path("id").asString(""),
                    finding.path("kind").asString(""),
                    finding.path("on").asString(""),
                    finding.path("action").asString(""));
            found.add(key, "findings", Math.max(1, finding.path("count").asLong(1)));
            found.add(key, "records", 1);
        }
        entry.body().path("labels_set").forEach(label -> labelled.count(label.asString("")));
        entry.body().path("session_labels").forEach(label -> carried.count(label.asString("")));
    }

    @Override
    public void write(ObjectNode figures) {
        ObjectNode data = figures.putObject("data");
        data.put("findings", found.total("findings"));
        data.set("guardrails", found.json());
        data.set("labels_set", labelled.json());
        data.set("calls_in_labelled_sessions", carried.json());
    }
}
