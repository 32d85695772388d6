package dev.portreeve.gateway.report;

import dev.portreeve.gateway.report.OpenCalls.Begun;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** What people were asked, what they said, and how long they took. */
final class OversightFigures implements Part {
    /** Below this somebody can hardly have read what was shown. */
    static final long FAST_MILLIS = 3000;

    private static final double MEDIAN = 0.5;
    private static final double MOST = 0.95;
    private static final String PENDING = "pending";
    private final Tally kinds = Tally.counting("kind");
    private final Tally approvers =
            new Tally(List.of("approver"), "decisions", "approved", "denied", "edited", "faster_than_3s");
    private final Tally channels = Tally.counting("channel");
    private final Tally tools = new Tally(List.of("server", "tool"), "requested", "approved", "denied", "expired");
    private final Spread latency = new Spread();
    private long approved;
    private long denied;
    private long edited;
    private long fast;
    private long underRemembered;

    @Override
    public void hear(Entry entry, @Nullable Begun begun) {
        if (!entry.kind().startsWith("approval.")) {
            return;
        }
        kinds.count(entry.kind());
        List<String> tool = List.of(entry.text("server"), entry.text("tool"));
        switch (entry.kind()) {
            case "approval.requested" -> tools.add(tool, "requested", 1);
            case "approval.expired" -> tools.add(tool, "expired", 1);
            case "approval.decided" -> decided(entry, tool);
            case "approval.redeemed" -> underRemembered += entry.has("standing_approval") ? 1 : 0;
            default -> {
                // Counted by its kind.
            }
        }
    }

    private void decided(Entry entry, List<String> tool) {
        List<String> approver = List.of(entry.text("approver"));
        approvers.add(approver, "decisions", 1);
        approvers.add(approver, entry.text("decision").equals("approve") ? "approved" : "denied", 1);
        channels.count(entry.text("channel"));
        if (entry.text("edited_by").equals(entry.text("approver")) && entry.has("edited_by")) {
            approvers.add(approver, "edited", 1);
        }
        long millis = entry.body().path("latency_ms").asLong(0);
        if (millis < FAST_MILLIS) {
            approvers.add(approver, "faster_than_3s", 1);
            fast++;
        }
        // With a quorum of two, the first yes decides nothing yet.
        switch (entry.text("state")) {
            case "approved" -> {
                approved++;
                edited += entry.has("edited_by") ? 1 : 0;
                latency.add(millis);
                tools.add(tool, "approved", 1);
            }
            case "denied" -> {
                denied++;
                latency.add(millis);
                tools.add(tool, "denied", 1);
            }
            case PENDING -> {
                // Others are still to be heard.
            }
            default -> latency.add(millis);
        }
    }

    @Override
    public void write(ObjectNode figures) {
        ObjectNode oversight = figures.putObject("oversight");
        oversight
                .put("requested", kinds.of("approval.requested"))
                .put("approved", approved)
                .put("denied", denied)
                .put("expired", kinds.of("approval.expired"))
                .put("withdrawn", kinds.of("approval.withdrawn"))
                .put("escalated", kinds.of("approval.escalated"))
                .put("redeemed", kinds.of("approval.redeemed"))
                .put("edited", edited)
                .put("decisions", kinds.of("approval.decided"))
                .put("decisions_faster_than_3s", fast)
                .put("median_ms", latency.quantile(MEDIAN))
                .put("percentile_95_ms", latency.quantile(MOST))
                .put("timed", latency.count())
                .put("remembered", kinds.of("approval.remembered"))
                .put("calls_under_remembered", underRemembered)
                .put("remembered_revoked", kinds.of("approval.revoked"))
                .put("approved_by_rule", kinds.of("approval.by_rule"));
        oversight.set("by_approver", approvers.json());
        oversight.set("by_channel", channels.json());
        oversight.set("by_tool", tools.json());
    }
}
