package dev.portreeve.policy.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.portreeve.policy.call.Calls;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Policy as a security officer would check it: the files in {@code scenarios}, given rules, when a call, then a decision. */
class ScenarioTest {
    private static final Path FOLDER = Path.of("src", "test", "resources", "scenarios");

    static Stream<Arguments> scenarios() throws IOException {
        List<Arguments> scenarios = new ArrayList<>();
        try (Stream<Path> files = Files.walk(FOLDER)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".yaml"))
                    .sorted()
                    .toList()) {
                Map<?, ?> document = map(new Load(LoadSettings.builder().build()).loadFromString(text(file)));
                List<Rule> rules = list(document.get("rules")).stream()
                        .map(rule -> rule(map(rule)))
                        .toList();
                AccessPolicy policy = AccessPolicy.of(rules);
                AccessPolicy reversed = AccessPolicy.of(rules.reversed());
                for (Object item : list(document.get("cases"))) {
                    Map<?, ?> scenario = map(item);
                    String name = FOLDER.relativize(file) + ": " + scenario.get("name");
                    scenarios.add(
                            Arguments.of(name, policy, reversed, map(scenario.get("when")), map(scenario.get("then"))));
                }
            }
        }
        return scenarios.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("scenarios")
    void decides(String name, AccessPolicy policy, AccessPolicy reversed, Map<?, ?> when, Map<?, ?> then) {
        GovernedCall call = call(when);
        for (AccessPolicy either : List.of(policy, reversed)) {
            Decision decision = either.decide(call);
            assertEquals(then.get("outcome"), outcome(decision), name);
            Map<Object, Object> verdicts = new TreeMap<>();
            decision.verdicts()
                    .forEach(v -> verdicts.put(
                            v.ruleId(),
                            v.matched().name().toLowerCase(Locale.ROOT).replace('_', '-')));
            assertEquals(new TreeMap<>(map(then.get("rules"))), verdicts, name);
            if (decision instanceof Decision.Deny deny) {
                assertEquals(then.get("reason"), deny.denial().reason().code(), name);
                assertFalse(deny.denial().detail().isBlank(), name);
            }
            if (decision instanceof Decision.Ask ask) {
                List<?> approvers = then.containsKey("approvers") ? list(then.get("approvers")) : List.of();
                assertEquals(approvers, ask.approvers().stream().sorted().toList(), name);
                Duration timeout = then.containsKey("timeout") ? minutes(then.get("timeout")) : Duration.ofDays(1);
                assertEquals(timeout, ask.timeout(Duration.ofDays(1)), name);
            }
            if (then.containsKey("listed")) {
                assertEquals(then.get("listed"), either.mayUse(call.subject(), call.resource()), name);
            }
        }
    }

    private static String outcome(Decision decision) {
        return switch (decision) {
            case Decision.Permit ignored -> "permit";
            case Decision.Ask ignored -> "ask";
            case Decision.Deny ignored -> "deny";
        };
    }

    private static GovernedCall call(Map<?, ?> when) {
        boolean user = when.containsKey("user");
        Subject subject = new Subject(
                "acme",
                string(when, "team"),
                user ? Subject.Kind.USER : Subject.Kind.AGENT,
                String.valueOf(when.get(user ? "user" : "agent")),
                when.containsKey("key") ? String.valueOf(when.get("key")) : "k00000000001");
        String model = string(when, "model");
        if (model != null) {
            String cost = string(when, "cost-usd");
            NanoUsd amount = cost == null ? NanoUsd.ZERO : NanoUsd.ofUsd(cost);
            return Calls.llm(subject, model, new Estimate(10, 10, Price.perCall(amount, "test")));
        }
        String prompt = string(when, "prompt");
        String uri = string(when, "resource");
        if (prompt != null || uri != null) {
            String arguments = when.containsKey("arguments") ? String.valueOf(when.get("arguments")) : "{}";
            return Calls.context(
                    subject,
                    uri == null
                            ? new Resource.Prompt(prompt.split("__", 2)[0], prompt.split("__", 2)[1])
                            : new Resource.ServerResource("files", uri),
                    arguments);
        }
        String[] tool = String.valueOf(when.get("tool")).split("__", 2);
        return Calls.tool(
                subject, new Resource.Tool(tool[0], tool[1], "0".repeat(64)), String.valueOf(when.get("arguments")));
    }

    private static Rule rule(Map<?, ?> rule) {
        Map<?, ?> who = rule.containsKey("who") ? map(rule.get("who")) : Map.of();
        return new Rule(
                String.valueOf(rule.get("id")),
                Rule.Effect.valueOf(String.valueOf(rule.get("effect"))
                        .toUpperCase(Locale.ROOT)
                        .replace('-', '_')),
                new Rule.Who(
                        string(who, "tenant"),
                        string(who, "team"),
                        string(who, "user"),
                        string(who, "agent"),
                        string(who, "key")),
                new Selectors(
                        strings(rule.get("models")),
                        strings(rule.get("tools")),
                        strings(rule.get("prompts")),
                        strings(rule.get("resources")),
                        strings(rule.get("hosted-tools"))),
                string(rule, "when"),
                strings(rule.get("approvers")),
                rule.containsKey("timeout") ? minutes(rule.get("timeout")) : null);
    }

    private static Duration minutes(@Nullable Object text) {
        return Duration.ofMinutes(Long.parseLong(String.valueOf(text).replace("m", "")));
    }

    private static @Nullable String string(Map<?, ?> map, String key) {
        return map.containsKey(key) ? String.valueOf(map.get(key)) : null;
    }

    private static List<String> strings(@Nullable Object value) {
        return value == null
                ? List.of()
                : list(value).stream().map(String::valueOf).toList();
    }

    private static Map<?, ?> map(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }

    private static List<?> list(@Nullable Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
