package dev.portreeve.gateway.config;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/** Providers whose address and key variable need not be written into the file. All of them speak OpenAI chat. */
enum KnownProvider {
    OPENAI("openai", "https://api.openai.com/v1", "OPENAI_API_KEY"),
    GROQ("groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY"),
    MISTRAL("mistral", "https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
    DEEPSEEK("deepseek", "https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
    OPENROUTER("openrouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
    TOGETHER("together", "https://api.together.xyz/v1", "TOGETHER_API_KEY"),
    OLLAMA("ollama", "http://127.0.0.1:11434/v1", null);

    private final String id;
    private final URI baseUrl;
    private final @Nullable String keyVariable;

    KnownProvider(String id, String baseUrl, @Nullable String keyVariable) {
        this.id = id;
        this.baseUrl = URI.create(baseUrl);
        this.keyVariable = keyVariable;
    }

    static @Nullable URI baseUrl(String id) {
        KnownProvider known = of(id);
        return known == null ? null : known.baseUrl;
    }

    /** The variable a known provider's key is read from when the file gives none. */
    static @Nullable String keyVariable(String id) {
        KnownProvider known = of(id);
        return known == null ? null : known.keyVariable;
    }

    private static @Nullable KnownProvider of(String id) {
        for (KnownProvider known : values()) {
            if (known.id.equals(id)) {
                return known;
            }
        }
        return null;
    }
}
