package dev.portreeve.gateway.report;

import dev.portreeve.gateway.report.OpenCalls.Begun;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** How many calls there were, of whom and of what, how they ended, and what they cost. */
final class CallFigures implements Part {
    private static final String CALLS = "calls";
    private static final String COST = "cost_usd";
    private final Tally types = Tally.counting("type");
    private final Tally outcomes = new Tally(List.of("type", "outcome"), "count");
    private final Tally reasons = Tally.counting("reason");
    private final Tally decisions = Tally.counting("decision");
    private final Tally models = new Tally(
            List.of("model", "provider", "upstream_model"), CALLS, "completed", "input_tokens", "output_tokens", COST);
    private final Tally tools =
            new Tally(List.of("type", "server", "name", "definition_hash"), CALLS, "completed", "denied", COST);
    private final Tally subjects = new Tally(List.of("kind", "member", "team"), CALLS, "completed", "denied", COST);
    private final Tally settlements = new Tally(List.of("settlement"), CALLS, COST);
    private long opened;
    private long closed;
    private long refused;
    private long cost;

    @Override
    public void hear(Entry entry, @Nullable Begun begun) {
        switch (entry.kind()) {
            case "call.opened" -> {
                opened++;
                decided(entry);
            }
            case "call.refused" -> {
                refused++;
                decided(entry);
                ended(entry, Begun.of(entry));
            }
            case "call.closed" -> {
                closed++;
                ended(entry, begun);
            }
            default -> {
                // Of no call's beginning or end.
            }
        }
    }

    private void decided(Entry entry) {
        if (entry.has("decision")) {
            decisions.count(entry.text("decision"));
        }
    }

    private void ended(Entry entry, @Nullable Begun begun) {
        String type = begun == null ? "" : begun.what().getFirst();
        String outcome = entry.text("outcome");
        String amount = entry.text(COST);
        types.count(type);
        outcomes.add(List.of(type, outcome), "count", 1);
        if (entry.has("reason")) {
            reasons.count(entry.text("reason"));
        }
        cost = Tally.plus(cost, Tally.nanos(amount));
        if (entry.has("settlement")) {
            List<String> settlement = List.of(entry.text("settlement"));
            settlements.add(settlement, CALLS, 1);
            settlements.addUsd(settlement, COST, amount);
        }
        if (begun != null) {
            ended(entry, begun, outcome, amount);
        }
    }

    private void ended(Entry entry, Begun begun, String outcome, String amount) {
        count(subjects, begun.who(), outcome, amount, true);
        if (!begun.isNamed()) {
            return;
        }
        if (begun.isModel()) {
            List<String> model = begun.what().subList(1, begun.what().size());
            count(models, model, outcome, amount, false);
            models.add(model, "input_tokens", tokens(entry, "input_tokens"));
            models.add(model, "output_tokens", tokens(entry, "output_tokens"));
        } else {
            count(tools, begun.what(), outcome, amount, true);
        }
    }

    private static void count(Tally tally, List<String> key, String outcome, String amount, boolean denials) {
        tally.add(key, CALLS, 1);
        tally.addUsd(key, COST, amount);
        if (outcome.equals("completed")) {
            tally.add(key, "completed", 1);
        } else if (denials && (outcome.equals("denied") || outcome.equals("rejected"))) {
            tally.add(key, "denied", 1);
        }
    }

    private static long tokens(Entry entry, String name) {
        return Math.max(0, entry.body().path("usage").path(name).asLong(0));
    }

    @Override
    public void write(ObjectNode figures) {
        ObjectNode calls = figures.putObject(CALLS);
        calls.put("ended", closed + refused)
                .put("opened", opened)
                .put("closed", closed)
                .put("refused", refused);
        calls.set("by_type", types.json());
        calls.set("by_outcome", outcomes.json());
        calls.set("by_reason", reasons.json());
        calls.set("by_decision", decisions.json());
        ObjectNode inventory = figures.putObject("inventory");
        inventory.set("models", models.json());
        inventory.set("tools", tools.json());
        inventory.set("subjects", subjects.json());
        ObjectNode money = figures.putObject("money");
        money.put("charged_usd", Tally.usd(cost));
        money.set("by_settlement", settlements.json());
    }
}
