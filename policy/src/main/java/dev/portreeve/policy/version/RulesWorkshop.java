package dev.portreeve.policy.version;

import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.access.InvalidPolicy;
import dev.portreeve.policy.access.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes texts ready to be in force beside the rules of the configuration file. The last text is remembered: whoever looks at a draft,
 * tests and publishes it compiles it once. Thread-safe; does not block.
 */
final class RulesWorkshop {
    private final List<Rule> file;
    private final Set<String> idsOfFile;
    private final Function<List<Rule>, AccessPolicy> compiler;
    private final RuleReader reader;
    private volatile @Nullable Made last;

    /** Rules of a version, and the policy they make with those of the file. */
    record Ready(List<Rule> rules, AccessPolicy policy) {}

    private record Made(RulesText text, Ready ready) {}

    /** @param compiler makes rules ready */
    RulesWorkshop(List<Rule> file, Function<List<Rule>, AccessPolicy> compiler, RuleReader reader) {
        this.file = List.copyOf(file);
        this.idsOfFile = file.stream().map(Rule::id).collect(Collectors.toSet());
        this.compiler = compiler;
        this.reader = reader;
    }

    List<Rule> file() {
        return file;
    }

    /** @throws InvalidPolicy if the rules of the file are wrong by themselves */
    AccessPolicy policyOfFile() {
        return compiler.apply(file);
    }

    /** @throws UnusableRules if it has not the form of rules */
    List<Rule> rules(RulesText text) {
        return reader.read(text.source());
    }

    /**
     * The rules of a text with those of the file.
     *
     * @throws UnusableRules with everything that speaks against it, if they cannot be in force here
     */
    Ready ready(RulesText text) {
        Made made = last;
        if (made != null && made.text().source().equals(text.source())) {
            return made.ready();
        }
        Ready ready = make(rules(text));
        last = new Made(text, ready);
        return ready;
    }

    private Ready make(List<Rule> rules) {
        List<String> wrong = new ArrayList<>();
        try {
            reader.check(rules);
        } catch (UnusableRules unusable) {
            wrong.addAll(unusable.problems());
        }
        try {
            AccessPolicy policy =
                    compiler.apply(Stream.concat(file.stream(), rules.stream()).toList());
            if (wrong.isEmpty()) {
                return new Ready(rules, policy);
            }
        } catch (InvalidPolicy invalid) {
            for (InvalidPolicy.Problem problem : invalid.problems()) {
                if (problem.member().equals("id") && idsOfFile.contains(problem.ruleId())) {
                    wrong.add("rule \"" + problem.ruleId()
                            + "\" stands in this gateway's configuration file too: give one of them another id");
                } else {
                    wrong.add(problem.toString());
                }
            }
        }
        throw new UnusableRules(wrong);
    }
}
