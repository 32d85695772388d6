package dev.portreeve.policy.access;

import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rules that may speak of what a subject does without trying all of them: each rule stands below the narrowest thing it says of
 * subjects, and there below how its names begin. Immutable.
 */
final class RuleIndex {
    private static final String ANYBODY = "";
    private final Map<String, Shelf> shelves = new HashMap<>();

    RuleIndex(List<CompiledRule> rules) {
        Map<String, List<Numbered>> bySubject = new HashMap<>();
        for (int i = 0; i < rules.size(); i++) {
            bySubject
                    .computeIfAbsent(narrowest(rules.get(i).rule().who()), ignored -> new ArrayList<>())
                    .add(new Numbered(i, rules.get(i)));
        }
        bySubject.forEach((subject, some) -> shelves.put(subject, new Shelf(some)));
    }

    /** All rules that name the resource and may be about the subject, in the order of the configuration. */
    List<CompiledRule> about(Subject subject, Resource resource) {
        List<Numbered> found = new ArrayList<>();
        for (String name : names(subject)) {
            Shelf shelf = shelves.get(name);
            if (shelf != null) {
                shelf.collect(resource, found);
            }
        }
        found.sort(Comparator.comparingInt(Numbered::number));
        List<CompiledRule> rules = new ArrayList<>(found.size());
        int last = -1;
        for (Numbered one : found) {
            // The same rule may be found by several of its names.
            if (one.number() != last && one.rule().speaksOf(subject, resource)) {
                rules.add(one.rule());
            }
            last = one.number();
        }
        return rules;
    }

    private static String narrowest(Rule.Who who) {
        if (who.key() != null) {
            return "key " + who.key();
        }
        if (who.user() != null) {
            return member(Subject.Kind.USER, who.user());
        }
        if (who.agent() != null) {
            return member(Subject.Kind.AGENT, who.agent());
        }
        if (who.team() != null) {
            return "team " + who.team();
        }
        return who.tenant() != null ? "tenant " + who.tenant() : ANYBODY;
    }

    private static String member(Subject.Kind kind, String id) {
        return kind.name().toLowerCase(Locale.ROOT) + " " + id;
    }

    private static Set<String> names(Subject subject) {
        Set<String> names = new LinkedHashSet<>();
        names.add(ANYBODY);
        names.add("tenant " + subject.tenant());
        if (subject.team() != null) {
            names.add("team " + subject.team());
        }
        names.add(member(subject.kind(), subject.member()));
        names.add("key " + subject.keyId());
        subject.delegation().above().forEach(key -> names.add("key " + key));
        return names;
    }

    private record Numbered(int number, CompiledRule rule) {}

    /** Rules about one kind of subject. */
    private static final class Shelf {
        private final Beginnings models;
        private final Beginnings tools;
        private final Beginnings prompts;
        private final Beginnings resources;
        private final Beginnings hostedTools;
        private final Beginnings servers;

        private Shelf(List<Numbered> rules) {
            models = new Beginnings(rules, CompiledRule.Names::models);
            tools = new Beginnings(rules, CompiledRule.Names::tools);
            prompts = new Beginnings(rules, CompiledRule.Names::prompts);
            resources = new Beginnings(rules, CompiledRule.Names::resources);
            hostedTools = new Beginnings(rules, CompiledRule.Names::hostedTools);
            servers = new Beginnings(rules, CompiledRule.Names::servers);
        }

        private void collect(Resource resource, List<Numbered> found) {
            Beginnings names = switch (resource) {
                case Resource.Model ignored -> models;
                case Resource.Tool ignored -> tools;
                case Resource.Prompt ignored -> prompts;
                case Resource.ServerResource ignored -> resources;
                case Resource.HostedTool ignored -> hostedTools;
            };
            names.collect(resource.name(), found);
            if (resource instanceof Resource.OfServer offered) {
                servers.collect(offered.server(), found);
            }
        }
    }

    /** Names of one kind: those spelled out, and what stands before the first star of the others. */
    private static final class Beginnings {
        private final Map<String, List<Numbered>> spelledOut = new HashMap<>();
        private final Map<String, List<Numbered>> begun = new HashMap<>();
        private final int[] lengths;

        private Beginnings(List<Numbered> rules, Function<CompiledRule.Names, List<Glob>> globs) {
            Set<Integer> begin = new HashSet<>();
            for (Numbered one : rules) {
                for (Glob glob : globs.apply(one.rule().names())) {
                    Map<String, List<Numbered>> shelf = glob.isExact() ? spelledOut : begun;
                    String beginning = glob.beginning();
                    if (!glob.isExact()) {
                        begin.add(beginning.length());
                    }
                    shelf.computeIfAbsent(beginning, ignored -> new ArrayList<>())
                            .add(one);
                }
            }
            lengths = begin.stream().mapToInt(Integer::intValue).sorted().toArray();
        }

        /** A name has at most so many beginnings as there are lengths of them, however many rules there are. */
        private void collect(String name, List<Numbered> found) {
            add(spelledOut.get(name), found);
            for (int length : lengths) {
                if (length > name.length()) {
                    return;
                }
                add(begun.get(name.substring(0, length)), found);
            }
        }

        private static void add(@Nullable List<Numbered> some, List<Numbered> found) {
            if (some != null) {
                found.addAll(some);
            }
        }
    }
}
