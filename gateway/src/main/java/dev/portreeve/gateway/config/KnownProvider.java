package dev.portreeve.gateway.config;

import dev.portreeve.gateway.config.ProviderConfig.OutputCap;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A provider whose address and ways are known, as it stands in {@code providers.yaml} beside this class. Immutable.
 *
 * @param id what a configuration calls it
 * @param name what it calls itself
 * @param baseUrl up to and without the slash before the operation; {@code {NAME}} in it is filled from that variable
 * @param keyVariable the variable its key is read from where the configuration gives none
 * @param auth how its address takes the key
 * @param dialects what its address speaks
 * @param outputCap the member it bounds an answer by
 * @param inlineMedia whether it takes pictures and documents in the request only, not by their address
 * @param quirk in what its requests differ from the dialect they are of
 * @param statesCost whether its answers say in dollars what the call cost ({@code usage.cost}), and that is what is charged
 * @param batches whether it takes batches as OpenAI does
 * @param aliases further ids it may be configured under
 * @param also further addresses, where other dialects are spoken
 * @param note what one should know before using it
 * @param unconfirmed whether nobody checked the address against the provider's own pages
 */
public record KnownProvider(
        String id,
        String name,
        String baseUrl,
        @Nullable String keyVariable,
        @Default("bearer") Auth auth,
        @Default("[openai-chat]") Set<Wire> dialects,
        @Default("max-tokens") OutputCap outputCap,
        boolean inlineMedia,
        @Nullable Quirk quirk,
        boolean statesCost,
        boolean batches,
        @Default("[]") List<String> aliases,
        @Default("[]") List<Address> also,
        @Nullable String note,
        boolean unconfirmed) {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([A-Z][A-Z0-9_]*)}");
    /** What may stand in a host or in one step of a path, so that no value can lead the credential elsewhere. */
    private static final Pattern FILLING = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,252}");

    /**
     * Another address of a provider, with the same key.
     *
     * @param dialects what it speaks
     * @param baseUrl up to and without the slash before the operation
     * @param auth how it takes the key
     */
    public record Address(
            Set<Wire> dialects,
            String baseUrl,
            @Default("bearer") Auth auth) {
        public Address {
            dialects = Collections.unmodifiableSet(dialects);
        }
    }

    /** In what a provider's requests differ from the dialect they are of. */
    public enum Quirk {
        /** OpenAI's chat with fewer members, and a refusal for each other one. */
        MISTRAL(null),
        /** Claude on Vertex: the model in the path, the version of the format in the body. */
        VERTEX(ProviderConfig.Dialect.ANTHROPIC_MESSAGES),
        /** Azure's older address: a path for each deployment, and the version of the API in the query. */
        AZURE_DEPLOYMENTS(ProviderConfig.Dialect.OPENAI_CHAT);

        private final ProviderConfig.@Nullable Dialect only;

        Quirk(ProviderConfig.@Nullable Dialect only) {
            this.only = only;
        }

        /** The one dialect in which there is such a thing, or {@code null} if any may be spoken beside it. */
        ProviderConfig.@Nullable Dialect only() {
            return only;
        }
    }

    /** How a key is sent. */
    public enum Auth {
        BEARER,
        NONE,
        X_API_KEY,
        API_KEY,
        X_GOOG_API_KEY,
        BEARER_AND_SUBSCRIPTION_KEY,
        GOOGLE_SERVICE_ACCOUNT;

        /** As the files write it. */
        public String text() {
            return KnownProvider.text(this);
        }
    }

    /** The wire formats there are. */
    public enum Wire {
        OPENAI_CHAT,
        OPENAI_RESPONSES,
        ANTHROPIC_MESSAGES,
        GEMINI,
        BEDROCK_CONVERSE,
        COHERE_CHAT;

        /** As the files write it. */
        public String text() {
            return KnownProvider.text(this);
        }
    }

    public KnownProvider {
        dialects = Collections.unmodifiableSet(dialects);
        aliases = List.copyOf(aliases);
        also = List.copyOf(also);
    }

    /** Why this version cannot use it, in words that follow its name, or {@code null} if it can. */
    public @Nullable String unusable() {
        if (spoken().isEmpty()) {
            return "speaks " + dialects.stream().map(Wire::text).collect(Collectors.joining(", "))
                    + ", and this version does not";
        }
        return switch (auth) {
            case BEARER, NONE, X_API_KEY, API_KEY, X_GOOG_API_KEY, GOOGLE_SERVICE_ACCOUNT -> null;
            case BEARER_AND_SUBSCRIPTION_KEY ->
                "wants its credential as " + auth.text() + ", which this version does not send";
        };
    }

    /** Of its dialects those that this version speaks. */
    Set<ProviderConfig.Dialect> spoken() {
        Set<ProviderConfig.Dialect> spoken = spoken(dialects);
        also.forEach(address -> spoken.addAll(spoken(address.dialects())));
        return spoken;
    }

    static Set<ProviderConfig.Dialect> spoken(Set<Wire> wires) {
        Set<ProviderConfig.Dialect> spoken = EnumSet.noneOf(ProviderConfig.Dialect.class);
        for (Wire wire : wires) {
            switch (wire) {
                case OPENAI_CHAT -> spoken.add(ProviderConfig.Dialect.OPENAI_CHAT);
                case ANTHROPIC_MESSAGES -> spoken.add(ProviderConfig.Dialect.ANTHROPIC_MESSAGES);
                case OPENAI_RESPONSES -> spoken.add(ProviderConfig.Dialect.OPENAI_RESPONSES);
                case GEMINI -> spoken.add(ProviderConfig.Dialect.GEMINI);
                case BEDROCK_CONVERSE -> spoken.add(ProviderConfig.Dialect.BEDROCK_CONVERSE);
                case COHERE_CHAT -> spoken.add(ProviderConfig.Dialect.COHERE_CHAT);
            }
        }
        return spoken;
    }

    /** @param otherwise where this version cannot send it as the provider wants it */
    ProviderConfig.Auth sentAs(ProviderConfig.Auth otherwise) {
        return sentAs(auth, otherwise);
    }

    static ProviderConfig.Auth sentAs(Auth auth, ProviderConfig.Auth otherwise) {
        return switch (auth) {
            case BEARER -> ProviderConfig.Auth.BEARER;
            case NONE -> otherwise;
            case X_API_KEY -> ProviderConfig.Auth.X_API_KEY;
            case API_KEY -> ProviderConfig.Auth.API_KEY;
            case X_GOOG_API_KEY -> ProviderConfig.Auth.X_GOOG_API_KEY;
            case GOOGLE_SERVICE_ACCOUNT -> ProviderConfig.Auth.GOOGLE_SERVICE_ACCOUNT;
            case BEARER_AND_SUBSCRIPTION_KEY -> otherwise;
        };
    }

    /** The variables that its address is made with. */
    public List<String> placeholders() {
        List<String> names = new ArrayList<>();
        Matcher matcher = PLACEHOLDER.matcher(baseUrl);
        while (matcher.find()) {
            if (!names.contains(matcher.group(1))) {
                names.add(matcher.group(1));
            }
        }
        return names;
    }

    /** Its address, or {@code null} where a variable that belongs into it is not set or cannot be part of an address. */
    @Nullable
    URI address(Function<String, @Nullable String> environment) {
        Matcher matcher = PLACEHOLDER.matcher(baseUrl);
        StringBuilder filled = new StringBuilder();
        while (matcher.find()) {
            String value = environment.apply(matcher.group(1));
            if (value == null || !FILLING.matcher(value).matches()) {
                return null;
            }
            matcher.appendReplacement(filled, value);
        }
        return URI.create(matcher.appendTail(filled).toString());
    }

    private static String text(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
