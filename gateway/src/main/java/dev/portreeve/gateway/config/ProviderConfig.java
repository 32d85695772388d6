package dev.portreeve.gateway.config;

import dev.portreeve.policy.call.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where models are. A known id ({@code openai}, {@code groq}, … as {@code portreeve providers list} has them) brings its base
 * URL, its quirks and the name of the variable its key is read from.
 *
 * @param id first part of a target's model name: {@code openai/gpt-5-mini}
 * @param kind {@code demo} answers by itself, without a network, and says so in every answer
 * @param baseUrl up to and without the slash before {@code chat/completions}, or
 *     before {@code models/} of a server that speaks {@code gemini}; absent for known providers
 * @param apiKey its credential; absent for servers that want none
 * @param apiKeys several credentials instead of one, which share the calls by weight; one that is throttled or refused is left
 *     out for a while, and the others take its calls
 * @param oneAccount whether all keys belong to one account, so that each of them finds the responses that the provider keeps;
 *     otherwise requests that keep a response, or go on from one, go by the first key
 * @param dialects what it speaks; absent: as known of the provider, else {@code openai-chat}
 * @param auth how the credential is sent; absent: as known of the provider, else as {@code x-api-key} to a server that speaks
 *     {@code anthropic-messages} only, as {@code x-goog-api-key} to one that speaks {@code gemini} only, else as {@code bearer}
 * @param connectTimeout the longest wait for a connection
 * @param idleTimeout the longest silence while an answer is awaited or streamed; bounds each read, not the call
 * @param maxConcurrent calls in flight at once; more wait until their deadline
 * @param tls whom to trust when the base URL is https; absent: what the JVM trusts
 * @param outputCap the member this server bounds an answer by, put in where the caller gave no bound; absent: as known of the
 *     provider, else {@code max-completion-tokens}
 * @param identity who the gateway is there, for {@code auth} of {@code aws-sigv4}, {@code entra} and {@code
 *     google-service-account}
 * @param inlineMedia whether it takes pictures and documents in the request only, so that the gateway has to fetch what callers
 *     name by an address ({@code media}); absent: as known of the provider, else {@code false}
 * @param quirk in what its requests differ from the dialect they are of; absent: as known of the provider, else nothing
 * @param apiVersion which version of the API is meant, where {@code quirk} is {@code azure-deployments}; absent: {@code
 *     2024-10-21}
 * @param batches whether it takes batches as OpenAI does, at {@code files} and {@code batches} behind the base URL; absent: as known
 *     of the provider, else {@code false}
 */
public record ProviderConfig(
        String id,
        @Default("openai-compatible") Kind kind,
        @Nullable URI baseUrl,
        @Nullable Secret apiKey,
        @Default("[]") List<ApiKey> apiKeys,
        boolean oneAccount,
        @Nullable Set<Dialect> dialects,
        @Nullable Auth auth,
        @Default("2s") Duration connectTimeout,
        @Default("5m") Duration idleTimeout,
        @Default("256") int maxConcurrent,
        @Nullable Tls tls,
        @Nullable OutputCap outputCap,
        @Nullable IdentityConfig identity,
        @Nullable Boolean inlineMedia,
        KnownProvider.@Nullable Quirk quirk,
        @Nullable String apiVersion,
        @Nullable Boolean batches) {

    private static final int MAX_KEYS = 20;
    /** The latest of Azure's that is not a preview. */
    private static final String AZURE_VERSION = "2024-10-21";

    /**
     * One of several credentials.
     *
     * @param key the credential
     * @param weight its part of the calls; 1 to 1000
     * @param name in records, in which no key ever stands; absent: its place in the list, from 1
     */
    public record ApiKey(
            Secret key, @Default("1") int weight, @Nullable String name) {
        private static final int MAX_WEIGHT = 1000;

        public ApiKey {
            if (weight < 1 || weight > MAX_WEIGHT) {
                throw new IllegalArgumentException("weight must be 1 to " + MAX_WEIGHT);
            }
            if (name != null && !name.matches("[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")) {
                throw new IllegalArgumentException("name \"" + name + "\" must be 1 to 40 letters, digits, _, . and -");
            }
        }
    }

    /** What stands behind a provider. */
    public enum Kind {
        OPENAI_COMPATIBLE,
        DEMO
    }

    /** The wire formats of model calls this version can speak to a provider. */
    public enum Dialect {
        OPENAI_CHAT,
        ANTHROPIC_MESSAGES,
        OPENAI_RESPONSES,
        GEMINI,
        BEDROCK_CONVERSE,
        COHERE_CHAT
    }

    /** How a credential is sent. */
    public enum Auth {
        BEARER,
        X_API_KEY,
        API_KEY,
        X_GOOG_API_KEY,
        /** Each request is signed with an AWS access key. */
        AWS_SIGV4,
        /** As a bearer token that Microsoft Entra gives an application. */
        ENTRA,
        /** As a bearer token that Google gives a service account. */
        GOOGLE_SERVICE_ACCOUNT,
        NONE;

        /** Whether it is shown with an {@link IdentityConfig} in the place of a key. */
        public boolean isIdentity() {
            return this == AWS_SIGV4 || this == ENTRA || this == GOOGLE_SERVICE_ACCOUNT;
        }
    }

    /**
     * TLS to a provider.
     *
     * @param trust a PEM file; only certificates in it, or signed by one in it, are then trusted
     */
    public record Tls(Path trust) {}

    /** The members there are for a bound on an answer; older servers know only the older one. */
    public enum OutputCap {
        MAX_COMPLETION_TOKENS,
        MAX_TOKENS
    }

    /** With one key, or none. */
    public ProviderConfig(
            String id,
            Kind kind,
            @Nullable URI baseUrl,
            @Nullable Secret apiKey,
            @Nullable Set<Dialect> dialects,
            @Nullable Auth auth,
            Duration connectTimeout,
            Duration idleTimeout,
            int maxConcurrent,
            @Nullable Tls tls,
            @Nullable OutputCap outputCap,
            @Nullable IdentityConfig identity,
            @Nullable Boolean inlineMedia) {
        this(
                id,
                kind,
                baseUrl,
                apiKey,
                List.of(),
                false,
                dialects,
                auth,
                connectTimeout,
                idleTimeout,
                maxConcurrent,
                tls,
                outputCap,
                identity,
                inlineMedia,
                null,
                null,
                null);
    }

    public ProviderConfig {
        apiKeys = List.copyOf(apiKeys);
        requireDistinct(id, apiKey, apiKeys);
        if (!id.matches("[a-z0-9][a-z0-9_.-]{0,39}")) {
            throw new IllegalArgumentException("id \"" + id + "\" must be 1 to 40 of a-z, 0-9, _, . and -");
        }
        KnownProvider known =
                kind == Kind.DEMO ? null : KnownProviders.builtIn().find(id);
        boolean ownAddress = baseUrl != null;
        if (known != null && !ownAddress) {
            requireUsable(known);
            baseUrl = known.address(variable -> null);
        }
        outputCap = outputCap == null ? usualCap(known) : outputCap;
        inlineMedia = inlineMedia == null ? known != null && known.inlineMedia() : inlineMedia;
        batches = batches == null ? known != null && known.batches() : batches;
        quirk = quirk == null && known != null ? known.quirk() : quirk;
        if (dialects == null) {
            dialects = quirk != null && quirk.only() != null ? Set.of(quirk.only()) : spokenAt(known, ownAddress);
        }
        dialects = Set.copyOf(dialects);
        if (auth == null && identity != null) {
            auth = identity.auth();
        }
        if (auth == null) {
            auth = usual(known, dialects);
        }
        requireKeyed(id, apiKeys, !auth.isIdentity() && kind != Kind.DEMO);
        if (kind == Kind.DEMO && baseUrl != null) {
            throw new IllegalArgumentException("provider \"" + id + "\" is of kind demo, which has no base-url");
        }
        if (kind != Kind.DEMO && (known == null || ownAddress)) {
            requireHttp(id, baseUrl);
        }
        requireSpoken(id, dialects);
        requireFitting(id, quirk, dialects, apiVersion);
        apiVersion = quirk == KnownProvider.Quirk.AZURE_DEPLOYMENTS && apiVersion == null ? AZURE_VERSION : apiVersion;
        requirePositive(maxConcurrent);
    }

    private static OutputCap usualCap(@Nullable KnownProvider known) {
        return known == null ? OutputCap.MAX_COMPLETION_TOKENS : known.outputCap();
    }

    private static void requireFitting(
            String id, KnownProvider.@Nullable Quirk quirk, Set<Dialect> dialects, @Nullable String apiVersion) {
        Dialect only = quirk == null ? null : quirk.only();
        if (only != null && !dialects.equals(Set.of(only))) {
            throw new IllegalArgumentException("provider \"" + id + "\" with its quirk speaks "
                    + only.name().toLowerCase(Locale.ROOT).replace('_', '-') + " and nothing else");
        }
        if (apiVersion != null && quirk != KnownProvider.Quirk.AZURE_DEPLOYMENTS) {
            throw new IllegalArgumentException(
                    "provider \"" + id + "\" has an api-version, which only quirk: azure-deployments sends");
        }
        if (apiVersion != null && !apiVersion.matches("[A-Za-z0-9.-]{1,40}")) {
            throw new IllegalArgumentException(
                    "api-version \"" + apiVersion + "\" must be of letters, digits, . and -");
        }
    }

    private static void requireSpoken(String id, Set<Dialect> dialects) {
        if (dialects.isEmpty()) {
            throw new IllegalArgumentException("provider \"" + id + "\" speaks no dialect");
        }
    }

    private static void requirePositive(int maxConcurrent) {
        if (maxConcurrent < 1) {
            throw new IllegalArgumentException("max-concurrent must be at least 1");
        }
    }

    private static void requireDistinct(String id, @Nullable Secret one, List<ApiKey> several) {
        if (one != null && !several.isEmpty()) {
            throw new IllegalArgumentException("provider \"" + id + "\" has api-key and api-keys: write one of them");
        }
        if (several.size() > MAX_KEYS) {
            throw new IllegalArgumentException("provider \"" + id + "\" has more than " + MAX_KEYS + " keys");
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < several.size(); i++) {
            if (!names.add(name(several, i))) {
                throw new IllegalArgumentException(
                        "provider \"" + id + "\" has two keys named \"" + name(several, i) + "\"");
            }
        }
    }

    private static void requireKeyed(String id, List<ApiKey> keys, boolean shownKeys) {
        if (!keys.isEmpty() && !shownKeys) {
            throw new IllegalArgumentException("provider \"" + id + "\" takes no api-keys: it is not shown a key");
        }
    }

    private static String name(List<ApiKey> keys, int index) {
        String name = keys.get(index).name();
        return name == null ? Integer.toString(index + 1) : name;
    }

    /** What records call one of {@link #apiKeys}. */
    public String keyName(int index) {
        return name(apiKeys, index);
    }

    /** At an address of one's own there is what is at the known provider's first. */
    private static Set<Dialect> spokenAt(@Nullable KnownProvider known, boolean ownAddress) {
        if (known == null) {
            return Set.of(Dialect.OPENAI_CHAT);
        }
        Set<Dialect> spoken = ownAddress ? KnownProvider.spoken(known.dialects()) : known.spoken();
        return spoken.isEmpty() ? Set.of(Dialect.OPENAI_CHAT) : spoken;
    }

    /** Whoever speaks nothing but Gemini's takes a key where Google does, also behind an address of one's own. */
    private static Auth usual(@Nullable KnownProvider known, Set<Dialect> dialects) {
        return known == null || dialects.equals(Set.of(Dialect.GEMINI))
                ? usual(dialects)
                : known.sentAs(usual(dialects));
    }

    private static Auth usual(Set<Dialect> dialects) {
        if (dialects.equals(Set.of(Dialect.ANTHROPIC_MESSAGES))) {
            return Auth.X_API_KEY;
        }
        return dialects.equals(Set.of(Dialect.GEMINI)) ? Auth.X_GOOG_API_KEY : Auth.BEARER;
    }

    private static void requireUsable(KnownProvider known) {
        String why = known.unusable();
        if (why != null) {
            throw new IllegalArgumentException("provider \"" + known.id() + "\" " + why
                    + "; to reach it through an openai-compatible server, write that server's base-url");
        }
    }

    private static void requireHttp(String id, @Nullable URI baseUrl) {
        if (baseUrl == null) {
            throw new IllegalArgumentException("provider \"" + id + "\" is not a known one, so it needs base-url"
                    + KnownProviders.builtIn().hint(id));
        }
        boolean http = "http".equals(baseUrl.getScheme()) || "https".equals(baseUrl.getScheme());
        if (!http || baseUrl.getHost() == null || baseUrl.getRawQuery() != null || baseUrl.getRawUserInfo() != null) {
            throw new IllegalArgumentException("base-url of provider \"" + id
                    + "\" must be http or https with a host, without user, query or fragment");
        }
    }

    /** What it speaks. */
    public Set<Dialect> spoken() {
        return dialects == null ? Set.of() : dialects;
    }

    /** How the credential is sent. */
    public Auth sentAs() {
        return auth == null ? Auth.BEARER : auth;
    }

    /** Whether it takes batches as OpenAI does. */
    public boolean takesBatches() {
        return batches != null && batches;
    }

    /** The member answers are bounded by. */
    public OutputCap answerBound() {
        return outputCap == null ? OutputCap.MAX_COMPLETION_TOKENS : outputCap;
    }

    /** Whether it takes no addresses of pictures and documents. */
    public boolean inlinesMedia() {
        return Boolean.TRUE.equals(inlineMedia);
    }

    ProviderConfig with(@Nullable URI address, @Nullable Secret key, @Nullable IdentityConfig completed) {
        return with(address, key, apiKeys, completed);
    }

    /** The same with one of its keys alone. */
    public ProviderConfig withKey(Secret key) {
        return with(baseUrl, key, List.of(), identity);
    }

    private ProviderConfig with(
            @Nullable URI address, @Nullable Secret key, List<ApiKey> keys, @Nullable IdentityConfig completed) {
        return new ProviderConfig(
                id,
                kind,
                address,
                key,
                keys,
                oneAccount,
                dialects,
                auth,
                connectTimeout,
                idleTimeout,
                maxConcurrent,
                tls,
                outputCap,
                completed,
                inlineMedia,
                quirk,
                apiVersion,
                batches);
    }
}
