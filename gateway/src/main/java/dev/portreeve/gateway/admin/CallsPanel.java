package dev.portreeve.gateway.admin;

import static dev.portreeve.gateway.admin.Html.concat;
import static dev.portreeve.gateway.admin.Html.tag;
import static dev.portreeve.gateway.admin.Html.text;

import dev.portreeve.gateway.admin.Html.Attribute;
import dev.portreeve.policy.approval.ArgumentView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The live list of calls; each opens to its decision trace and to its records as they are stored. */
final class CallsPanel {
    private static final int MAX_DEPTH = 6;
    private static final int LONGEST_VALUE = 400;

    private CallsPanel() {}

    static Html of(List<CallLine> calls) {
        Html body = calls.isEmpty()
                ? tag("p", "empty", "No call yet. Whatever comes through the gate appears here within a second or two.")
                : tag(
                        "div",
                        "calls",
                        concat(calls.stream().map(CallsPanel::call).toList()));
        return PageShell.part("calls", "", tag("h2", "", text("Calls "), tag("small", "", "newest first")), body);
    }

    private static Html call(CallLine call) {
        Html summary = tag(
                "summary",
                "",
                time(call.at()),
                tag(
                        "span",
                        List.of(new Attribute("class", "who"), new Attribute("title", call.who())),
                        text(call.who())),
                tag(
                        "span",
                        List.of(new Attribute("class", "mono"), new Attribute("title", call.resource())),
                        text(call.resource())),
                tag("span", "pill " + call.tone().style(), call.ending()),
                tag("span", "end mono", call.cost() == null ? "" : "$" + call.cost()),
                tag("span", "end quiet", call.tookMillis() == null ? "" : call.tookMillis() + " ms"));
        return tag(
                "details",
                List.of(new Attribute("class", "call"), new Attribute("id", "call-" + call.id())),
                summary,
                tag("div", "trace", steps(call.steps()), tag("p", "quiet mono", "call " + call.id()), records(call)));
    }

    static Html time(Instant at) {
        return tag(
                "time",
                List.of(new Attribute("datetime", at.toString())),
                text(at.toString().substring(11, 19)));
    }

    /** The same with its day, for what may be of another. */
    static Html day(Instant at) {
        String text = at.toString();
        return tag(
                "time",
                List.of(new Attribute("datetime", text), new Attribute("class", "day")),
                text(text.substring(0, 10) + " " + text.substring(11, 19) + " UTC"));
    }

    static Html steps(List<CallLine.Step> steps) {
        return tag("ol", "steps", concat(steps.stream().map(CallsPanel::step).toList()));
    }

    private static Html step(CallLine.Step step) {
        return tag(
                "li",
                "",
                tag("span", "mark " + step.tone().style(), step.tone().sign()),
                tag("span", "name", step.name()),
                tag("span", "", step.said()));
    }

    private static Html records(CallLine call) {
        List<Html> parts = new ArrayList<>();
        for (int i = 0; i < call.records().size(); i++) {
            JsonNode record = call.records().get(i);
            String kind = record.path("kind").stringValue("record");
            parts.add(tag(
                    "details",
                    List.of(new Attribute("class", "record"), new Attribute("id", "record-" + call.id() + "-" + i)),
                    tag("summary", "", "record " + kind),
                    tree(record, 0)));
        }
        return concat(parts);
    }

    /** Any JSON as nested terms and values. */
    static Html tree(JsonNode node, int depth) {
        if (depth >= MAX_DEPTH || !node.isContainer()) {
            String value = shorten(node.isString() ? node.stringValue() : node.toString());
            return ApprovalsPanel.pieces(ArgumentView.shown(value));
        }
        List<Html> pairs = new ArrayList<>();
        if (node.isObject()) {
            for (Map.Entry<String, JsonNode> member : node.properties()) {
                pairs.add(pair(member.getKey(), member.getValue(), depth));
            }
        } else {
            int i = 1;
            for (JsonNode element : node) {
                pairs.add(pair(String.valueOf(i++), element, depth));
            }
        }
        return pairs.isEmpty() ? text("none") : tag("dl", "facts", concat(pairs));
    }

    private static Html pair(String name, JsonNode value, int depth) {
        return concat(tag("dt", "", name), tag("dd", "", tree(value, depth + 1)));
    }

    private static String shorten(String text) {
        return text.length() <= LONGEST_VALUE ? text : text.substring(0, LONGEST_VALUE) + " …";
    }
}
