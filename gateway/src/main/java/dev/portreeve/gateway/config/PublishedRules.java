package dev.portreeve.gateway.config;

import dev.portreeve.policy.access.Rule;
import dev.portreeve.policy.version.RuleReader;
import dev.portreeve.policy.version.UnusableRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads the rules that are published in the database, and checks them as strictly as those of the file, whose tenants, servers, models
 * and people they name. Nothing is put in for {@code ${…}}: the same rules hold on every gateway. Thread-safe.
 */
public final class PublishedRules implements RuleReader {
    private static final String NAME = "policies";
    private static final Pattern INDEX = Pattern.compile("policies\\[(\\d+)](.*)", Pattern.DOTALL);
    private final GatewayConfig config;

    /** @param config with the rules of the file */
    public PublishedRules(GatewayConfig config) {
        this.config = config;
    }

    /** A file with nothing but rules. */
    record RulesFile(List<Rule> policies) {}

    @Override
    public List<Rule> read(String source) {
        return rules(source);
    }

    /**
     * The rules of a text, whoever's configuration they are for.
     *
     * @throws UnusableRules with everything that has not the form of rules
     */
    public static List<Rule> rules(String source) {
        return List.copyOf(read(source, RulesFile.class).policies());
    }

    /**
     * Reads another text as strictly, into a record of the caller's; nothing is put in for {@code ${…}}.
     *
     * @throws UnusableRules with everything that has not the form
     */
    public static <R extends Record> R read(String text, Class<R> type) {
        try {
            Problems problems = new Problems(NAME);
            R read = new RecordMapper(Interpolation.NONE, problems).map(ConfigFile.compose(NAME, text), type);
            problems.throwIfAny();
            if (read == null) {
                throw new IllegalStateException("no record and no problem");
            }
            return read;
        } catch (BadConfig bad) {
            throw new UnusableRules(bad.problems().stream()
                    .map(problem -> (problem.line() > 0 ? "line " + problem.line() + ": " : "")
                            + (problem.path().isEmpty() ? "" : problem.path() + ": ")
                            + problem.what())
                    .toList());
        }
    }

    @Override
    public void check(List<Rule> rules) {
        List<String> wrong = new ArrayList<>();
        Set<String> ofFile = config.policies().stream().map(Rule::id).collect(Collectors.toSet());
        List<Rule> others =
                rules.stream().filter(rule -> !ofFile.contains(rule.id())).toList();
        Problems problems = new Problems(NAME);
        List<Rule> all =
                Stream.concat(config.policies().stream(), others.stream()).toList();
        new ReferenceCheck(config.withPolicies(all), problems).names();
        try {
            problems.throwIfAny();
        } catch (BadConfig bad) {
            bad.problems().forEach(problem -> wrong.add(place(problem.path(), all) + ": " + problem.what()));
        }
        if (!wrong.isEmpty()) {
            throw new UnusableRules(wrong);
        }
    }

    /** People know rules by their ids, not by where they stand in a list that is made of two. */
    private static String place(String path, List<Rule> rules) {
        Matcher matcher = INDEX.matcher(path);
        return matcher.matches()
                ? "rule \"" + rules.get(Integer.parseInt(matcher.group(1))).id() + "\""
                        + matcher.group(2).replaceFirst("^\\.", ", ")
                : path;
    }
}
