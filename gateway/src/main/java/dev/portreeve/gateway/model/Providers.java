package dev.portreeve.gateway.model;

import dev.portreeve.gateway.config.LimitsConfig;
import dev.portreeve.gateway.config.ProviderConfig;
import dev.portreeve.gateway.dialect.ModelRequest.CapMember;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** From the providers of the configuration to adapters. */
public final class Providers {
    private Providers() {}

    /**
     * Makes the adapters. Nothing is connected yet, so nothing fails because a provider is down.
     *
     * @throws IllegalArgumentException for a file of trusted certificates that cannot be used
     */
    public static List<ModelProvider> create(List<ProviderConfig> configs, LimitsConfig limits, InstantSource clock) {
        List<ModelProvider> providers = new ArrayList<>();
        for (ProviderConfig config : configs) {
            providers.add(
                    switch (config.kind()) {
                        case DEMO -> new DemoProvider(config.id(), clock);
                        case OPENAI_COMPATIBLE -> openAi(config, limits);
                    });
        }
        return providers;
    }

    private static ModelProvider openAi(ProviderConfig config, LimitsConfig limits) {
        if (config.baseUrl() == null) {
            throw new IllegalArgumentException("provider \"" + config.id() + "\" has no base-url");
        }
        UpstreamHttp http = new UpstreamHttp(new UpstreamHttp.Target(
                config.baseUrl(),
                config.apiKey() == null ? null : config.apiKey().reveal(),
                config.tls() == null
                        ? null
                        : TrustedCertificates.read(config.tls().trust()),
                config.connectTimeout(),
                config.idleTimeout(),
                config.maxConcurrent()));
        CapMember capMember = switch (config.answerBound()) {
            case MAX_COMPLETION_TOKENS -> CapMember.MAX_COMPLETION_TOKENS;
            case MAX_TOKENS -> CapMember.MAX_TOKENS;
        };
        return new OpenAiProvider(config.id(), http, capMember, limits.maxAnswerBytes());
    }
}
