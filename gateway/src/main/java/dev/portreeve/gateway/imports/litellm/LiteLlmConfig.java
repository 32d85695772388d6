package dev.portreeve.gateway.imports.litellm;

import dev.portreeve.gateway.config.ConfigEdit;
import dev.portreeve.gateway.config.YamlScalar;
import dev.portreeve.gateway.imports.Imported;
import dev.portreeve.gateway.imports.litellm.FoundModels.Model;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A configuration of LiteLLM's, as one of ours. Reads nothing but the text and asks nobody.
 *
 * @param yaml the new file; valid once the variables are set
 * @param findings what became of each thing, in the order of the file
 * @param variables to be set for the gateway, each with what it is for; never their values
 */
public record LiteLlmConfig(String yaml, List<Finding> findings, Map<String, String> variables) {
    /** The member the imported rule is for. */
    public static final String MEMBER = "imported-apps";

    private static final Set<String> SECTIONS = Set.of(
            "model_list",
            "litellm_settings",
            "router_settings",
            "general_settings",
            "mcp_servers",
            "guardrails",
            "environment_variables",
            "include");
    private static final Set<String> PII = Set.of("presidio", "presidio-pre-guard");
    private static final Set<String> SECRETS = Set.of("hide-secrets", "hide_secrets", "detect_secrets");

    public LiteLlmConfig {
        findings = List.copyOf(findings);
    }

    /**
     * @param file its name, for messages
     * @throws dev.portreeve.gateway.config.BadConfig it cannot be read, or says that parts of it are in other files
     */
    public static LiteLlmConfig read(String file, String text) {
        Value root = Source.parse(file, text);
        if (root.has("include")) {
            Value include = root.get("include");
            throw Source.problem(
                    file, include.line(), include.path(), "other files are not read: put them into this one");
        }
        boolean theirs = root.map().keySet().stream().anyMatch(SECTIONS::contains);
        if (!theirs) {
            throw Source.problem(
                    file, 1, "", "is no LiteLLM configuration: it has neither model_list nor mcp_servers nor settings");
        }
        Findings findings = new Findings();
        FoundProviders providers = new FoundProviders(findings);
        FoundModels found = new FoundModels(findings, providers);
        found.read(root.get("model_list"));
        Settings settings = new Settings(findings, found.models());
        settings.read(root);
        Optional<Imported> servers = new ToolServers(findings).read(file, root.get("mcp_servers"));
        List<ConfigEdit.Entry> guardrails = guardrails(root.get("guardrails"), findings);
        root.get("environment_variables")
                .map()
                .forEach((name, value) ->
                        findings.changed(value, "set it in the environment of the gateway; its value was not copied"));
        findings.rest(root, SECTIONS);
        String yaml = write(providers, found.models(), settings, servers, guardrails);
        return new LiteLlmConfig(yaml, findings.all(), new LinkedHashMap<>(findings.variables()));
    }

    /** Whether everything in the file is in the new one, in one way or another. */
    public boolean isWhole() {
        return findings.stream().noneMatch(finding -> finding.kind() == Finding.Kind.NOT_SUPPORTED);
    }

    private static String write(
            FoundProviders providers,
            Map<String, Model> models,
            Settings settings,
            Optional<Imported> servers,
            List<ConfigEdit.Entry> guardrails) {
        StringBuilder yaml = new StringBuilder("# Made of a LiteLLM configuration by portreeve import litellm-config.\n"
                + "# Look at it, set the variables it names, and try it: portreeve check --config THIS-FILE\n");
        if (!settings.limits().isEmpty()) {
            yaml.append("limits:\n");
            settings.limits()
                    .forEach((key, value) -> yaml.append("  ")
                            .append(key)
                            .append(": ")
                            .append(value)
                            .append('\n'));
        }
        List<ConfigEdit.Entry> entries = new ArrayList<>();
        providers.entries().forEach((id, values) -> {
            Map<String, String> entry = new LinkedHashMap<>();
            entry.put("id", YamlScalar.text(id));
            entry.putAll(values);
            entries.add(new ConfigEdit.Entry(List.of(), entry));
        });
        append(yaml, "providers", entries);
        append(
                yaml,
                "models",
                models.values().stream().map(model -> entry(model, settings)).toList());
        append(yaml, "tool-servers", servers.map(Imported::entries).orElse(List.of()));
        append(yaml, "guardrails", guardrails);
        yaml.append("# Nobody may use anything that no rule permits. Make keys with: portreeve keys create " + MEMBER
                        + "\n")
                .append("organisation: { tenants: [{ id: imported, agents: [{ id: " + MEMBER + " }] }] }\n");
        append(yaml, "policies", rules(models, servers));
        return yaml.toString();
    }

    private static void append(StringBuilder yaml, String key, List<ConfigEdit.Entry> entries) {
        if (!entries.isEmpty()) {
            yaml.append(ConfigEdit.list(key, entries));
        }
    }

    private static ConfigEdit.Entry entry(Model model, Settings settings) {
        List<String> route = new ArrayList<>();
        route.add("targets: ["
                + String.join(
                        ", ", model.targets.stream().map(LiteLlmConfig::flow).toList()) + "]");
        if (model.targets.size() > 1 && !model.ordered) {
            route.add("strategy: weighted");
        }
        if (settings.retries() != null) {
            route.add("retries: " + settings.retries());
        }
        if (!model.fallbacks.isEmpty()) {
            route.add("fallbacks: " + texts(model.fallbacks));
        }
        onFailure(model, settings, route);
        if (settings.drops() || model.drop) {
            route.add("unsupported: drop");
        }
        Map<String, String> entry = new LinkedHashMap<>();
        entry.put("name", YamlScalar.text(Findings.escaped(model.name)));
        if (!model.aliases.isEmpty()) {
            entry.put("aliases", texts(model.aliases));
        }
        if (model.maxOutputTokens != null) {
            entry.put("max-output-tokens", String.valueOf(model.maxOutputTokens));
        }
        entry.put("route", "{ " + String.join(", ", route) + " }");
        return new ConfigEdit.Entry(List.of(), entry);
    }

    private static void onFailure(Model model, Settings settings, List<String> route) {
        List<String> on = new ArrayList<>();
        if (!model.onContextWindow.isEmpty()) {
            on.add("context-window: " + texts(model.onContextWindow));
        }
        if (!model.onContentPolicy.isEmpty()) {
            on.add("content-policy: " + texts(model.onContentPolicy));
        }
        if (!on.isEmpty()) {
            route.add("fallbacks-on: { " + String.join(", ", on) + " }");
        }
        List<String> coolDown = new ArrayList<>();
        if (settings.failures() != null) {
            coolDown.add("failures: " + settings.failures());
        }
        if (settings.pause() != null) {
            coolDown.add("pause: " + settings.pause());
        }
        if (!coolDown.isEmpty()) {
            route.add("cool-down: { " + String.join(", ", coolDown) + " }");
        }
    }

    private static String texts(Collection<String> names) {
        return YamlScalar.list(names.stream().map(Findings::escaped).toList());
    }

    /** The values are YAML already. */
    private static String flow(Map<String, String> target) {
        return "{ "
                + String.join(
                        ", ",
                        target.entrySet().stream()
                                .map(value -> value.getKey() + ": " + value.getValue())
                                .toList())
                + " }";
    }

    private static List<ConfigEdit.Entry> rules(Map<String, Model> models, Optional<Imported> servers) {
        List<ConfigEdit.Entry> rules = new ArrayList<>();
        if (!models.isEmpty()) {
            Map<String, String> rule = new LinkedHashMap<>();
            rule.put("id", "imported-models");
            rule.put("effect", "allow");
            rule.put("who", "{ agent: " + MEMBER + " }");
            rule.put("models", texts(models.keySet()));
            rules.add(new ConfigEdit.Entry(List.of(), rule));
        }
        servers.ifPresent(imported -> rules.addAll(imported.rules()));
        return rules;
    }

    private static List<ConfigEdit.Entry> guardrails(Value list, Findings findings) {
        List<ConfigEdit.Entry> entries = new ArrayList<>();
        for (Value guardrail : list.list()) {
            Value params = guardrail.get("litellm_params");
            String kind = params.get("guardrail").string().orElse("");
            String detector = PII.contains(kind) ? "pii" : SECRETS.contains(kind) ? "secrets" : "";
            if (detector.isEmpty()) {
                findings.unsupported(
                        guardrail, "there is no equivalent: guardrails here find secrets and personal data; left out");
                continue;
            }
            Value mode = params.get("mode");
            boolean after = mode.string().orElse("").equals("post_call")
                    || mode.list().stream()
                            .anyMatch(one -> one.string().orElse("").equals("post_call"));
            boolean before = !after || mode.list().size() > 1;
            List<String> on = new ArrayList<>();
            if (before) {
                on.add("input");
            }
            if (after) {
                on.add("output");
            }
            Map<String, String> entry = new LinkedHashMap<>();
            entry.put("id", "imported-" + detector + "-" + (entries.size() + 1));
            entry.put("detect", detector);
            entry.put("on", YamlScalar.list(on));
            entry.put("action", "mask");
            entries.add(new ConfigEdit.Entry(List.of(), entry));
            findings.changed(
                    guardrail,
                    "guardrail imported-" + detector + "-" + entries.size()
                            + ", which masks and is always on; what it finds is in docs/guardrails.md");
        }
        return entries;
    }
}
