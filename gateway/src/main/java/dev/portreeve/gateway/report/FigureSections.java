package dev.portreeve.gateway.report;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The figures as sections of tables. */
final class FigureSections {
    private static final int MOST_ROWS = 50;
    private static final String NONE = "None.";
    private final ObjectNode figures;
    private final ReportPage page;

    FigureSections(ObjectNode figures, ReportPage page) {
        this.figures = figures;
        this.page = page;
    }

    void write() {
        calls();
        inventory();
        data();
        oversight();
        stops();
        incidents();
        changes();
        money();
        gaps();
        retention();
    }

    private long number(String pointer) {
        return figures.at(pointer).asLong(0);
    }

    private String said(String pointer) {
        return Wording.number(number(pointer));
    }

    /** Columns of a list of objects; their names are the heads. */
    private void table(String pointer, String... columns) {
        JsonNode list = figures.at(pointer);
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < columns.length; i++) {
            JsonNode first = list.path(0).path(columns[i]);
            if (first.isIntegralNumber() || columns[i].endsWith("_usd")) {
                numbers.add(i);
            }
        }
        List<List<String>> rows = list.valueStream()
                .limit(MOST_ROWS)
                .map(row -> List.of(columns).stream()
                        .map(column -> cell(column, row.path(column)))
                        .toList())
                .toList();
        List<String> heads = List.of(columns).stream().map(FigureSections::head).toList();
        page.table(heads, numbers, rows, NONE);
        long more =
                list.size() - rows.size() + figures.at(pointer + "_left_out").asLong(0);
        if (more > 0) {
            page.text(
                    "And " + Wording.number(more) + " more rows, as far as they were kept in the JSON of this report.");
        }
    }

    private static String cell(String column, JsonNode value) {
        String text = Wording.cell(column, value);
        return column.endsWith("hash") || column.equals("digest")
                ? text.substring(0, Math.min(12, text.length()))
                : text;
    }

    private static String head(String column) {
        String label = Wording.label("/" + column);
        return label.substring(0, 1).toUpperCase(Locale.ROOT) + label.substring(1);
    }

    private void calls() {
        page.heading("calls", "Calls");
        page.text(said("/calls/ended") + " calls ended in this period: " + said("/calls/closed")
                + " that were admitted, and " + said("/calls/refused")
                + " that were refused before anything was held or run.");
        table("/calls/by_outcome", "type", "outcome", "count");
        page.text("Why calls were refused or failed:");
        table("/calls/by_reason", "reason", "count");
        page.text("What rules decided:");
        table("/calls/by_decision", "decision", "count");
    }

    private void inventory() {
        page.heading("inventory", "Models, tools and who called them");
        page.text("Models:");
        table(
                "/inventory/models",
                "model",
                "provider",
                "upstream_model",
                "calls",
                "completed",
                "input_tokens",
                "output_tokens",
                "cost_usd");
        page.text("Tools, prompts and resources, with the hash of the definition that was accepted:");
        table(
                "/inventory/tools",
                "type",
                "server",
                "name",
                "definition_hash",
                "calls",
                "completed",
                "denied",
                "cost_usd");
        page.text("Agents and users:");
        table("/inventory/subjects", "kind", "member", "team", "calls", "completed", "denied", "cost_usd");
    }

    private void data() {
        page.heading("data", "Categories of data");
        page.text(
                "As far as guardrails looked and rules labelled; what neither knows is not here. Values are never recorded.");
        table("/data/guardrails", "guardrail", "kind", "on", "action", "findings", "records");
        if (!figures.at("/data/labels_set").isEmpty()
                || !figures.at("/data/calls_in_labelled_sessions").isEmpty()) {
            page.text("Labels that calls put on their sessions:");
            table("/data/labels_set", "label", "count");
            page.text("Calls in sessions that had labels, as far as a rule looked:");
            table("/data/calls_in_labelled_sessions", "label", "count");
        }
    }

    private void oversight() {
        page.heading("oversight", "Oversight by people");
        List<List<String>> rows = new ArrayList<>();
        row(rows, "Calls that people were asked about", said("/oversight/requested"));
        row(rows, "Approved", said("/oversight/approved"));
        row(rows, "of these, with arguments an approver changed", said("/oversight/edited"));
        row(rows, "Denied", said("/oversight/denied"));
        row(rows, "Nobody decided, or nobody used the yes, in time", said("/oversight/expired"));
        row(rows, "Taken back, or no longer valid", said("/oversight/withdrawn"));
        row(rows, "Passed on to more people", said("/oversight/escalated"));
        if (number("/oversight/timed") > 0) {
            row(rows, "Median time to a decision", Wording.duration(number("/oversight/median_ms")));
            row(rows, "95 of 100 were decided within", Wording.duration(number("/oversight/percentile_95_ms")));
        }
        row(
                rows,
                "Decisions faster than 3 s",
                said("/oversight/decisions_faster_than_3s") + " of " + said("/oversight/decisions"));
        row(rows, "Yeses that were remembered for further calls", said("/oversight/remembered"));
        row(rows, "Calls under a remembered yes", said("/oversight/calls_under_remembered"));
        row(rows, "Remembered yeses that were revoked", said("/oversight/remembered_revoked"));
        row(rows, "Calls that the asking rules approved themselves", said("/oversight/approved_by_rule"));
        page.table(List.of("What", "How many"), List.of(1), rows, NONE);
        page.text("By approver:");
        table("/oversight/by_approver", "approver", "decisions", "approved", "denied", "edited", "faster_than_3s");
        page.text("By tool:");
        table("/oversight/by_tool", "server", "tool", "requested", "approved", "denied", "expired");
        page.text("By channel:");
        table("/oversight/by_channel", "channel", "count");
    }

    private static void row(List<List<String>> rows, String what, String figure) {
        rows.add(List.of(what, figure));
    }

    private void stops() {
        page.heading("stops", "Stops");
        page.text(said("/stops/by_person") + " by people, " + said("/stops/by_brake") + " by the gateway's own brakes; "
                + said("/stops/resumed") + " ended by people.");
        table("/stops/list", "at", "action", "owner", "cause", "actor", "reason", "log", "index");
    }

    private void incidents() {
        page.heading("incidents", "Incidents");
        page.text(
                "What went otherwise than it should. Whether any of it is an incident in the sense of a law or a standard, people decide.");
        List<List<String>> rows = new ArrayList<>();
        row(rows, "Findings of guardrails", said("/data/findings"));
        row(rows, "Calls that guardrails ended", said("/incidents/blocked_by_guardrails"));
        row(rows, "Credentials refused", said("/incidents/refused_authentications"));
        row(rows, "Definitions quarantined", said("/incidents/quarantined_definitions"));
        row(rows, "Definitions rejected by a person", said("/incidents/rejected_definitions"));
        row(rows, "Definitions that servers withdrew", said("/incidents/withdrawn_definitions"));
        row(rows, "Calls that failed upstream", said("/incidents/failed_upstream"));
        row(
                rows,
                "Calls that cost more than was held",
                said("/incidents/overruns") + " ($"
                        + figures.at("/incidents/overrun_usd").asString("0") + ")");
        row(rows, "Calls whose end is not known", said("/incidents/unknown_outcomes"));
        row(rows, "Leases forfeited by a gateway that was gone", said("/incidents/forfeited_leases"));
        page.table(List.of("What", "How many"), List.of(1), rows, NONE);
        listed("/incidents/authentication", "Credentials refused, by reason:", "reason", "count");
        listed("/incidents/quarantined", "Definitions quarantined:", "server", "definition_kind", "definitions");
        listed("/incidents/overrun_list", "Money above what was held:", "at", "call", "overrun_usd", "log", "index");
        listed("/incidents/unknown_list", "Ends that are not known:", "at", "call", "taken_over_by", "log", "index");
        listed("/incidents/lease_list", "Leases:", "at", "budget", "replica", "cost_usd", "log", "index");
    }

    private void listed(String pointer, String title, String... columns) {
        if (!figures.at(pointer).isEmpty()) {
            page.text(title);
            table(pointer, columns);
        }
    }

    private void changes() {
        page.heading("changes", "Changes of rules and settings");
        page.text("Rules: + added, - removed, ~ changed. The rules of a version: portreeve policy show VERSION.");
        table(
                "/changes/policy",
                "at",
                "action",
                "before",
                "version",
                "author",
                "actor",
                "reason",
                "diff",
                "log",
                "index");
        page.text("Rules in force, by their digest, and how often they were loaded:");
        table("/changes/policy_loaded", "policy_version", "count");
        page.text("Configurations:");
        table("/changes/configuration", "at", "digest", "changed", "log", "index");
        page.text("All that operators changed:");
        table("/changes/admin_actions", "action", "actor", "count");
        page.text("Keys:");
        table("/changes/keys", "change", "actor", "count");
    }

    private void money() {
        page.heading("money", "Money");
        page.text("$" + figures.at("/money/charged_usd").asString("0")
                + " was charged for the calls that ended in this period, as their records say.");
        table("/money/by_settlement", "settlement", "calls", "cost_usd");
    }

    private void gaps() {
        page.heading("gaps", "Gaps");
        List<List<String>> rows = new ArrayList<>();
        row(rows, "Calls opened in the period and not closed in the log", said("/gaps/opened_without_close"));
        row(rows, "Calls whose end is not known", said("/incidents/unknown_outcomes"));
        row(rows, "Starts of the server", said("/gaps/server_started"));
        row(rows, "Orderly ends of the server", said("/gaps/server_stopped"));
        row(rows, "Processes that ended without saying so", said("/gaps/server_lost"));
        row(rows, "Times a clock was set back", said("/gaps/clock_set_back"));
        row(rows, "Records that were cut to fit", said("/gaps/truncated_records"));
        row(rows, "Refused credentials that were counted and not written", leftOut());
        row(rows, "Calls too many to be followed to their end", said("/gaps/calls_too_many_to_follow"));
        row(rows, "Records that could not be read", said("/gaps/unreadable_records"));
        page.table(List.of("What", "How many"), List.of(1), rows, NONE);
    }

    private String leftOut() {
        long count = 0;
        for (JsonNode row : figures.at("/incidents/authentication")) {
            count += row.path("reason").asString("").equals("left_out")
                    ? row.path("count").asLong()
                    : 0;
        }
        return Wording.number(count);
    }

    private void retention() {
        page.heading("retention", "How long records are kept");
        String oldest = figures.at("/retention/oldest_record").asString("");
        if (oldest.isEmpty()) {
            page.text("There is no record.");
            return;
        }
        boolean whole = figures.at("/retention/complete_from_first_record").asBoolean();
        page.text("The oldest record is of " + Wording.time(Instant.parse(oldest)) + ". "
                + (whole
                        ? "Each log is complete from its first record on: nothing was dropped."
                        : "Some records were dropped or are not in what was read."));
        List<List<String>> rows = new ArrayList<>();
        figures.path("logs").forEach(log -> {
            boolean longEnough = log.path("days_kept").asLong() >= ReportReading.FLOOR_DAYS;
            boolean all = log.path("complete").asBoolean();
            rows.add(List.of(
                    log.path("log").asString(""),
                    Wording.cell("at", log.path("oldest_record")),
                    log.path("oldest_index").asString(""),
                    all
                            ? "from the beginning of this log"
                            : longEnough
                                    ? "at least " + ReportReading.FLOOR_DAYS + " days"
                                    : "less than " + ReportReading.FLOOR_DAYS + " days before the end of the period"));
        });
        page.table(List.of("Log", "Oldest record", "Its index", "Kept"), List.of(), rows, NONE);
        page.text("The floor of six months in Articles 19(1) and 26(6) of the EU AI Act is taken as "
                + ReportReading.FLOOR_DAYS + " days.");
    }
}
