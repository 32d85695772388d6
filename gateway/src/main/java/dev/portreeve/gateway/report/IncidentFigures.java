package dev.portreeve.gateway.report;

import dev.portreeve.gateway.report.OpenCalls.Begun;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What went otherwise than it should: for a person to look at, not a judgement. */
final class IncidentFigures implements Part {
    private static final String LEFT_OUT = "left_out";
    private final Listing overruns = new Listing();
    private final Listing unknown = new Listing();
    private final Listing leases = new Listing();
    private final Tally quarantined = new Tally(List.of("server", "definition_kind"), "definitions");
    private final Tally rejected = new Tally(List.of("server", "definition_kind"), "definitions");
    private final Tally withdrawn = new Tally(List.of("server", "definition_kind"), "definitions");
    private final Tally authentication = Tally.counting("reason");
    private long blocked;
    private long overrun;
    private long failed;

    @Override
    public void hear(Entry entry, @Nullable Begun begun) {
        switch (entry.kind()) {
            case "call.closed", "call.refused" -> ended(entry);
            case "lease.forfeited" ->
                leases.add(entry)
                        .put("budget", entry.text("budget"))
                        .put("replica", entry.text("replica"))
                        .put("cost_usd", entry.text("cost_usd"));
            case "definition.quarantined" -> definitions(quarantined, entry);
            case "definition.rejected" -> definitions(rejected, entry);
            case "definition.withdrawn" -> definitions(withdrawn, entry);
            case "authentication.rejected" -> {
                // A record that only tells of others that were left out is not one itself.
                if (!entry.text("reason").equals(LEFT_OUT)) {
                    authentication.count(entry.text("reason"));
                }
                long leftOut = entry.body().path(LEFT_OUT).asLong(0);
                if (leftOut > 0) {
                    authentication.add(List.of(LEFT_OUT), "count", leftOut);
                }
            }
            default -> {
                // As it should be.
            }
        }
    }

    private void ended(Entry entry) {
        if (entry.has("overrun_usd")) {
            overrun = Tally.plus(overrun, Tally.nanos(entry.text("overrun_usd")));
            overruns.add(entry).put("call", entry.text("call")).put("overrun_usd", entry.text("overrun_usd"));
        }
        switch (entry.text("outcome")) {
            case "unknown" ->
                unknown.add(entry).put("call", entry.text("call")).put("taken_over_by", entry.text("taken_over_by"));
            case "failed" -> failed++;
            case "denied" -> blocked += entry.text("stage").endsWith("guardrail") ? 1 : 0;
            default -> {
                // Ended as it should.
            }
        }
    }

    private static void definitions(Tally tally, Entry entry) {
        JsonNode named = entry.body().path("definitions");
        long count = Tally.plus(
                named.size(), entry.body().path("definitions_left_out").asLong(0));
        tally.add(List.of(entry.text("server"), entry.text("definition_kind")), "definitions", count);
    }

    @Override
    public void write(ObjectNode figures) {
        ObjectNode incidents = figures.putObject("incidents");
        incidents
                .put("overruns", overruns.count())
                .put("overrun_usd", Tally.usd(overrun))
                .put("blocked_by_guardrails", blocked)
                .put("failed_upstream", failed)
                .put("unknown_outcomes", unknown.count())
                .put("forfeited_leases", leases.count())
                .put("quarantined_definitions", quarantined.total("definitions"))
                .put("rejected_definitions", rejected.total("definitions"))
                .put("withdrawn_definitions", withdrawn.total("definitions"))
                .put("refused_authentications", authentication.total("count"));
        incidents.set("authentication", authentication.json());
        incidents.set("quarantined", quarantined.json());
        overruns.write(incidents, "overrun_list");
        unknown.write(incidents, "unknown_list");
        leases.write(incidents, "lease_list");
    }
}
