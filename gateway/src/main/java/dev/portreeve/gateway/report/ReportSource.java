package dev.portreeve.gateway.report;

import dev.portreeve.gateway.report.ControlMap.Framework;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a report was made from.
 *
 * @param map by which it was made
 * @param madeAt when
 * @param madeBy which program
 * @param tenant the one it is about, beside the instance's own log; {@code null} for all
 */
public record ReportSource(
        ControlMap map,
        Framework framework,
        ReportPeriod period,
        Instant madeAt,
        String madeBy,
        @Nullable String tenant,
        Verified verified) {
    /**
     * What came of verifying the records while they were read.
     *
     * @param verdict {@code intact}, {@code tampered} or {@code incomplete}
     * @param key the log's verifier key that the heads were checked with
     * @param findings a line each
     */
    public record Verified(String verdict, String key, List<String> findings) {
        public Verified {
            findings = List.copyOf(findings);
        }

        boolean isIntact() {
            return verdict.equals("intact");
        }
    }

    /** Whether the period was not over when the report was made. */
    boolean isUnfinished() {
        return madeAt.isBefore(period.to());
    }

    /** The report as JSON: where it comes from, and the figures. */
    public ObjectNode json(ObjectNode figures) {
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.put("v", 1)
                .put("framework", framework.id())
                .put("title", framework.title())
                .put("edition", framework.edition())
                .put("map_version", map.version())
                .put("map_date", map.date());
        json.putObject("period")
                .put("name", period.name())
                .put("from", period.from().toString())
                .put("to", period.to().toString())
                .put("over", !isUnfinished());
        json.put("made_at", madeAt.toString()).put("made_by", madeBy);
        if (tenant != null) {
            json.put("tenant", tenant);
        }
        ObjectNode verification = json.putObject("verification");
        verification.put("verdict", verified.verdict()).put("key", verified.key());
        verified.findings().forEach(verification.putArray("findings")::add);
        json.set("figures", figures);
        return json;
    }
}
