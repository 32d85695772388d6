package dev.portreeve.gateway.model;

import dev.portreeve.gateway.config.LimitsConfig;
import dev.portreeve.gateway.config.ProviderConfig;
import dev.portreeve.gateway.config.ProviderDoor;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.ModelRequest.CapMember;
import dev.portreeve.gateway.media.MediaFetch;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;

/** From the providers of the configuration to adapters. */
public final class Providers {
    private Providers() {}

    /**
     * Makes the adapters. Nothing is connected yet, so nothing fails because a provider is down.
     *
     * @param media for those that take no addresses
     * @throws IllegalArgumentException for a file of trusted certificates, or of a service account, that cannot be used
     */
    public static List<ModelProvider> create(
            List<ProviderConfig> configs, LimitsConfig limits, MediaFetch media, InstantSource clock) {
        List<ModelProvider> providers = new ArrayList<>();
        for (ProviderConfig config : configs) {
            providers.add(
                    switch (config.kind()) {
                        case DEMO -> new DemoProvider(config.id(), clock);
                        case OPENAI_COMPATIBLE ->
                            config.apiKeys().isEmpty()
                                    ? overHttp(config, limits, media, clock, slots(config))
                                    : withKeys(config, limits, media, clock);
                    });
        }
        return providers;
    }

    /** One adapter for each key; together they keep to the provider's limit. */
    private static ModelProvider withKeys(
            ProviderConfig config, LimitsConfig limits, MediaFetch media, InstantSource clock) {
        Semaphore slots = slots(config);
        List<ProviderKey> keys = new ArrayList<>();
        for (int i = 0; i < config.apiKeys().size(); i++) {
            ProviderConfig.ApiKey key = config.apiKeys().get(i);
            keys.add(new ProviderKey(
                    config.keyName(i),
                    key.weight(),
                    i == 0 || config.oneAccount(),
                    overHttp(config.withKey(key.key()), limits, media, clock, slots)));
        }
        return new KeyedProvider(config.id(), keys);
    }

    private static Semaphore slots(ProviderConfig config) {
        return new Semaphore(config.maxConcurrent(), true);
    }

    private static ModelProvider overHttp(
            ProviderConfig config, LimitsConfig limits, MediaFetch media, InstantSource clock, Semaphore slots) {
        List<ModelProvider> doors = new ArrayList<>();
        for (ProviderDoor door : ProviderDoor.of(config)) {
            doors.add(overHttp(config, door, limits, media, clock, slots));
        }
        if (doors.isEmpty()) {
            throw new IllegalArgumentException("provider \"" + config.id() + "\" has no base-url");
        }
        return doors.size() == 1 ? doors.getFirst() : new SeveralDoors(config.id(), doors);
    }

    private static ModelProvider overHttp(
            ProviderConfig config,
            ProviderDoor door,
            LimitsConfig limits,
            MediaFetch media,
            InstantSource clock,
            Semaphore slots) {
        UpstreamHttp http = new UpstreamHttp(
                new UpstreamHttp.Target(
                        door.baseUrl(),
                        ProviderCredentials.of(config, door.auth(), clock),
                        config.tls() == null
                                ? null
                                : TrustedCertificates.read(config.tls().trust()),
                        config.connectTimeout(),
                        config.idleTimeout(),
                        config.maxConcurrent()),
                slots);
        CapMember capMember = switch (config.answerBound()) {
            case MAX_COMPLETION_TOKENS -> CapMember.MAX_COMPLETION_TOKENS;
            case MAX_TOKENS -> CapMember.MAX_TOKENS;
        };
        Set<Dialect> dialects = dialects(door);
        // Gemini takes only some addresses, and which is not written down; Bedrock takes none.
        boolean inlines = config.inlinesMedia()
                || dialects.contains(Dialect.GEMINI)
                || dialects.contains(Dialect.BEDROCK_CONVERSE);
        return new HttpProvider(
                config.id(),
                http,
                dialects,
                capMember,
                limits.maxAnswerBytes(),
                RequestForm.of(config.quirk(), config.apiVersion()),
                inlines ? media : null,
                config.takesBatches());
    }

    private static Set<Dialect> dialects(ProviderDoor door) {
        Set<Dialect> dialects = EnumSet.noneOf(Dialect.class);
        for (ProviderConfig.Dialect dialect : door.dialects()) {
            dialects.add(
                    switch (dialect) {
                        case OPENAI_CHAT -> Dialect.OPENAI_CHAT;
                        case ANTHROPIC_MESSAGES -> Dialect.ANTHROPIC_MESSAGES;
                        case OPENAI_RESPONSES -> Dialect.OPENAI_RESPONSES;
                        case GEMINI -> Dialect.GEMINI;
                        case BEDROCK_CONVERSE -> Dialect.BEDROCK_CONVERSE;
                        case COHERE_CHAT -> Dialect.COHERE_CHAT;
                    });
        }
        return dialects;
    }
}
