package dev.portreeve.gateway.model;

import dev.portreeve.gateway.config.LimitsConfig;
import dev.portreeve.gateway.config.ProviderConfig;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.ModelRequest.CapMember;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** From the providers of the configuration to adapters. */
public final class Providers {
    private Providers() {}

    /**
     * Makes the adapters. Nothing is connected yet, so nothing fails because a provider is down.
     *
     * @throws IllegalArgumentException for a file of trusted certificates, or of a service account, that cannot be used
     */
    public static List<ModelProvider> create(List<ProviderConfig> configs, LimitsConfig limits, InstantSource clock) {
        List<ModelProvider> providers = new ArrayList<>();
        for (ProviderConfig config : configs) {
            providers.add(
                    switch (config.kind()) {
                        case DEMO -> new DemoProvider(config.id(), clock);
                        case OPENAI_COMPATIBLE -> overHttp(config, limits, clock);
                    });
        }
        return providers;
    }

    private static ModelProvider overHttp(ProviderConfig config, LimitsConfig limits, InstantSource clock) {
        if (config.baseUrl() == null) {
            throw new IllegalArgumentException("provider \"" + config.id() + "\" has no base-url");
        }
        UpstreamHttp http = new UpstreamHttp(new UpstreamHttp.Target(
                config.baseUrl(),
                ProviderCredentials.of(config, clock),
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
        Set<Dialect> dialects = EnumSet.noneOf(Dialect.class);
        for (ProviderConfig.Dialect dialect : config.spoken()) {
            dialects.add(
                    switch (dialect) {
                        case OPENAI_CHAT -> Dialect.OPENAI_CHAT;
                        case ANTHROPIC_MESSAGES -> Dialect.ANTHROPIC_MESSAGES;
                        case OPENAI_RESPONSES -> Dialect.OPENAI_RESPONSES;
                    });
        }
        return new HttpProvider(config.id(), http, dialects, capMember, limits.maxAnswerBytes());
    }
}
