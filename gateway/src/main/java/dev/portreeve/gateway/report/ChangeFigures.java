package dev.portreeve.gateway.report;

import dev.portreeve.gateway.report.OpenCalls.Begun;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What people changed while the gateway ran: rules, stops, budgets, keys, definitions, the configuration. */
final class ChangeFigures implements Part {
    private final Listing policy = new Listing();
    private final Listing stops = new Listing();
    private final Listing configurations = new Listing();
    private final Tally actions = new Tally(List.of("action", "actor"), "count");
    private final Tally keys = new Tally(List.of("change", "actor"), "count");
    private final Tally versions = Tally.counting("policy_version");
    private long byPerson;
    private long byBrake;
    private long resumed;

    @Override
    public void hear(Entry entry, @Nullable Begun begun) {
        switch (entry.kind()) {
            case "admin.action" -> action(entry);
            case "policy.loaded" -> versions.count(entry.text("policy_version"));
            case "configuration.loaded" ->
                configurations
                        .add(entry)
                        .put("digest", entry.text("digest"))
                        .put("changed", joined(entry.body().path("changed")));
            case "key.created", "key.revoked" ->
                keys.add(List.of(entry.kind().substring("key.".length()), entry.text("actor")), "count", 1);
            default -> {
                // Nobody changed anything.
            }
        }
    }

    private void action(Entry entry) {
        String action = entry.text("action");
        actions.add(List.of(action, entry.text("actor")), "count", 1);
        if (action.startsWith("policy-")) {
            JsonNode after = entry.body().path("after");
            policy.add(entry)
                    .put("action", action.substring("policy-".length()))
                    .put("version", after.path("version").asLong(0))
                    .put("before", entry.body().path("before").path("version").asLong(0))
                    .put("author", entry.text("author"))
                    .put("actor", entry.text("actor"))
                    .put("reason", entry.text("reason"))
                    .put("diff", diff(entry.body().path("diff")))
                    .put("digest", after.path("digest").asString(""));
        } else if (action.equals("stop") || action.equals("resume")) {
            stop(entry, action);
        }
    }

    private void stop(Entry entry, String action) {
        JsonNode side = entry.body().path(action.equals("stop") ? "after" : "before");
        String cause = side.path("cause").asString("");
        if (action.equals("resume")) {
            resumed++;
        } else if (cause.equals("brake")) {
            byBrake++;
        } else {
            byPerson++;
        }
        stops.add(entry)
                .put("action", action)
                .put("owner", entry.text("owner_kind") + ":" + entry.text("owner"))
                .put("cause", cause)
                .put("actor", entry.text("actor"))
                .put("reason", entry.text("reason"));
    }

    /** Rules by name: {@code +added -removed ~changed}. */
    private static String diff(JsonNode diff) {
        List<String> names = new ArrayList<>();
        diff.path("added").forEach(rule -> names.add("+" + rule.asString("")));
        diff.path("removed").forEach(rule -> names.add("-" + rule.asString("")));
        diff.path("changed").forEach(rule -> names.add("~" + rule.path("id").asString("")));
        long more = diff.path("left_out").asLong(0);
        if (more > 0) {
            names.add("and " + more + " more");
        }
        return String.join(", ", names);
    }

    private static String joined(JsonNode names) {
        return String.join(
                ", ", names.valueStream().map(name -> name.asString("")).toList());
    }

    @Override
    public void write(ObjectNode figures) {
        ObjectNode changes = figures.putObject("changes");
        changes.put("policy_changes", policy.count());
        policy.write(changes, "policy");
        changes.set("policy_loaded", versions.json());
        configurations.write(changes, "configuration");
        changes.set("admin_actions", actions.json());
        changes.set("keys", keys.json());
        ObjectNode stopped = figures.putObject("stops");
        stopped.put("by_person", byPerson).put("by_brake", byBrake).put("resumed", resumed);
        stops.write(stopped, "list");
    }
}
