package dev.portreeve.policy.access;

import dev.portreeve.policy.call.Resource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Makes rules ready and finds everything that is wrong with them. */
final class PolicyCompiler {
    private static final int MAX_RULES = 10_000;
    private final Conditions conditions = new Conditions();
    private final List<InvalidPolicy.Problem> problems = new ArrayList<>();
    private final Set<String> ids = new HashSet<>();

    /** @throws InvalidPolicy with all problems, if there are any */
    List<CompiledRule> compile(List<Rule> rules) {
        if (rules.size() > MAX_RULES) {
            problems.add(new InvalidPolicy.Problem("", "policies", 0, "more than " + MAX_RULES + " rules"));
            throw new InvalidPolicy(problems);
        }
        List<CompiledRule> compiled = rules.stream().map(this::compile).toList();
        if (!problems.isEmpty()) {
            throw new InvalidPolicy(problems);
        }
        return compiled;
    }

    private CompiledRule compile(Rule rule) {
        if (!ids.add(rule.id())) {
            problem(rule, "id", "another rule has this id too: records would not tell them apart");
        }
        if (rule.effect() == Rule.Effect.REQUIRE_APPROVAL && !rule.models().isEmpty()) {
            problem(rule, "models", "approvals are for tools: name tools only, or allow or deny the models");
        }
        if (rule.effect() == Rule.Effect.REQUIRE_APPROVAL
                && !(rule.prompts().isEmpty() && rule.resources().isEmpty())) {
            problem(
                    rule,
                    rule.prompts().isEmpty() ? "resources" : "prompts",
                    "approvals are for tools: name tools only, or allow or deny prompts and resources");
        }
        hostedTools(rule);
        String when = rule.when();
        Condition condition = when == null ? null : conditions.compile(rule.id(), when, problems);
        return new CompiledRule(
                rule,
                globs(rule.models()),
                globs(rule.tools()),
                globs(rule.prompts()),
                globs(rule.resources()),
                globs(rule.hostedTools().stream()
                        .map(PolicyCompiler::ofAnyProvider)
                        .toList()),
                condition);
    }

    private void hostedTools(Rule rule) {
        if (rule.effect() == Rule.Effect.REQUIRE_APPROVAL && !rule.hostedTools().isEmpty()) {
            problem(
                    rule,
                    "hosted-tools",
                    "nobody can be asked about a provider's own tool: it runs inside the model call, where the gateway"
                            + " does not see it; allow or deny it");
        }
        for (String pattern : rule.hostedTools()) {
            String tool = pattern.substring(pattern.lastIndexOf('/') + 1);
            String canonical = Resource.HostedTool.canonical(tool);
            if (tool.indexOf('*') < 0 && !canonical.equals(tool)) {
                problem(
                        rule,
                        "hosted-tools",
                        "\"" + tool + "\" is one of several names of \"" + canonical + "\", which is what rules name");
            }
        }
    }

    private static String ofAnyProvider(String pattern) {
        return pattern.indexOf('/') < 0 ? "*/" + pattern : pattern;
    }

    private static List<Glob> globs(List<String> patterns) {
        return patterns.stream().map(Glob::new).toList();
    }

    private void problem(Rule rule, String member, String message) {
        problems.add(new InvalidPolicy.Problem(rule.id(), member, 0, message));
    }
}
