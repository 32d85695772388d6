package dev.portreeve.gateway.imports.litellm;

import dev.portreeve.gateway.config.KnownProvider;
import dev.portreeve.gateway.config.YamlScalar;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The providers that the models of a file are at: one for each combination of vendor, address and credential, since that is what
 * each deployment of LiteLLM says anew. The first of a known vendor has its plain id.
 */
final class FoundProviders {
    private final Findings findings;
    private final FoundIdentity identities;
    private final Map<Map<String, String>, String> ids = new LinkedHashMap<>();
    private final Map<String, Map<String, String>> entries = new LinkedHashMap<>();

    FoundProviders(Findings findings) {
        this.findings = findings;
        this.identities = new FoundIdentity(findings);
    }

    /** What is written under {@code providers}, by id: keys with YAML values. */
    Map<String, Map<String, String>> entries() {
        return entries;
    }

    /**
     * The id of the provider of one deployment, or {@code null} if it cannot be reached from here, which is then said.
     *
     * @param vendor as LiteLLM calls it
     */
    @Nullable
    String of(String vendor, Value params) {
        KnownProvider known =
                ProviderNames.find(vendor, params.get("model").string().orElse(""));
        String base = address(vendor, params);
        if (known == null && base == null) {
            findings.unsupported(
                    params.get("model"),
                    "provider \"" + shortened(vendor) + "\" is not known here and has no api_base; left out");
            return null;
        }
        if (known != null && base == null && known.unusable() != null) {
            findings.unsupported(
                    params.get("model"), "provider \"" + known.id() + "\" " + known.unusable() + "; left out");
            return null;
        }
        Map<String, String> values = new LinkedHashMap<>();
        if (base != null) {
            values.put("base-url", YamlScalar.text(base));
            values.put("dialects", dialects(known));
        }
        FoundIdentity.Found identity = identities.of(params);
        if (known != null && base == null && !identity.places().containsKey("AWS_REGION") && identity.fills(known)) {
            values.put("base-url", YamlScalar.text(identity.address(known)));
            values.put("dialects", dialects(known));
        }
        if (identity.block() != null) {
            values.put("identity", identity.block());
        }
        credential(known, vendor, params, values);
        params.get("max_parallel_requests").integer(1, 100_000).ifPresent(most -> {
            values.put("max-concurrent", String.valueOf(most));
            findings.converted(params.get("max_parallel_requests"), "max-concurrent of the provider");
        });
        return ids.computeIfAbsent(values(vendor, known, values), ignored -> add(known, vendor, identity, values));
    }

    // Two deployments of one vendor that say the same are at one provider.
    private static Map<String, String> values(
            String vendor, @Nullable KnownProvider known, Map<String, String> values) {
        Map<String, String> all = new LinkedHashMap<>(values);
        all.put("vendor", known == null ? vendor : known.id());
        return all;
    }

    private String add(
            @Nullable KnownProvider known, String vendor, FoundIdentity.Found identity, Map<String, String> values) {
        String plain = known == null ? id(vendor) : known.id();
        String id = plain;
        for (int i = 2; entries.containsKey(id); i++) {
            id = plain + "-" + i;
        }
        Map<String, String> entry = new LinkedHashMap<>(values);
        if (known != null && !id.equals(plain) && !entry.containsKey("base-url")) {
            // Only the plain id is known; another account of the same vendor says all of it.
            entry.put("base-url", YamlScalar.text(identity.address(known)));
            entry.put("dialects", dialects(known));
        }
        if (known != null && !known.id().equals(id)) {
            ways(known, entry);
        }
        if (known != null
                && known.keyVariable() != null
                && known.auth() != KnownProvider.Auth.GOOGLE_SERVICE_ACCOUNT
                && !entry.containsKey("api-key")
                && !isSaid(entry)
                && !id.equals(plain)) {
            entry.put("api-key", YamlScalar.text("${" + known.keyVariable() + "}"));
        }
        entries.put(id, entry);
        return id;
    }

    /** What is known of the plain id only. */
    private static void ways(KnownProvider known, Map<String, String> entry) {
        switch (known.auth()) {
            case X_API_KEY, API_KEY, GOOGLE_SERVICE_ACCOUNT ->
                entry.put("auth", known.auth().text());
            case BEARER, NONE, X_GOOG_API_KEY, BEARER_AND_SUBSCRIPTION_KEY -> {}
        }
        if (known.quirk() == KnownProvider.Quirk.VERTEX) {
            entry.put("quirk", "vertex");
        }
    }

    private static String id(String vendor) {
        String clean = vendor.toLowerCase(java.util.Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^-+|-+$", "");
        return clean.isEmpty() ? "provider" : clean.substring(0, Math.min(30, clean.length()));
    }

    private @Nullable String address(String vendor, Value params) {
        Value base = params.has("api_base") ? params.get("api_base") : params.get("base_url");
        String text = findings.plain(base);
        if (text.isEmpty()) {
            return null;
        }
        String trimmed = text.replaceAll("/+$", "");
        if (vendor.startsWith("azure")) {
            String resource = trimmed.replaceAll("/openai(/.*)?$", "");
            findings.changed(base, "Azure is called at its v1 address, which wants no api_version");
            return resource + "/openai/v1";
        }
        if (vendor.startsWith("ollama") && !trimmed.endsWith("/v1")) {
            findings.changed(base, "Ollama is called at its OpenAI-compatible address, /v1");
            return trimmed + "/v1";
        }
        if (vendor.equals("anthropic") && !trimmed.endsWith("/v1")) {
            return trimmed + "/v1";
        }
        return trimmed;
    }

    private static String dialects(@Nullable KnownProvider known) {
        if (known == null || known.dialects().contains(KnownProvider.Wire.OPENAI_CHAT)) {
            return "[openai-chat]";
        }
        return "[" + known.dialects().stream().map(KnownProvider.Wire::text).collect(Collectors.joining(", ")) + "]";
    }

    private void credential(@Nullable KnownProvider known, String vendor, Value params, Map<String, String> values) {
        String usual = known == null ? null : known.keyVariable();
        Value key = params.get("api_key");
        if (key.string().isPresent()) {
            String reference = findings.secret(key, usual == null ? vendor + "_API_KEY" : usual);
            if (!reference.equals("${" + usual + "}") || values.containsKey("base-url")) {
                values.put("api-key", YamlScalar.text(reference));
            }
        } else if (known != null && usual != null && known.auth() != KnownProvider.Auth.NONE && !isSaid(values)) {
            if (values.containsKey("base-url") && known.auth() != KnownProvider.Auth.GOOGLE_SERVICE_ACCOUNT) {
                values.put("api-key", YamlScalar.text("${" + usual + "}"));
            }
            findings.variables().putIfAbsent(usual, "the key of " + known.name());
        }
        boolean regional = values.getOrDefault("identity", "").contains("region: ");
        if (known != null && !values.containsKey("base-url")) {
            known.placeholders().stream()
                    .filter(name -> !regional || !name.equals("AWS_REGION"))
                    .forEach(name -> findings.variables().putIfAbsent(name, "the address of " + known.name()));
        }
    }

    /** Whether the identity says by itself who the gateway is. */
    private static boolean isSaid(Map<String, String> values) {
        String identity = values.getOrDefault("identity", "");
        return identity.contains("access-key-id") || identity.contains("profile:") || identity.contains("google:");
    }

    private static String shortened(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }
}
