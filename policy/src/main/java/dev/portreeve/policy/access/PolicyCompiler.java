package dev.portreeve.policy.access;

import dev.portreeve.policy.call.Resource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes rules ready and finds everything that is wrong with them. */
final class PolicyCompiler {
    private static final int MAX_RULES = 10_000;
    private final List<InvalidPolicy.Problem> problems = new ArrayList<>();
    private final Set<String> ids = new HashSet<>();

    /** @throws InvalidPolicy with all problems, if there are any */
    List<CompiledRule> compile(List<Rule> rules) {
        if (rules.size() > MAX_RULES) {
            problems.add(new InvalidPolicy.Problem("", "policies", 0, "more than " + MAX_RULES + " rules"));
            throw new InvalidPolicy(problems);
        }
        Conditions conditions = new Conditions(labels(rules));
        List<CompiledRule> compiled =
                rules.stream().map(rule -> compile(rule, conditions)).toList();
        if (!problems.isEmpty()) {
            throw new InvalidPolicy(problems);
        }
        return compiled;
    }

    private static Set<String> labels(List<Rule> rules) {
        return rules.stream()
                .map(rule -> rule.obligations().label())
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
    }

    private CompiledRule compile(Rule rule, Conditions conditions) {
        if (!ids.add(rule.id())) {
            problem(rule, "id", "another rule has this id too: records would not tell them apart");
        }
        Selectors about = rule.about();
        asking(rule);
        quorum(rule);
        escalation(rule);
        obligations(rule);
        leeway(rule);
        autoApproval(rule);
        hostedTools(rule);
        problems.addAll(PlaceSelectors.problems(rule));
        String when = rule.when();
        Condition condition = when == null ? null : conditions.compile(rule.id(), when, problems);
        if (condition != null
                && condition.isAboutAny(RequestVariables.REQUEST)
                && about.models().isEmpty()
                && about.targets().isEmpty()) {
            problem(rule, "when", "only calls of models have a request: name models, or speak of call");
        }
        CompiledRule.Names names = new CompiledRule.Names(
                // Whoever names places only means whatever leads there.
                globs(about.models().isEmpty() && !about.targets().isEmpty() ? List.of("*") : about.models()),
                globs(about.targets()),
                globs(about.tools()),
                globs(about.prompts()),
                globs(about.resources()),
                globs(about.hostedTools().stream()
                        .map(PolicyCompiler::ofAnyProvider)
                        .toList()),
                globs(about.servers()));
        return new CompiledRule(rule, names, circumstances(rule), condition);
    }

    private void asking(Rule rule) {
        if (rule.effect() != Rule.Effect.REQUIRE_APPROVAL) {
            return;
        }
        Selectors about = rule.about();
        if (!about.models().isEmpty()) {
            problem(rule, "models", "approvals are for tools: name tools only, or allow or deny the models");
        }
        if (!about.prompts().isEmpty() || !about.resources().isEmpty()) {
            problem(
                    rule,
                    about.prompts().isEmpty() ? "resources" : "prompts",
                    "approvals are for tools: name tools only, or allow or deny prompts and resources");
        }
        if (!about.servers().isEmpty()) {
            problem(
                    rule,
                    "servers",
                    "approvals are for tools, and servers have prompts and resources too: name tools as \"slug__*\"");
        }
    }

    private void obligations(Rule rule) {
        String label = rule.obligations().label();
        List<String> mask = rule.obligations().mask();
        if (rule.effect() == Rule.Effect.LABEL && label == null) {
            problem(rule, "label", "say with what: a rule of this effect needs a label");
        }
        if (rule.effect() != Rule.Effect.LABEL && label != null) {
            problem(rule, "label", "only a rule whose effect is label has one: write a rule of its own for it");
        }
        if (label != null && !Obligations.isLabel(label)) {
            problem(rule, "label", "\"" + label + "\" has other than small letters, digits, - and _, or more than 50");
        }
        if (rule.effect() == Rule.Effect.MASK && mask.isEmpty()) {
            problem(
                    rule,
                    "mask",
                    "say what: a rule of this effect needs pointers to arguments, such as /customer/iban");
        }
        if (rule.effect() != Rule.Effect.MASK && !mask.isEmpty()) {
            problem(rule, "mask", "only a rule whose effect is mask has one: write a rule of its own for it");
        }
        for (int i = 0; i < mask.size(); i++) {
            if (!mask.get(i).startsWith("/")) {
                problem(rule, "mask[" + i + "]", "\"" + mask.get(i) + "\" does not begin with a slash, as pointers do");
            }
        }
        quota(rule, rule.obligations().limit());
        Selectors about = rule.about();
        boolean beyondArguments = !about.models().isEmpty()
                || !about.resources().isEmpty()
                || !about.hostedTools().isEmpty();
        if (rule.effect() == Rule.Effect.MASK && beyondArguments) {
            problem(rule, "mask", "only tools and prompts have arguments: name no models, resources or hosted-tools");
        }
    }

    private void quota(Rule rule, @Nullable Quota quota) {
        if (rule.effect() == Rule.Effect.LIMIT && quota == null) {
            problem(
                    rule,
                    "limit",
                    "say how much: a rule of this effect needs a limit, such as { requests: 10, per: 1h }");
        }
        if (rule.effect() != Rule.Effect.LIMIT && quota != null) {
            problem(rule, "limit", "only a rule whose effect is limit has one: write a rule of its own for it");
        }
        if (quota != null && quota.tokens() != null && rule.about().models().isEmpty()) {
            problem(rule, "limit", "only model calls have tokens: name models, or limit requests");
        }
    }

    private void leeway(Rule rule) {
        List<String> edits = rule.leeway().edits();
        if (!edits.isEmpty() && rule.effect() != Rule.Effect.REQUIRE_APPROVAL) {
            problem(rule, "edits", "only a rule that requires approval has an approver who could change anything");
        }
        for (int i = 0; i < edits.size(); i++) {
            if (!edits.get(i).startsWith("/")) {
                problem(
                        rule,
                        "edits[" + i + "]",
                        "\"" + edits.get(i) + "\" does not begin with a slash, as pointers do");
            }
        }
        Remember remember = rule.leeway().remember();
        if (remember == null) {
            return;
        }
        if (rule.effect() != Rule.Effect.REQUIRE_APPROVAL) {
            problem(rule, "remember", "only a rule that requires approval has a yes to remember");
        }
        if (rule.quorum() != null && rule.quorum() > 1) {
            problem(
                    rule,
                    "remember",
                    "what several people must say yes to is asked each time: leave it out, or have a quorum of 1");
        }
        pointers(rule, "remember.keep", remember.keep());
    }

    private void autoApproval(Rule rule) {
        String when = rule.leeway().autoApprove();
        if (when == null) {
            return;
        }
        if (rule.effect() != Rule.Effect.REQUIRE_APPROVAL) {
            problem(
                    rule,
                    "auto-approve",
                    "only a rule that requires approval can do without: this one has another effect");
        }
        if (rule.quorum() != null && rule.quorum() > 1) {
            problem(rule, "auto-approve", "what several people must say yes to is not approved without any of them");
        }
        try {
            CallCondition unused = CallCondition.of(when);
        } catch (IllegalArgumentException wrong) {
            problem(rule, "auto-approve", String.valueOf(wrong.getMessage()));
        }
    }

    private void pointers(Rule rule, String member, List<String> pointers) {
        for (int i = 0; i < pointers.size(); i++) {
            if (!pointers.get(i).startsWith("/") || pointers.get(i).indexOf('*') >= 0) {
                problem(
                        rule,
                        member + "[" + i + "]",
                        "\"" + pointers.get(i) + "\" is no pointer to one argument, such as /to or /customer/id");
            }
        }
    }

    private CompiledRule.Circumstances circumstances(Rule rule) {
        String by = rule.who().delegatedBy();
        if (by != null && rule.effect() == Rule.Effect.ALLOW) {
            problem(
                    rule,
                    "who.delegated-by",
                    "a key that a key made may not do more than that: allow it to the key above, or deny or ask here");
        }
        return new CompiledRule.Circumstances(
                by == null ? null : new Glob(by),
                read(rule, "who.networks", rule.who().networks(), Network::parse),
                globs(rule.who().sessions()),
                globs(rule.about().views()),
                read(rule, "times", rule.about().times(), TimeWindow::parse));
    }

    private <T> List<T> read(Rule rule, String member, List<String> texts, Function<String, T> reader) {
        List<T> values = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            try {
                values.add(reader.apply(texts.get(i)));
            } catch (IllegalArgumentException wrong) {
                problem(rule, member + "[" + i + "]", String.valueOf(wrong.getMessage()));
            }
        }
        return values;
    }

    private void quorum(Rule rule) {
        Integer quorum = rule.quorum();
        if (quorum == null) {
            return;
        }
        if (rule.effect() != Rule.Effect.REQUIRE_APPROVAL) {
            problem(rule, "quorum", "only a rule that requires approval has one");
        } else if (quorum < 1 || quorum > Rule.MAX_QUORUM) {
            problem(rule, "quorum", "is from 1 to " + Rule.MAX_QUORUM);
        } else if (quorum > 1 && rule.approvers().isEmpty()) {
            problem(rule, "quorum", "votes are counted by person, so say in approvers who these are");
        } else if (quorum > 1
                && Approvers.areAllNamed(rule)
                && quorum > Set.copyOf(rule.approvers()).size()) {
            problem(rule, "quorum", "is more than the approvers there are, so nobody could ever approve");
        }
    }

    private void escalation(Rule rule) {
        if (!rule.escalate().isEmpty() && rule.approvers().isEmpty()) {
            problem(rule, "escalate", "anybody may decide from the start unless approvers says who is asked first");
        }
        for (Rule.Escalation step : rule.escalate()) {
            if (rule.timeout() != null && step.after().compareTo(rule.timeout()) >= 0) {
                problem(rule, "escalate", "a ticket of this rule is over before anybody comes on top of its approvers");
            }
        }
    }

    private void hostedTools(Rule rule) {
        if (rule.effect() == Rule.Effect.REQUIRE_APPROVAL
                && !rule.about().hostedTools().isEmpty()) {
            problem(
                    rule,
                    "hosted-tools",
                    "nobody can be asked about a provider's own tool: it runs inside the model call, where the gateway"
                            + " does not see it; allow or deny it");
        }
        for (String pattern : rule.about().hostedTools()) {
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
