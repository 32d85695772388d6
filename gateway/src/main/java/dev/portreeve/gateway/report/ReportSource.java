package dev.portreeve.gateway.report;

import dev.portreeve.audit.verify.BundleAsked;
import dev.portreeve.gateway.report.ControlMap.Framework;
import java.time.Instant;
import java.util.ArrayList;
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
 * @param bundle the evidence bundle it was made from; {@code null} if from the database
 */
public record ReportSource(
        ControlMap map,
        Framework framework,
        ReportPeriod period,
        Instant madeAt,
        String madeBy,
        @Nullable String tenant,
        @Nullable Bundle bundle,
        Verified verified) {
    /**
     * The evidence bundle that was read in place of the database.
     *
     * @param name of its file
     * @param asked what it says of itself
     */
    public record Bundle(String name, BundleAsked asked) {}

    /**
     * What came of verifying the records while they were read.
     *
     * @param verdict {@code intact}, {@code tampered} or {@code incomplete}
     * @param key the log's verifier key that the heads were checked with
     * @param findings a line each
     * @param unproved what nobody should take from it, a line each
     */
    public record Verified(String verdict, String key, List<String> findings, List<String> unproved) {
        public Verified {
            findings = List.copyOf(findings);
            unproved = List.copyOf(unproved);
        }

        boolean isIntact() {
            return verdict.equals("intact");
        }
    }

    /** Whether the period was not over when what was read was as it is. */
    boolean isUnfinished() {
        return (bundle == null ? madeAt : bundle.asked().madeAt()).isBefore(period.to());
    }

    /** What of the period was not asked for when the bundle was made, a sentence each. */
    List<String> outside() {
        List<String> outside = new ArrayList<>();
        if (bundle != null) {
            BundleAsked asked = bundle.asked();
            Instant from = asked.from();
            if (from != null && from.isAfter(period.from())) {
                outside.add(
                        "The bundle begins at " + Wording.time(from) + ": what was recorded before is not counted.");
            }
            Instant to = asked.to();
            if (to != null && to.isBefore(period.to())) {
                outside.add("The bundle ends before " + Wording.time(to)
                        + ": what was recorded from then on is not counted.");
            } else if (isUnfinished()) {
                outside.add("The bundle was made at " + Wording.time(asked.madeAt())
                        + ", before the period was over: what was recorded later is not counted.");
            }
            if (asked.since() > 0) {
                outside.add("The bundle begins at index " + asked.since()
                        + " of each log: whether records of the period stand before that is not in it.");
            }
        }
        return outside;
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
        verified.unproved().forEach(verification.putArray("unproved")::add);
        if (bundle != null) {
            ObjectNode from = json.putObject("bundle");
            from.put("name", bundle.name())
                    .put("made_at", bundle.asked().madeAt().toString());
            outside().forEach(from.putArray("outside")::add);
        }
        json.set("figures", figures);
        return json;
    }
}
