package dev.portreeve.policy.access;

import dev.portreeve.audit.Facts;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.Denial;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the policy says about a call, with every rule that was consulted. A value: it can be recorded and re-made (INV-5). */
public sealed interface Decision {
    List<RuleVerdict> verdicts();

    /** The matching rules that make something of what is done; of a provider's tool that is done although no rule permits it too. */
    List<Rule> obliging();

    /** The same, with what more rules make of it. */
    default Decision obligedBy(List<Rule> more) {
        List<Rule> all = Stream.concat(obliging().stream(), more.stream()).toList();
        return switch (this) {
            case Permit permit -> new Permit(permit.verdicts(), all);
            case Ask ask -> new Ask(ask.rules(), ask.verdicts(), all);
            case Deny deny -> new Deny(deny.denial(), deny.verdicts(), all);
        };
    }

    /** Whether a call for which that was done may run by this one too: nothing forbids it, nobody else is asked, nothing more is made of it. */
    default boolean asksNoMoreThan(Decision before) {
        boolean nobodyElse = switch (this) {
            case Permit ignored -> true;
            case Ask ask -> before instanceof Ask earlier && earlier.rules().containsAll(ask.rules());
            case Deny ignored -> false;
        };
        return nobodyElse && before.obliging().containsAll(obliging());
    }

    /** Allowed by at least one rule, forbidden by none. */
    record Permit(List<RuleVerdict> verdicts, List<Rule> obliging) implements Decision {
        public Permit {
            verdicts = List.copyOf(verdicts);
            obliging = List.copyOf(obliging);
        }

        /** Of a call of which nothing else is made. */
        public Permit(List<RuleVerdict> verdicts) {
            this(verdicts, List.of());
        }
    }

    /**
     * Allowed once a person says yes.
     *
     * @param rules all matching rules that ask, at least one; they hold together, so the shortest timeout counts and an
     *     approver must be good enough for each of them
     */
    record Ask(List<Rule> rules, List<RuleVerdict> verdicts, List<Rule> obliging) implements Decision {
        public Ask {
            rules = List.copyOf(rules);
            verdicts = List.copyOf(verdicts);
            obliging = List.copyOf(obliging);
        }

        /** Of a call of which nothing else is made. */
        public Ask(List<Rule> rules, List<RuleVerdict> verdicts) {
            this(rules, verdicts, List.of());
        }

        /** Who may decide: those every rule names. Empty means anyone who may decide at all. */
        public List<String> approvers() {
            return Approvers.inEvery(rules);
        }

        /** How many of them must say yes: as many as the strictest rule wants. */
        public int quorum() {
            return Approvers.quorum(rules);
        }

        /** How far a yes may be remembered: as each of the rules lets it; {@code null} for not at all, as where several people must say it. */
        public @Nullable Remember remember() {
            return quorum() > 1 ? null : Remember.inEach(rules);
        }

        /**
         * Whether each of the rules approves a call with these arguments without asking. One that does not say so, or whose condition cannot
         * be evaluated, asks.
         */
        public boolean isAutoApproved(Arguments arguments, Instant now) {
            return quorum() == 1
                    && rules.stream()
                            .map(rule -> rule.leeway().autoApprove())
                            .allMatch(when ->
                                    when != null && CallCondition.of(when).test(arguments, now) == Match.MATCHED);
        }

        /** Which arguments an approver may change: what each of the rules lets change, one list for each; empty if one lets nothing. */
        public List<List<String>> edits() {
            List<List<String>> edits =
                    rules.stream().map(rule -> rule.leeway().edits()).toList();
            return edits.stream().anyMatch(List::isEmpty) ? List.of() : edits;
        }

        /** SHA-256 over the text of the rules, in hex: another one if any member of one of them is another. */
        public String version() {
            return PolicyDocument.of(rules).version();
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
    record Deny(Denial denial, List<RuleVerdict> verdicts, List<Rule> obliging) implements Decision {
        public Deny {
            verdicts = List.copyOf(verdicts);
            obliging = List.copyOf(obliging);
        }

        /** Of what is not done at all. */
        public Deny(Denial denial, List<RuleVerdict> verdicts) {
            this(denial, verdicts, List.of());
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
