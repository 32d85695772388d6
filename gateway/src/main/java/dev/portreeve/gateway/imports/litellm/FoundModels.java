package dev.portreeve.gateway.imports.litellm;

import dev.portreeve.gateway.config.YamlScalar;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code model_list}: entries of one name are one model with several targets. */
final class FoundModels {
    private static final Set<String> KNOWN = Set.of("model_name", "litellm_params", "model_info", "tpm", "rpm");
    private static final Set<String> PARAMS = Set.of(
            "model",
            "api_key",
            "api_base",
            "base_url",
            "custom_llm_provider",
            "max_parallel_requests",
            "weight",
            "order",
            "aws_region_name",
            "aws_access_key_id",
            "aws_secret_access_key",
            "aws_session_token",
            "aws_profile_name",
            "vertex_project",
            "vertex_location",
            "vertex_credentials",
            "api_version",
            "max_tokens",
            "drop_params",
            "rpm",
            "tpm",
            "timeout",
            "stream_timeout",
            "max_retries",
            "organization",
            "extra_headers",
            "input_cost_per_token",
            "output_cost_per_token",
            "use_in_pass_through",
            "mock_response",
            "merge_reasoning_content_in_choices");
    private static final BigDecimal MILLION = BigDecimal.valueOf(1_000_000);
    private static final int MAX_WEIGHT = 1000;

    private final Findings findings;
    private final FoundProviders providers;
    private final Map<String, Model> models = new LinkedHashMap<>();

    /** A model as it is written. */
    static final class Model {
        final String name;
        final Value first;
        final List<Map<String, String>> targets = new ArrayList<>();
        final List<String> aliases = new ArrayList<>();
        final List<String> fallbacks = new ArrayList<>();
        final List<String> onContextWindow = new ArrayList<>();
        final List<String> onContentPolicy = new ArrayList<>();
        boolean ordered;
        boolean drop;

        @Nullable
        Integer maxOutputTokens;

        Model(String name, Value first) {
            this.name = name;
            this.first = first;
        }
    }

    FoundModels(Findings findings, FoundProviders providers) {
        this.findings = findings;
        this.providers = providers;
    }

    /** Those with a target, by name. */
    Map<String, Model> models() {
        return models;
    }

    void read(Value list) {
        if (!list.isNothing() && !list.isList()) {
            findings.unsupported(list, "is no list; left out");
        }
        for (Value entry : list.list()) {
            String name = entry.get("model_name").string().orElse("");
            Value params = entry.get("litellm_params");
            String model = params.get("model").string().orElse("");
            if (name.isEmpty() || model.isEmpty()) {
                findings.unsupported(entry, "has no model_name or no litellm_params.model; left out");
                continue;
            }
            findings.rest(entry, KNOWN);
            deployment(name, entry, params, model);
        }
        models.values().removeIf(model -> model.targets.isEmpty());
    }

    private void deployment(String name, Value entry, Value params, String model) {
        int slash = model.indexOf('/');
        String vendor = params.get("custom_llm_provider").string().orElse("");
        String upstream = model;
        if (vendor.isEmpty() && slash > 0) {
            vendor = model.substring(0, slash);
            upstream = model.substring(slash + 1);
        } else if (vendor.isEmpty()) {
            vendor = ProviderNames.ofBareModel(model);
        }
        if (vendor.isEmpty() && params.has("api_base")) {
            vendor = "openai";
        }
        if (vendor.isEmpty() || upstream.isEmpty()) {
            findings.unsupported(
                    params.get("model"), "does not say which provider it is at: write provider/model; left out");
            return;
        }
        String id = providers.of(vendor, params);
        if (id == null) {
            return;
        }
        if (!isWritable(name, upstream)) {
            findings.unsupported(entry.get("model_name"), "a name here has one * and its target at most one; left out");
            return;
        }
        Model found = models.computeIfAbsent(name, ignored -> new Model(name, entry));
        Map<String, String> target = new LinkedHashMap<>();
        target.put("model", YamlScalar.text(Findings.escaped(id + "/" + upstream)));
        weight(params, target, found);
        found.targets.add(target);
        found.drop |= params.get("drop_params").isTrue();
        findings.converted(
                entry,
                found.targets.size() == 1 ? "model \"" + name + "\"" : "another target of model \"" + name + "\"");
        limits(entry, params, found);
        report(params);
    }

    private static boolean isWritable(String name, String upstream) {
        boolean oneEach =
                name.indexOf('*') == name.lastIndexOf('*') && upstream.indexOf('*') == upstream.lastIndexOf('*');
        return oneEach && (upstream.indexOf('*') < 0 || name.indexOf('*') >= 0);
    }

    private void weight(Value params, Map<String, String> target, Model model) {
        params.get("weight").number().ifPresent(weight -> {
            int whole = weight.signum() <= 0 || weight.compareTo(BigDecimal.valueOf(MAX_WEIGHT)) > 0
                    ? 1
                    : Math.max(1, weight.intValue());
            target.put("weight", String.valueOf(whole));
            if (weight.compareTo(BigDecimal.valueOf(whole)) == 0) {
                findings.converted(params.get("weight"), "weight of the target");
            } else {
                findings.changed(params.get("weight"), "a weight here is a whole number from 1 to " + MAX_WEIGHT);
            }
        });
        params.get("order").integer(0, 1000).ifPresent(order -> {
            target.put("priority", String.valueOf(order));
            model.ordered = true;
            findings.converted(params.get("order"), "priority of the target");
        });
    }

    private void limits(Value entry, Value params, Model model) {
        Value info = entry.get("model_info");
        Value most = info.has("max_output_tokens") ? info.get("max_output_tokens") : params.get("max_tokens");
        most.integer(1, 10_000_000).ifPresent(tokens -> {
            model.maxOutputTokens = tokens;
            findings.converted(most, "max-output-tokens of the model");
        });
        for (Value from : List.of(entry, params)) {
            for (String key : List.of("rpm", "tpm")) {
                if (from.has(key)) {
                    findings.unsupported(
                            from.get(key), "there are no rate limits per deployment: give the provider max-concurrent");
                }
            }
        }
        price(info.has("input_cost_per_token") ? info : params);
        if (info.has("base_model")) {
            findings.unsupported(
                    info.get("base_model"), "prices go by the target's own name: add it to the file under prices.file");
        }
    }

    private void price(Value from) {
        for (String key : List.of("input_cost_per_token", "output_cost_per_token")) {
            from.get(key)
                    .number()
                    .ifPresent(cost -> findings.unsupported(
                            from.get(key),
                            "prices stand in a file of their own (prices.file): this one is $"
                                    + cost.multiply(MILLION)
                                            .stripTrailingZeros()
                                            .toPlainString() + " per million tokens"));
        }
    }

    private void report(Value params) {
        Map<String, String> reasons = Map.of(
                "timeout", "one time limit holds for all calls: limits.call-timeout",
                "stream_timeout", "silence is bounded for each provider: idle-timeout",
                "max_retries", "retries are the route's",
                "organization", "is not sent",
                "extra_headers", "headers of one's own are not sent to model providers",
                "mock_response", "there is a provider of kind demo instead",
                "use_in_pass_through", "there are no pass-through paths");
        reasons.forEach((key, why) -> {
            if (params.has(key)) {
                findings.unsupported(params.get(key), why + "; left out");
            }
        });
        if (params.has("api_version")) {
            findings.changed(params.get("api_version"), "is not needed at the v1 address; left out");
        }
        findings.rest(params, PARAMS);
    }
}
