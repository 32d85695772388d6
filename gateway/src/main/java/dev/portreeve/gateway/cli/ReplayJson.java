package dev.portreeve.gateway.cli;

import dev.portreeve.policy.replay.ReplayReport;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The report of a replay as {@code -o json} prints it. */
final class ReplayJson {
    private ReplayJson() {}

    static String of(ReplayReport report, String draft) {
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.put("draft_version", draft)
                .put("calls", report.calls())
                .put("unchanged", report.unchanged())
                .put("not_evaluable", report.notEvaluable())
                .put("refused_before_rules", report.undecided());
        ObjectNode notKept = json.putObject("not_kept");
        report.notKept().forEach(count -> notKept.put(count.name(), count.calls()));
        ArrayNode changes = json.putArray("changes");
        report.changes().forEach(change -> change(changes.addObject(), change));
        ArrayNode groups = json.putArray("groups");
        report.groups().forEach(group -> group(groups.addObject(), group));
        json.put("calls_of_other_groups", report.groupsLeftOut());
        return json.toString();
    }

    private static void change(ObjectNode json, ReplayReport.Change change) {
        json.put("from", change.from().word())
                .put("to", change.to().word())
                .put("calls", change.calls())
                .put("spent_usd", change.spent().toDecimal())
                .put("at_most_usd", change.atMost().toDecimal());
        ArrayNode samples = json.putArray("samples");
        for (ReplayReport.Sample sample : change.samples()) {
            ArrayNode by = samples.addObject()
                    .put("call", sample.call().toString())
                    .put("at", sample.at().toString())
                    .put("tenant", sample.tenant())
                    .put("member", sample.member())
                    .put("resource", sample.resource())
                    .putArray("by");
            sample.by().forEach(by::add);
        }
    }

    private static void group(ObjectNode json, ReplayReport.Group group) {
        json.put("from", group.from().word())
                .put("to", group.to().word())
                .put("tenant", group.tenant())
                .put("member", group.member())
                .put("resource", group.resource())
                .put("calls", group.calls())
                .put("spent_usd", group.spent().toDecimal())
                .put("at_most_usd", group.atMost().toDecimal());
    }
}
