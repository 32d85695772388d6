package dev.portreeve.gateway.report;

import dev.portreeve.gateway.report.ControlMap.Framework;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Makes the document of the figures: what it is and rests on, what supports each article or control, then the figures themselves. */
public final class ReportText {
    private final ReportSource source;
    private final ObjectNode figures;
    private final ReportPage page;

    private ReportText(ReportSource source, ObjectNode figures) {
        this.source = source;
        this.figures = figures;
        this.page = new ReportPage(
                "Evidence for " + source.framework().title(),
                source.period().name() + (source.tenant() == null ? "" : ", tenant " + source.tenant()));
    }

    /** The document as one HTML file that needs nothing else. */
    public static String html(ReportSource source, ObjectNode figures) {
        return new HtmlReport(new ReportText(source, figures).write()).write();
    }

    /** The document as Markdown. */
    public static String markdown(ReportSource source, ObjectNode figures) {
        return new MarkdownReport(new ReportText(source, figures).write()).write();
    }

    private ReportPage write() {
        opening();
        tiles();
        dates();
        controls();
        new FigureSections(figures, page).write();
        proofs();
        limits();
        return page;
    }

    private JsonNode at(String pointer) {
        return figures.at(pointer);
    }

    private void opening() {
        ReportPeriod period = source.period();
        page.add(new ReportPage.Notice(source.verified().isIntact(), verdict()));
        page.text("This document counts what the audit records of one Portreeve log say about the time from "
                + Wording.time(period.from()) + " to " + Wording.time(period.to()) + " (" + period.name()
                + "). It was made at "
                + Wording.time(source.madeAt())
                + (source.bundle() == null && source.isUnfinished() ? ", before that time was over" : "")
                + (source.tenant() == null
                        ? ", of all tenants."
                        : ", of tenant " + source.tenant()
                                + (source.bundle() == null ? " and of what concerns the whole instance." : ".")));
        ReportSource.Bundle bundle = source.bundle();
        if (bundle != null) {
            page.text("It was made from the evidence bundle " + bundle.name() + ", which was made at "
                    + Wording.time(bundle.asked().madeAt())
                    + (bundle.asked().tenant() == null
                            ? ""
                            : " of tenant " + bundle.asked().tenant())
                    + ", without a database: what is not in the bundle is not counted.");
            source.outside().forEach(sentence -> page.add(new ReportPage.Notice(false, sentence)));
        }
        page.text(
                "It is evidence that supports the articles or controls named below. It is no statement of conformity, by the"
                        + " software or by its makers; what a gateway cannot attest is said at each of them and at the end. People, agents and"
                        + " keys are named as the records name them.");
        page.text(source.framework().about());
    }

    private String verdict() {
        long records = at("/records/in_period").asLong();
        String counted = Wording.number(records) + " records of the period were counted";
        return switch (source.verified().verdict()) {
            case "intact" ->
                "Verified. " + counted
                        + "; while they were read, each was hashed again and compared with the signed heads of its"
                        + " log. Everything that is signed is there, unaltered.";
            case "tampered" ->
                "Not what was signed. " + counted + ", and verification found that records were changed: "
                        + String.join("; ", source.verified().findings()) + ". Do not rely on the figures.";
            default ->
                "Not verified in full. " + counted + ", but not everything could be checked: "
                        + String.join("; ", source.verified().findings()) + ".";
        };
    }

    private void tiles() {
        page.add(new ReportPage.Tiles(List.of(
                new ReportPage.Tile(Wording.number(at("/calls/ended").asLong()), "calls ended"),
                new ReportPage.Tile(Wording.number(at("/oversight/requested").asLong()), "asked of people"),
                new ReportPage.Tile(
                        Wording.number(at("/oversight/approved").asLong()) + " / "
                                + Wording.number(at("/oversight/denied").asLong()),
                        "approved / denied"),
                new ReportPage.Tile(
                        Wording.number(at("/stops/by_person").asLong()
                                + at("/stops/by_brake").asLong()),
                        "stops"),
                new ReportPage.Tile(Wording.number(at("/changes/policy_changes").asLong()), "changes of rules"),
                new ReportPage.Tile("$" + at("/money/charged_usd").asString("0"), "charged"))));
    }

    private void dates() {
        Framework framework = source.framework();
        if (!framework.dates().isEmpty()) {
            page.heading("dates", "When what applies");
            page.table(
                    List.of("What", "When"),
                    List.of(),
                    framework.dates().stream()
                            .map(fact -> List.of(fact.what(), fact.when()))
                            .toList(),
                    "");
        }
    }

    private void controls() {
        page.heading("controls", "What supports what");
        page.text(source.framework().title() + ", " + source.framework().edition()
                + ". Each row names the records that support it; the"
                + " first and the last of them are given by their log and index there, so that anybody with the records can look them"
                + " up.");
        for (int i = 0; i < source.framework().rows().size(); i++) {
            ControlMap.Row row = source.framework().rows().get(i);
            page.add(control(row, figures.path("rows").path(i)));
        }
    }

    private ReportPage.Control control(ControlMap.Row row, JsonNode found) {
        long count = found.path("records").asLong();
        String support = count == 0
                ? "No record of this period."
                : Wording.number(count) + (count == 1 ? " record" : " records") + ", from "
                        + found.path("first").asString("") + " to "
                        + found.path("last").asString("") + ": "
                        + row.records().stream().map(ControlMap.Query::toString).collect(Collectors.joining("; "));
        String counted = row.figures().stream()
                .map(pointer -> Wording.label(pointer) + ": " + Wording.cell(pointer, at(pointer)))
                .collect(Collectors.joining(" · "));
        return new ReportPage.Control(
                row.control(), row.title(), row.evidence(), support, counted, row.section(), row.limits());
    }

    private void proofs() {
        page.heading("proofs", "What this rests on");
        page.text(
                "Each tenant's records are the leaves of one Merkle tree (RFC 6962). The heads below enclose the records of the period:"
                        + " the last signed head before the first of them, and the first that covers the last of them. Whoever holds an earlier"
                        + " or later head, an export or a receipt of the same log can compare it with these.");
        List<List<String>> rows = new ArrayList<>();
        figures.path("logs")
                .forEach(log -> rows.add(List.of(
                        log.path("log").asString(""),
                        Wording.number(log.path("records_in_period").asLong()),
                        log.has("first_index")
                                ? log.path("first_index").asLong() + " to "
                                        + log.path("last_index").asLong()
                                : "none",
                        head(log.path("head_before")),
                        head(log.path("head_after")))));
        page.table(
                List.of("Log", "Records", "Index", "Head before: size, root", "Head after: size, root"),
                List.of(1),
                rows,
                "There are no records.");
        page.text(
                "The heads were checked with this verifier key. Compare it with the one you were given when you trusted its giver:");
        page.add(new ReportPage.Verbatim(source.verified().key()));
        figures.path("logs").forEach(log -> {
            String note = log.path("head_after").path("note").asString("");
            if (!note.isEmpty()) {
                page.text("The signed head after the period, of log "
                        + log.path("log").asString("") + ":");
                page.add(new ReportPage.Verbatim(note));
            }
        });
        remarks();
    }

    private void remarks() {
        if (!source.verified().unproved().isEmpty()) {
            page.text("Verification does not prove:");
            page.add(new ReportPage.Items(source.verified().unproved()));
        }
        if (source.verified().isIntact() && !source.verified().findings().isEmpty()) {
            page.text("Verification remarked, without harm:");
            page.add(new ReportPage.Items(source.verified().findings()));
        }
    }

    private static String head(JsonNode head) {
        return head.isMissingNode()
                ? "none"
                : Wording.number(head.path("size").asLong()) + ", "
                        + head.path("root").asString("");
    }

    private void limits() {
        page.heading("limits", "What a gateway cannot attest");
        page.add(new ReportPage.Items(List.of(
                "Calls of models and tools that do not pass through it, and what agents, people and tools do elsewhere.",
                "That an answer was right, fair or harmless, and what came of it.",
                "That people who decided were competent, were who their sign-in said, and thought about it.",
                "That anybody outside was informed, and that content was marked or disclosed as generated.",
                "Whether a system is high-risk, whether its rules fit its purpose, and whether an incident is serious.",
                "That whoever holds the signing key did not write another history: that is shown only by heads somebody else"
                        + " has seen.")));
        page.heading("made", "How this was made");
        page.text("By " + source.madeBy() + ", from map version " + source.map().version() + " of "
                + source.map().date()
                + ", in one pass over the records. The same figures as JSON: portreeve audit report --framework "
                + source.framework().id() + " --period " + source.period().name()
                + (source.bundle() == null ? "" : " --bundle " + source.bundle().name())
                + " --format json. Anybody who has an export of the"
                + " records can verify it and count again.");
    }
}
