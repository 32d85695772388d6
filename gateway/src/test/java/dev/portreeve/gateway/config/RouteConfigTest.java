package dev.portreeve.gateway.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteConfigTest {
    private static final String HEAD = """
            providers: [ { id: demo, kind: demo }, { id: other, kind: demo } ]
            """;

    private static GatewayConfig parse(String text) {
        return ConfigFile.parse("portreeve.yaml", HEAD + text, Path.of(""), name -> null);
    }

    @Test
    void everything_that_can_be_said_of_a_route() {
        ModelConfig model = parse("""
                models:
                  - name: fast
                    aliases: [quick]
                    route:
                      strategy: weighted
                      targets: [ { model: demo/a, weight: 3 }, { model: other/b, priority: 2 } ]
                      retries: 2
                      fallbacks: [smart]
                      fallbacks-on: { context-window: [smart], content-policy: [smart] }
                      cool-down: { failures: 5, pause: 1m }
                  - { name: smart, route: { targets: [ { model: demo/c } ] } }
                """).models().getFirst();
        assertEquals(
                new ModelConfig(
                        "fast",
                        new ModelConfig.Route(
                                List.of(
                                        new ModelConfig.Target("demo/a", 3, null),
                                        new ModelConfig.Target("other/b", 1, 2)),
                                null,
                                ModelConfig.HostedTools.STRIP,
                                ModelConfig.Strategy.WEIGHTED,
                                2,
                                List.of("smart"),
                                new ModelConfig.FallbacksOn(List.of("smart"), List.of("smart")),
                                new ModelConfig.CoolDown(5, Duration.ofMinutes(1))),
                        null,
                        List.of("quick")),
                model);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "fallbacks: [smrt] | models[0].route.fallbacks[0]: there is no model \"smrt\", did you mean \"smart\"",
                "fallbacks: [quick] | models[0].route.fallbacks[0]: \"quick\" is an alias: write the model's name, \"smart\"",
                "fallbacks: [fast] | models[0].route.fallbacks: the fallbacks go in a circle: fast > fast",
                "fallbacks: [smart] | models[0].route.fallbacks: the fallbacks go in a circle: fast > smart > fast",
                "fallbacks: [\"any-*\"] | models[0].route.fallbacks[0]: \"any-*\" is no one model: name one without *",
                "fallbacks-on: { context-window: [long] } | models[0].route.fallbacks-on.context-window[0]: there is no model \"long\"",
                "retries: 5 | models[0].route: retries must be 0 to 4",
                "cool-down: { pause: 11m } | models[0].route.cool-down: pause must be at most 10 minutes; 0s never leaves a target out",
                "strategy: random | models[0].route.strategy: ",
                "fallback: [smart] | models[0].route.fallback: unknown key \"fallback\", did you mean \"fallbacks\"",
            })
    void what_is_wrong_stops_the_start_with_its_line(String line, String problem) {
        BadConfig bad = assertThrows(BadConfig.class, () -> parse("""
                models:
                  - name: fast
                    route:
                      targets: [ { model: demo/a } ]
                      %s
                  - { name: smart, aliases: [quick], route: { targets: [ { model: demo/b } ], fallbacks: [fast] } }
                  - { name: "any-*", route: { targets: [ { model: "demo/*" } ] } }
                """.formatted(line)));
        String all = bad.getMessage();
        assertEquals(true, String.valueOf(all).contains(problem), all);
        assertEquals(true, String.valueOf(all).contains("portreeve.yaml:"), all);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "name: fast, route: { targets: [ { model: \"demo/*\" } ] } | \"demo/*\" has a *, and the name \"fast\" has none",
                "name: \"a-*-*\", route: { targets: [ { model: demo/a } ] } | has more than one *",
                "name: fast, aliases: [fast], route: { targets: [ { model: demo/a } ] } | \"fast\" is there twice",
                "name: fast, aliases: [\"f*\"], route: { targets: [ { model: demo/a } ] } | without *",
                "name: fast, route: { targets: [ { model: demo/a, weight: 0 } ] } | weight must be 1 to 1000",
                "name: fast, route: { targets: [ { model: dmo/a } ] } | there is no provider \"dmo\", did you mean \"demo\"",
            })
    void names_and_targets_that_lead_nowhere(String model, String problem) {
        BadConfig bad = assertThrows(BadConfig.class, () -> parse("models: [ { " + model + " } ]"));
        assertEquals(true, String.valueOf(bad.getMessage()).contains(problem), bad.getMessage());
    }

    @Test
    void a_rule_names_models_and_not_their_aliases() {
        String rules = """
                models:
                  - { name: fast, aliases: [quick], route: { targets: [ { model: demo/a } ] } }
                  - { name: "claude-*", route: { targets: [ { model: "demo/*" } ] } }
                organisation: { tenants: [ { id: acme, agents: [ { id: bot } ] } ] }
                policies: [ { id: some, effect: allow, who: { agent: bot }, models: [%s] } ]
                """;
        assertEquals(1, parse(rules.formatted("fast, claude-opus-4")).policies().size());
        BadConfig bad = assertThrows(BadConfig.class, () -> parse(rules.formatted("quick")));
        assertEquals(
                true,
                String.valueOf(bad.getMessage()).contains("\"quick\" is an alias: write the model's name, \"fast\""),
                bad.getMessage());
    }

    private static String wrongProvider(String keys) {
        String text = "providers: [ { id: many, base-url: \"http://127.0.0.1:1/v1\", " + keys + " } ]";
        return String.valueOf(
                assertThrows(BadConfig.class, () -> ConfigFile.parse("portreeve.yaml", text, Path.of(""), name -> null))
                        .getMessage());
    }

    @Test
    void keys_of_a_provider() {
        GatewayConfig config = ConfigFile.parse("portreeve.yaml", """
                providers:
                  - id: openai
                    api-keys: [ { key: "${A}", weight: 2, name: team }, { key: "${B}" } ]
                    one-account: true
                """, Path.of(""), name -> "sk-" + name);
        ProviderConfig provider = config.providers().getFirst();
        assertEquals(null, provider.apiKey(), "the usual variable is not looked at");
        assertEquals(2, provider.apiKeys().size());
        assertEquals("sk-A", provider.apiKeys().getFirst().key().reveal());
        assertEquals("team", provider.keyName(0));
        assertEquals("2", provider.keyName(1));
        String both = wrongProvider("api-key: a, api-keys: [ { key: b } ]");
        assertEquals(true, both.contains("has api-key and api-keys: write one of them"), both);
        String twice = wrongProvider("api-keys: [ { key: a, name: x }, { key: b, name: x } ]");
        assertEquals(true, twice.contains("has two keys named \"x\""), twice);
        String none = wrongProvider("api-keys: [ { name: x } ]");
        assertEquals(true, none.contains("missing \"key\""), none);
    }
}
