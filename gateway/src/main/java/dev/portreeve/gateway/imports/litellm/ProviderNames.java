package dev.portreeve.gateway.imports.litellm;

import dev.portreeve.gateway.config.KnownProvider;
import dev.portreeve.gateway.config.KnownProviders;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** LiteLLM's names of providers, in ours. Most are the same; these are not. */
final class ProviderNames {
    private static final Map<String, String> OURS = Map.ofEntries(
            Map.entry("azure_ai", "azure"),
            Map.entry("bedrock", "amazon-bedrock"),
            Map.entry("cohere_chat", "cohere"),
            Map.entry("custom_openai", "openai"),
            Map.entry("dashscope", "alibaba"),
            Map.entry("fireworks_ai", "fireworks-ai"),
            Map.entry("gemini", "google"),
            Map.entry("github", "github-models"),
            Map.entry("hosted_vllm", "vllm"),
            Map.entry("lm_studio", "lmstudio"),
            Map.entry("meta_llama", "llama"),
            Map.entry("moonshot", "moonshotai"),
            Map.entry("nvidia_nim", "nvidia"),
            Map.entry("ollama_chat", "ollama"),
            Map.entry("text-completion-openai", "openai"),
            Map.entry("together_ai", "togetherai"),
            Map.entry("vertex_ai", "google-vertex"),
            Map.entry("vertex_ai_beta", "google-vertex"),
            Map.entry("zai", "zai"));

    private ProviderNames() {}

    /** The same for one model: what LiteLLM calls one provider may be two here. */
    static @Nullable KnownProvider find(String theirs, String model) {
        boolean claude = theirs.startsWith("vertex_ai") && model.contains("claude");
        return claude ? KnownProviders.builtIn().find("google-vertex-anthropic") : find(theirs);
    }

    /** The entry of a provider, or {@code null} if there is none. */
    static @Nullable KnownProvider find(String theirs) {
        KnownProviders known = KnownProviders.builtIn();
        KnownProvider found = known.find(OURS.getOrDefault(theirs, theirs));
        return found == null ? known.find(theirs.replace('_', '-')) : found;
    }

    /** Whose model a name without a provider is, as far as its beginning says it; empty if it does not. */
    static String ofBareModel(String model) {
        if (model.matches("(gpt-|chatgpt-|o[1-9]|text-embedding-|davinci|babbage|ft:gpt|dall-e|tts-|whisper).*")) {
            return "openai";
        }
        if (model.startsWith("claude")) {
            return "anthropic";
        }
        if (model.startsWith("gemini")) {
            return "vertex_ai";
        }
        return model.startsWith("command") ? "cohere" : "";
    }
}
