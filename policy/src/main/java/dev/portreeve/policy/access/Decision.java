package dev.portreeve.policy.access;

import dev.portreeve.audit.Facts;
import dev.portreeve.policy.call.Denial;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** What the policy says about a call, with every rule that was consulted. A value: it can be recorded and re-made (INV-5). */
public sealed interface Decision {
    List<RuleVerdict> verdicts();

    /** Allowed by at least one rule, forbidden by none. */
    record Permit(List<RuleVerdict> verdicts) implements Decision {
        public Permit {
            verdicts = List.copyOf(verdicts);
        }
    }

    /**
     * Allowed once a person says yes.
     *
     * @param rules all matching rules that ask, at least one; they hold together, so the shortest timeout counts and an
     *     approver must be good enough for each of them
     */
    record Ask(List<Rule> rules, List<RuleVerdict> verdicts) implements Decision {
        public Ask {
            rules = List.copyOf(rules);
            verdicts = List.copyOf(verdicts);
        }

        /** Who may decide: those every rule names. Empty means anyone who may decide at all. */
        public List<String> approvers() {
            return Approvers.inEvery(rules);
        }

        /** How long a ticket may wait. */
        public Duration timeout(Duration unlessGiven) {
            return rules.stream()
                    .map(rule -> rule.timeout() == null ? unlessGiven : rule.timeout())
                    .min(Duration::compareTo)
                    .orElse(unlessGiven);
        }

        /** The ids of the rules, in order, as one text. */
        public String ruleIds() {
            return String.join(",", rules.stream().map(Rule::id).toList());
        }
    }

    /** Not allowed. */
    record Deny(Denial denial, List<RuleVerdict> verdicts) implements Decision {
        public Deny {
            verdicts = List.copyOf(verdicts);
        }
    }

    /**
     * One rule's part in a decision.
     *
     * @param matched {@code MATCHED}, {@code CONDITION_FALSE}, {@code CONDITION_ERROR} or {@code NOT_TESTED}; rules whose selectors do not match
     *     are not listed
     */
    record RuleVerdict(String ruleId, Rule.Effect effect, Match matched) {
        /** In the words of records. */
        Facts facts() {
            return new Facts().put("id", ruleId).put("effect", code(effect)).put("match", code(matched));
        }

        private static String code(Enum<?> value) {
            return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** How a consulted rule came out. */
    enum Match {
        MATCHED,
        CONDITION_FALSE,
        CONDITION_ERROR,
        /** The outcome hangs on arguments that are not at hand: they were judged with an earlier call, or there is none yet. */
        NOT_TESTED
    }
}
