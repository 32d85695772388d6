package dev.portreeve.gateway.config;

import dev.portreeve.policy.call.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where models are. A known id ({@code openai}, {@code groq}, …, see {@link KnownProvider}) brings its base URL and the name
 * of the variable its key is read from.
 *
 * @param id first part of a target's model name: {@code openai/gpt-5-mini}
 * @param kind {@code demo} answers by itself, without a network, and says so in every answer
 * @param baseUrl up to and without the slash before {@code chat/completions}
 * @param apiKey sent as {@code Authorization: Bearer}; absent for servers that want none
 * @param dialects what it speaks
 * @param connectTimeout the longest wait for a connection
 * @param idleTimeout the longest silence while an answer is awaited or streamed; bounds each read, not the call
 * @param maxConcurrent calls in flight at once; more wait until their deadline
 * @param tls whom to trust when the base URL is https; absent: what the JVM trusts
 * @param outputCap the member this server bounds an answer by, put in where the caller gave no bound
 */
public record ProviderConfig(
        String id,
        @Default("openai-compatible") Kind kind,
        @Nullable URI baseUrl,
        @Nullable Secret apiKey,
        @Default("[openai-chat]") Set<Dialect> dialects,
        @Default("2s") Duration connectTimeout,
        @Default("5m") Duration idleTimeout,
        @Default("256") int maxConcurrent,
        @Nullable Tls tls,
        @Default("max-completion-tokens") OutputCap outputCap) {

    /** What stands behind a provider. */
    public enum Kind {
        OPENAI_COMPATIBLE,
        DEMO
    }

    /** The wire formats of model calls this version can speak to a provider. */
    public enum Dialect {
        OPENAI_CHAT
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

    public ProviderConfig {
        if (!id.matches("[a-z0-9][a-z0-9_.-]{0,39}")) {
            throw new IllegalArgumentException("id \"" + id + "\" must be 1 to 40 of a-z, 0-9, _, . and -");
        }
        baseUrl = baseUrl == null ? KnownProvider.baseUrl(id) : baseUrl;
        dialects = Set.copyOf(dialects);
        if (kind == Kind.DEMO && baseUrl != null) {
            throw new IllegalArgumentException("provider \"" + id + "\" is of kind demo, which has no base-url");
        }
        if (kind != Kind.DEMO) {
            requireHttp(id, baseUrl);
        }
        if (dialects.isEmpty()) {
            throw new IllegalArgumentException("provider \"" + id + "\" speaks no dialect");
        }
        if (maxConcurrent < 1) {
            throw new IllegalArgumentException("max-concurrent must be at least 1");
        }
    }

    private static void requireHttp(String id, @Nullable URI baseUrl) {
        if (baseUrl == null) {
            throw new IllegalArgumentException("provider \"" + id + "\" is not a known one, so it needs base-url");
        }
        boolean http = "http".equals(baseUrl.getScheme()) || "https".equals(baseUrl.getScheme());
        if (!http || baseUrl.getHost() == null || baseUrl.getRawQuery() != null || baseUrl.getRawUserInfo() != null) {
            throw new IllegalArgumentException("base-url of provider \"" + id
                    + "\" must be http or https with a host, without user, query or fragment");
        }
    }

    ProviderConfig withApiKey(Secret key) {
        return new ProviderConfig(
                id, kind, baseUrl, key, dialects, connectTimeout, idleTimeout, maxConcurrent, tls, outputCap);
    }
}
