package dev.portreeve.policy.access;

import dev.portreeve.audit.Facts;
import dev.portreeve.policy.access.Decision.RuleVerdict;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.HostedUse;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What became of the tools in one request that its provider would run by itself, for its record. For one decision. */
final class HostedTools {
    /** Of each tool; a record has room for so much. */
    private static final int MAX_RECORDED_VERDICTS = 8;

    private final List<Facts> facts = new ArrayList<>();
    private final List<Rule> obliging = new ArrayList<>();
    private final Set<String> denied = new LinkedHashSet<>();
    private final Set<String> rules = new LinkedHashSet<>();

    static HostedUse.Fate fate(Decision decision, HostedUse use) {
        HostedUse.Otherwise otherwise = use.otherwise();
        boolean granted = decision instanceof Decision.Permit
                || (otherwise == HostedUse.Otherwise.PASS && isNotSpokenOf(decision));
        if (granted) {
            return HostedUse.Fate.PASSED;
        }
        if (otherwise == HostedUse.Otherwise.REWRITE && use.isMcp() && isNotSpokenOf(decision)) {
            return HostedUse.Fate.REWRITTEN;
        }
        return otherwise == HostedUse.Otherwise.DENY ? HostedUse.Fate.DENIED : HostedUse.Fate.STRIPPED;
    }

    private static boolean isNotSpokenOf(Decision decision) {
        return decision instanceof Decision.Deny deny && deny.denial().reason() == Denial.Reason.NOT_GRANTED;
    }

    void add(HostedUse use, Judgement judgement) {
        Decision decision = judgement.decision();
        HostedUse.Fate fate = fate(decision, use);
        List<RuleVerdict> verdicts = decision.verdicts();
        Facts tool = new Facts()
                .put("name", use.resource().name())
                .put("kind", use.kind())
                .put("fate", word(fate))
                // Without a rule that speaks of it, the model's own setting decided.
                .put("by", isNotSpokenOf(decision) ? "model" : "rule")
                .put("setting", word(use.otherwise()))
                .putAll(
                        "rules",
                        verdicts.stream()
                                .limit(MAX_RECORDED_VERDICTS)
                                .map(RuleVerdict::facts)
                                .toList());
        judgement.recordShadow(tool);
        facts.add(tool);
        if (fate == HostedUse.Fate.PASSED) {
            obliging.addAll(decision.obliging());
        }
        if (fate == HostedUse.Fate.DENIED) {
            denied.add(use.resource().name());
            if (decision instanceof Decision.Deny deny && !isNotSpokenOf(decision)) {
                rules.add(deny.denial().detail());
            }
        }
    }

    /** What rules make of the call because of tools that are passed on. */
    List<Rule> obliging() {
        return List.copyOf(obliging);
    }

    List<Facts> facts() {
        return List.copyOf(facts);
    }

    /** Why the call is refused, or {@code null}. */
    @Nullable
    Denial denial() {
        if (denied.isEmpty()) {
            return null;
        }
        String why = rules.isEmpty() ? "no rule permits that" : String.join("; ", rules);
        return new Denial(
                Denial.Stage.ACCESS,
                Denial.Reason.HOSTED_TOOL_DENIED,
                "the provider would run " + String.join(", ", denied) + " by itself: " + why
                        + "; leave it out, or use a tool of /mcp");
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
