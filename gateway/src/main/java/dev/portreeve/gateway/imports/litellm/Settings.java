package dev.portreeve.gateway.imports.litellm;

import dev.portreeve.gateway.imports.litellm.FoundModels.Model;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code litellm_settings}, {@code router_settings} and {@code general_settings}. */
final class Settings {
    private static final int MAX_RETRIES = 4;
    private static final BigDecimal MEBIBYTE = BigDecimal.valueOf(1024 * 1024);
    private static final Set<String> HARMLESS = Set.of(
            "set_verbose",
            "json_logs",
            "enable_pre_call_checks",
            "turn_off_message_logging",
            "telemetry",
            "debug_level",
            "redact_user_api_key_info",
            "modify_params",
            "disable_spend_logs",
            "proxy_batch_write_at",
            "proxy_budget_rescheduler_min_time",
            "proxy_budget_rescheduler_max_time");
    private static final Map<String, String> REASONS = Map.ofEntries(
            Map.entry("cache", "answers are not cached"),
            Map.entry("cache_params", "answers are not cached"),
            Map.entry("callbacks", "every call has a record here (portreeve audit); nothing is sent to other services"),
            Map.entry(
                    "success_callback",
                    "every call has a record here (portreeve audit); nothing is sent to other services"),
            Map.entry(
                    "failure_callback",
                    "every call has a record here (portreeve audit); nothing is sent to other services"),
            Map.entry("service_callback", "nothing is sent to other services"),
            Map.entry("mcp_aliases", "give the server the slug that its tools shall be prefixed with"),
            Map.entry("retry_policy", "retries are one number for each route"),
            Map.entry("redis_host", "is not needed: replicas share a PostgreSQL and nothing else"),
            Map.entry("redis_password", "is not needed: replicas share a PostgreSQL and nothing else"),
            Map.entry("redis_port", "is not needed: replicas share a PostgreSQL and nothing else"),
            Map.entry("redis_url", "is not needed: replicas share a PostgreSQL and nothing else"),
            Map.entry("alerting", "there are no alerts to chats"),
            Map.entry("allowed_ips", "addresses are not filtered: do that in the proxy before the gateway"),
            Map.entry("pass_through_endpoints", "there are no paths that are not governed"),
            Map.entry("custom_auth", "code of one's own is not run: make keys with portreeve keys create"),
            Map.entry("enable_jwt_auth", "callers have virtual keys: make them with portreeve keys create"),
            Map.entry("litellm_jwtauth", "callers have virtual keys: make them with portreeve keys create"),
            Map.entry("store_prompts_in_spend_logs", "prompts and answers are never in records"),
            Map.entry("maximum_spend_logs_retention_period", "records are kept until an operator removes them"),
            Map.entry("store_model_in_db", "models stand in the configuration file"),
            Map.entry("background_health_checks", "providers are not called to see whether they answer"),
            Map.entry("max_budget", "write budgets at the tenant, teams and members"),
            Map.entry("budget_duration", "write budgets at the tenant, teams and members"),
            Map.entry("default_team_settings", "write teams under organisation"),
            Map.entry("ssl_verify", "certificates are always verified: name one's own with tls.trust at the provider"));

    private final Findings findings;
    private final Map<String, Model> models;
    private final Map<String, String> limits = new LinkedHashMap<>();
    private @Nullable Integer retries;
    private @Nullable Integer failures;
    private @Nullable String pause;
    private boolean drop;

    Settings(Findings findings, Map<String, Model> models) {
        this.findings = findings;
        this.models = models;
    }

    /** What is written under {@code limits}. */
    Map<String, String> limits() {
        return limits;
    }

    @Nullable
    Integer retries() {
        return retries;
    }

    /** After how many failures a target is left out. */
    @Nullable
    Integer failures() {
        return failures;
    }

    /** For how long. */
    @Nullable
    String pause() {
        return pause;
    }

    /** Whether what a target cannot say is left out. */
    boolean drops() {
        return drop;
    }

    void read(Value root) {
        settings(root.get("litellm_settings"));
        settings(root.get("router_settings"));
        general(root.get("general_settings"));
    }

    private void settings(Value settings) {
        if (!settings.isNothing() && !settings.isMap()) {
            findings.unsupported(settings, "is no map; left out");
        }
        settings.map().forEach((key, value) -> {
            switch (key) {
                case "drop_params" -> {
                    drop |= value.isTrue();
                    findings.converted(value, "unsupported: drop of each route");
                }
                case "num_retries" -> retries(value);
                case "request_timeout", "timeout" -> timeout(value);
                case "allowed_fails" ->
                    value.integer(0, 1000)
                            .ifPresentOrElse(
                                    fails -> {
                                        failures = fails + 1;
                                        findings.converted(value, "cool-down.failures of each route");
                                    },
                                    () -> wrong(value));
                case "cooldown_time" ->
                    value.number().ifPresentOrElse(seconds -> coolDown(value, seconds), () -> wrong(value));
                case "routing_strategy" -> strategy(value);
                case "model_group_alias" -> aliases(value);
                case "fallbacks" -> fallbacks(value, model -> model.fallbacks);
                case "context_window_fallbacks" -> fallbacks(value, model -> model.onContextWindow);
                case "content_policy_fallbacks" -> fallbacks(value, model -> model.onContentPolicy);
                case "default_fallbacks" -> defaults(value);
                default -> other(key, value);
            }
        });
    }

    private void other(String key, Value value) {
        if (HARMLESS.contains(key)) {
            findings.converted(value, "needs nothing here");
        } else {
            findings.unsupported(value, REASONS.getOrDefault(key, "is not known here") + "; left out");
        }
    }

    private void wrong(Value value) {
        findings.unsupported(value, "is not a number that can be used; left out");
    }

    private void retries(Value value) {
        value.integer(0, 1000)
                .ifPresentOrElse(
                        asked -> {
                            retries = Math.min(asked, MAX_RETRIES);
                            if (asked > MAX_RETRIES) {
                                findings.changed(value, "a target is tried again at most " + MAX_RETRIES + " times");
                            } else {
                                findings.converted(value, "retries of each route");
                            }
                        },
                        () -> wrong(value));
    }

    private void timeout(Value value) {
        value.number()
                .filter(seconds -> seconds.signum() > 0 && seconds.compareTo(BigDecimal.valueOf(86_400)) <= 0)
                .ifPresentOrElse(
                        seconds -> {
                            limits.put(
                                    "call-timeout",
                                    seconds.multiply(BigDecimal.valueOf(1000))
                                                    .max(BigDecimal.ONE)
                                                    .longValue() + "ms");
                            findings.converted(value, "limits.call-timeout");
                        },
                        () -> wrong(value));
    }

    private void coolDown(Value value, BigDecimal seconds) {
        long millis = seconds.max(BigDecimal.ZERO)
                .min(BigDecimal.valueOf(600))
                .multiply(BigDecimal.valueOf(1000))
                .longValue();
        pause = millis + "ms";
        if (seconds.compareTo(BigDecimal.valueOf(600)) > 0) {
            findings.changed(value, "a target is left out for ten minutes at most");
        } else {
            findings.converted(value, "cool-down.pause of each route");
        }
    }

    private void strategy(Value value) {
        String name = value.string().orElse("");
        if (name.equals("simple-shuffle")) {
            findings.converted(value, "strategy: weighted");
        } else {
            findings.changed(value, "there is no such strategy: models with several targets are weighted");
        }
    }

    private void aliases(Value value) {
        value.map().forEach((alias, to) -> {
            Value named = to.isMap() ? to.get("model") : to;
            Model model = models.get(named.string().orElse(""));
            if (model == null
                    || models.containsKey(alias)
                    || alias.contains("*")
                    || alias.isBlank()
                    || alias.length() > 200) {
                findings.unsupported(
                        to, "names no model of this file, or its own name is a model's or no name; left out");
            } else {
                model.aliases.add(alias);
                findings.converted(to, "alias of model \"" + model.name + "\"");
            }
        });
    }

    private void fallbacks(Value value, Function<Model, List<String>> place) {
        for (Value each : value.list()) {
            each.map().forEach((from, to) -> {
                Model model = models.get(from);
                if (model == null) {
                    findings.unsupported(to, "is for a model that is not in the new file; left out");
                    return;
                }
                add(place.apply(model), to, from);
                findings.converted(to, "fallbacks of model \"" + from + "\"");
            });
        }
    }

    private void add(List<String> place, Value names, String but) {
        for (Value name : names.list()) {
            String to = name.string().orElse("");
            if (!models.containsKey(to) || to.equals(but) || to.contains("*")) {
                findings.unsupported(name, "is no model of the new file, or the one it is for; left out");
            } else if (!place.contains(to)) {
                place.add(to);
            }
        }
    }

    private void defaults(Value value) {
        List<Model> all = new ArrayList<>(models.values());
        all.stream().filter(model -> model.fallbacks.isEmpty()).forEach(model -> {
            for (Value name : value.list()) {
                String to = name.string().orElse("");
                if (models.containsKey(to) && !to.equals(model.name) && !to.contains("*")) {
                    model.fallbacks.add(to);
                }
            }
        });
        findings.converted(value, "fallbacks of each route that has none of its own");
    }

    private void general(Value settings) {
        settings.map().forEach((key, value) -> {
            switch (key) {
                case "master_key" ->
                    findings.changed(
                            value,
                            "there is no key that may do everything: operators use the admin page, callers get keys of"
                                    + " their own with portreeve keys create; not copied");
                case "database_url" ->
                    findings.changed(
                            value,
                            "is LiteLLM's own database: the gateway makes its tables in another one; not copied, write"
                                    + " database.url or leave it to the embedded one");
                case "max_request_size_mb" ->
                    value.number()
                            .filter(size -> size.signum() > 0 && size.compareTo(BigDecimal.valueOf(1000)) <= 0)
                            .ifPresentOrElse(
                                    size -> {
                                        limits.put(
                                                "max-body-bytes",
                                                String.valueOf(
                                                        size.multiply(MEBIBYTE).longValue()));
                                        findings.converted(value, "limits.max-body-bytes");
                                    },
                                    () -> wrong(value));
                default -> other(key, value);
            }
        });
    }
}
