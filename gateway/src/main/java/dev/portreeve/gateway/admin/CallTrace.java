package dev.portreeve.gateway.admin;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Reads the way of one call through the recipe out of its records. */
final class CallTrace {
    private final ObjectNode facts = JsonMapper.shared().createObjectNode();
    private final List<JsonNode> records;
    private final List<CallLine.Step> steps = new ArrayList<>();

    private CallTrace(List<JsonNode> records) {
        this.records = records;
        for (JsonNode record : records) {
            record.properties().forEach(member -> facts.set(member.getKey(), member.getValue()));
        }
    }

    /** @param records of one call, the oldest first; at least one */
    static CallLine of(List<JsonNode> records) {
        return new CallTrace(records).line();
    }

    private CallLine line() {
        who();
        access();
        guardrails();
        money();
        approval();
        upstream();
        ending();
        String outcome = text("outcome");
        String ending = outcome == null ? "running" : ending(outcome);
        return new CallLine(
                facts.path("call").asString(""),
                instant(records.getFirst().path("at").stringValue("")),
                facts.path("subject").path("member").stringValue("nobody"),
                facts.path("resource").stringValue(""),
                ending,
                tone(outcome),
                text("cost_usd"),
                facts.has("duration_ms") ? facts.path("duration_ms").longValue() : null,
                steps,
                records);
    }

    private void who() {
        JsonNode subject = facts.path("subject");
        String team = subject.has("team") ? " of team " + subject.path("team").stringValue("") : "";
        say(
                Tone.GOOD,
                "who",
                subject.path("kind").stringValue("") + " "
                        + subject.path("member").stringValue("") + team + ", key "
                        + subject.path("key").stringValue(""));
    }

    private void access() {
        String decision = text("decision");
        if (decision == null) {
            return;
        }
        String consulted = consulted(facts.path("rules"));
        switch (decision) {
            case "permit" -> say(Tone.GOOD, "may", "permitted: " + consulted);
            case "ask" -> say(Tone.WARN, "may", "after a person agrees: " + consulted);
            default -> say(Tone.BAD, "may", "denied: " + consulted);
        }
        JsonNode shadow = facts.path("shadow");
        if (shadow.isObject()) {
            boolean same = shadow.path("decision").stringValue("").equals(decision);
            say(
                    same ? Tone.NEUTRAL : Tone.WARN,
                    "shadow",
                    (same ? "the same" : shadow.path("decision").stringValue("")) + " with rules in shadow enforced: "
                            + consulted(shadow.path("rules")));
        }
    }

    private static String consulted(JsonNode verdicts) {
        StringJoiner rules = new StringJoiner(", ");
        for (JsonNode rule : verdicts) {
            rules.add(
                    rule.path("id").stringValue("") + " (" + rule.path("effect").stringValue("") + ", "
                            + rule.path("match").stringValue("") + ")");
        }
        return rules.length() == 0 ? "no rule matches" : "rules " + rules;
    }

    private void guardrails() {
        for (JsonNode record : records) {
            for (JsonNode finding : record.path("guardrails")) {
                String action = finding.path("action").asString("");
                say(
                        action.equals("block") ? Tone.BAD : Tone.WARN,
                        "guardrail",
                        finding.path("id").asString("") + ": "
                                + finding.path("count").asString("") + " × "
                                + finding.path("kind").asString("") + " in "
                                + finding.path("on").asString("") + ", " + action);
            }
        }
    }

    private void money() {
        String held = text("held_usd");
        if (held == null) {
            return;
        }
        StringJoiner levels = new StringJoiner("; ");
        for (JsonNode level : facts.path("held")) {
            levels.add(level.path("budget").stringValue("") + " has $"
                    + level.path("remaining_usd").stringValue("") + " of $"
                    + level.path("limit_usd").stringValue("") + " left");
        }
        say(Tone.GOOD, "pay", "$" + held + " held" + (levels.length() == 0 ? "" : ": " + levels));
    }

    private void approval() {
        String ticket = text("approval");
        if (ticket != null) {
            boolean passed = facts.has("usage") || "completed".equals(text("outcome"));
            say(passed ? Tone.GOOD : Tone.WARN, "ask", "ticket " + ticket);
        }
    }

    private void upstream() {
        JsonNode usage = facts.path("usage");
        String cost = text("cost_usd");
        if (cost == null) {
            return;
        }
        String tokens = usage.isObject()
                ? usage.path("input_tokens").asString() + " tokens in, "
                        + usage.path("output_tokens").asString() + " out ("
                        + usage.path("basis").asString() + "), "
                : "";
        say(Tone.GOOD, "do", tokens + "$" + cost + (text("settlement") == null ? "" : " " + text("settlement")));
    }

    private void ending() {
        String outcome = text("outcome");
        if (outcome == null) {
            say(Tone.WARN, "ended", "not yet");
            return;
        }
        String stage = text("stage") == null
                ? ""
                : " at " + String.valueOf(text("stage")).replace('_', ' ');
        String reason = text("reason") == null ? "" : ", " + text("reason");
        String detail = text("detail") == null ? "" : ": " + text("detail");
        String ticket = text("ticket") == null ? "" : ", ticket " + text("ticket");
        say(tone(outcome), "ended", ending(outcome) + stage + reason + ticket + detail);
    }

    private void say(Tone tone, String name, String said) {
        steps.add(new CallLine.Step(tone, name, said));
    }

    private @Nullable String text(String member) {
        return facts.path(member).isString() ? facts.path(member).stringValue() : null;
    }

    /** Of a record that somebody altered, too. */
    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException notOne) {
            return Instant.EPOCH;
        }
    }

    private static String ending(String outcome) {
        return outcome.replace('_', ' ').toLowerCase(Locale.ROOT);
    }

    static Tone tone(@Nullable String outcome) {
        return switch (outcome) {
            case null -> Tone.WARN;
            case "completed" -> Tone.GOOD;
            case "awaiting_approval" -> Tone.WARN;
            case "abandoned" -> Tone.NEUTRAL;
            default -> Tone.BAD;
        };
    }
}
