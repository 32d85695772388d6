package dev.portreeve.gateway.publish;

import dev.portreeve.gateway.config.PublishedRules;
import dev.portreeve.gateway.explain.Questions;
import dev.portreeve.gateway.scenario.ScenarioFile;
import dev.portreeve.gateway.scenario.ScenarioReport;
import dev.portreeve.gateway.scenario.ScenarioRun;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.access.Rule;
import dev.portreeve.policy.version.PolicyVersions;
import dev.portreeve.policy.version.RulesResult;
import dev.portreeve.policy.version.RulesText;
import dev.portreeve.policy.version.RulesVersion;
import dev.portreeve.policy.version.UnusableRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where people change rules while the gateway runs. Before a version is in force, the names in it lead somewhere, its conditions compile,
 * the tools that servers offer have the arguments it speaks of, and its scenarios hold, all together with the rules of the file.
 * Thread-safe; blocks on the database.
 */
public final class RulesDesk {
    private final PolicyVersions versions;
    private final Questions questions;
    private final Function<AccessPolicy, List<String>> misfits;

    /**
     * @param questions knows who and what scenarios name
     * @param misfits which of the tools there are do not fit rules
     */
    public RulesDesk(PolicyVersions versions, Questions questions, Function<AccessPolicy, List<String>> misfits) {
        this.versions = versions;
        this.questions = questions;
        this.misfits = misfits;
    }

    /** The versions themselves, to be looked at. */
    public PolicyVersions versions() {
        return versions;
    }

    /**
     * A draft as it is sent.
     *
     * @param from the version it was made from; {@code null} for the one in force
     * @param scenarios {@code null} for those of the version it was made from, empty for none
     */
    public record Draft(
            @Nullable Long from, String source, @Nullable String scenarios, String author, String reason) {}

    /**
     * Stores a draft.
     *
     * @throws UnusableRules if it, or its scenarios, have not the right form
     * @throws IllegalArgumentException if something is missing or too long
     * @throws dev.portreeve.audit.EvidenceUnavailable if it cannot be recorded
     */
    public RulesResult draft(Draft draft) {
        Long from = draft.from();
        long parent = from == null ? versions.numberInForce() : from;
        RulesText text = new RulesText(draft.source(), scenarios(parent, draft.scenarios()));
        cases(text);
        return versions.draft(parent, text, draft.author(), draft.reason());
    }

    private @Nullable String scenarios(long parent, @Nullable String given) {
        if (given != null) {
            return given.isBlank() ? null : given;
        }
        return versions.find(parent).map(whole -> whole.text().scenarios()).orElse(null);
    }

    /** What is wrong with a version: why it would not be published now, but for who asks and what is in force. */
    public List<String> problems(RulesText text) {
        try {
            List<String> problems = new ArrayList<>();
            misfits.apply(versions.policyWith(text)).forEach(problems::add);
            if (text.scenarios() != null) {
                test(text).results().stream()
                        .filter(result -> !result.passed())
                        .forEach(result -> problems.add(
                                "scenario \"" + result.name() + "\": " + String.join("; ", result.failures())));
            }
            return problems;
        } catch (UnusableRules unusable) {
            return unusable.problems();
        }
    }

    /**
     * Runs the scenarios of a version, with its rules and those of the file.
     *
     * @return without results if it has none
     * @throws UnusableRules if the rules cannot be in force here
     */
    public ScenarioReport test(RulesText text) {
        AccessPolicy unused = versions.policyWith(text);
        List<Rule> rules = Stream.concat(versions.rulesOfTheFile().stream(), versions.rulesOf(text).stream())
                .toList();
        ScenarioRun run = new ScenarioRun("the version and the file", rules, questions);
        run.run("scenarios", cases(text));
        return new ScenarioReport(run.results(), List.of(run.coverage()));
    }

    private static List<ScenarioFile.Case> cases(RulesText text) {
        String scenarios = text.scenarios();
        if (scenarios == null) {
            return List.of();
        }
        ScenarioFile file = PublishedRules.read(scenarios, ScenarioFile.class);
        if (file.rules() != null) {
            throw new UnusableRules(
                    "rules: scenarios of a draft try the draft's rules, so they bring none of their own");
        }
        return file.cases();
    }

    /**
     * Puts a draft in force everywhere; here before this returns.
     *
     * @throws UnusableRules with everything that speaks against it
     * @throws IllegalArgumentException if something is missing or too long
     * @throws dev.portreeve.audit.EvidenceUnavailable if it cannot be recorded
     */
    public RulesResult publish(long number, String by) {
        Optional<RulesVersion.Whole> found = versions.find(number);
        if (found.isPresent() && found.get().version().state() == RulesVersion.State.DRAFT) {
            requireSound(found.get().text());
        }
        return versions.publish(number, by);
    }

    /**
     * Puts the rules of an earlier version in force, as a new one; 0 stands for no rules.
     *
     * @throws UnusableRules with everything that speaks against it now
     * @throws IllegalArgumentException if something is missing or too long
     * @throws dev.portreeve.audit.EvidenceUnavailable if it cannot be recorded
     */
    public RulesResult rollback(long number, String by, String reason) {
        versions.find(number).ifPresent(whole -> requireSound(whole.text()));
        return versions.rollback(number, by, reason);
    }

    private void requireSound(RulesText text) {
        List<String> problems = problems(text);
        if (!problems.isEmpty()) {
            throw new UnusableRules(problems);
        }
    }
}
