package dev.portreeve.policy.access;

import dev.portreeve.policy.call.Resource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Function;

/** Finds the rules that speak of a resource without trying all of them. Immutable. */
final class RuleIndex {
    private final Names models;
    private final Names tools;
    private final Names prompts;
    private final Names resources;
    private final Names hostedTools;

    RuleIndex(List<CompiledRule> rules) {
        models = new Names(rules, CompiledRule::models, CompiledRule::namesModel);
        tools = new Names(rules, CompiledRule::tools, CompiledRule::namesTool);
        prompts = new Names(rules, CompiledRule::prompts, CompiledRule::namesPrompt);
        resources = new Names(rules, CompiledRule::resources, CompiledRule::namesResource);
        hostedTools = new Names(rules, CompiledRule::hostedTools, CompiledRule::namesHostedTool);
    }

    /** All rules about the resource, in the order of the configuration. */
    List<CompiledRule> about(Resource resource) {
        return switch (resource) {
            case Resource.Model model -> models.rules(model.name());
            case Resource.Tool tool -> tools.rules(tool.name());
            case Resource.Prompt prompt -> prompts.rules(prompt.name());
            case Resource.ServerResource served -> resources.rules(served.uri());
            case Resource.HostedTool hosted -> hostedTools.rules(hosted.name());
        };
    }

    /** The names of one kind: for each name some rule spells out, all rules about it; for other names, the rules with patterns are tried. */
    private static final class Names {
        private final Map<String, List<CompiledRule>> spelledOut = new HashMap<>();
        private final List<CompiledRule> patterns;
        private final BiPredicate<CompiledRule, String> names;

        private Names(
                List<CompiledRule> rules,
                Function<CompiledRule, List<Glob>> globs,
                BiPredicate<CompiledRule, String> names) {
            this.names = names;
            for (CompiledRule rule : rules) {
                for (Glob glob : globs.apply(rule)) {
                    if (glob.isExact()) {
                        spelledOut.computeIfAbsent(glob.pattern(), name -> matching(rules, name));
                    }
                }
            }
            patterns = rules.stream()
                    .filter(rule -> globs.apply(rule).stream().anyMatch(glob -> !glob.isExact()))
                    .toList();
        }

        private List<CompiledRule> rules(String name) {
            List<CompiledRule> known = spelledOut.get(name);
            return known != null ? known : matching(patterns, name);
        }

        private List<CompiledRule> matching(List<CompiledRule> rules, String name) {
            return rules.stream().filter(rule -> names.test(rule, name)).toList();
        }
    }
}
