package dev.portreeve.gateway.turn;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a provider says was used, so that callers can see it in their own dialect; what is charged is read elsewhere, from the
 * provider's bytes.
 *
 * @param input all of it, cached and written tokens included
 */
record Counts(long input, long cacheRead, long cacheWrite, long cacheWriteHour, long output, long reasoning) {
    static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0);

    static Counts ofOpenAi(JsonNode usage) {
        JsonNode prompt = usage.path("prompt_tokens_details");
        return new Counts(
                Json.count(usage, "prompt_tokens"),
                Json.count(prompt, "cached_tokens"),
                Json.count(prompt, "cache_write_tokens"),
                0,
                Json.count(usage, "completion_tokens"),
                Json.count(usage.path("completion_tokens_details"), "reasoning_tokens"));
    }

    static Counts ofResponse(JsonNode usage) {
        JsonNode input = usage.path("input_tokens_details");
        return new Counts(
                Json.count(usage, "input_tokens"),
                Json.count(input, "cached_tokens"),
                Json.count(input, "cache_write_tokens"),
                0,
                Json.count(usage, "output_tokens"),
                Json.count(usage.path("output_tokens_details"), "reasoning_tokens"));
    }

    static Counts ofGemini(JsonNode usage) {
        long thoughts = Json.count(usage, "thoughtsTokenCount");
        return new Counts(
                Json.count(usage, "promptTokenCount") + Json.count(usage, "toolUsePromptTokenCount"),
                Json.count(usage, "cachedContentTokenCount"),
                0,
                0,
                Json.count(usage, "candidatesTokenCount") + thoughts,
                thoughts);
    }

    ObjectNode gemini() {
        ObjectNode usage = Json.object()
                .put("promptTokenCount", input)
                .put("candidatesTokenCount", Math.max(0, output - reasoning))
                .put("totalTokenCount", input + output);
        if (cacheRead > 0) {
            usage.put("cachedContentTokenCount", cacheRead);
        }
        if (reasoning > 0) {
            usage.put("thoughtsTokenCount", reasoning);
        }
        return usage;
    }

    /** Cached tokens stand beside the others, unless the total says that they are among them. */
    static Counts ofBedrock(JsonNode usage) {
        long input = Json.count(usage, "inputTokens");
        long output = Json.count(usage, "outputTokens");
        long read = Json.count(usage, "cacheReadInputTokens");
        long written = Json.count(usage, "cacheWriteInputTokens");
        long hour = 0;
        for (JsonNode detail : usage.path("cacheDetails")) {
            hour += Json.string(detail, "ttl", "").equals("1h") ? Json.count(detail, "inputTokens") : 0;
        }
        long hours = Math.min(hour, written);
        long cached = read + written;
        boolean inside = cached > 0 && cached <= input && Json.count(usage, "totalTokens") == input + output;
        return new Counts(inside ? input : input + cached, read, written - hours, hours, output, 0);
    }

    /** What the model read and wrote; what is billed may be less. Cohere counts with a decimal point. */
    static Counts ofCohere(JsonNode usage) {
        JsonNode tokens = usage.path("tokens").isObject() ? usage.path("tokens") : usage.path("billed_units");
        long input = (long) Math.ceil(tokens.path("input_tokens").asDouble(0));
        long cached = (long) Math.ceil(usage.path("cached_tokens").asDouble(0));
        long output = (long) Math.ceil(tokens.path("output_tokens").asDouble(0));
        return new Counts(Math.max(0, input), Math.clamp(cached, 0, Math.max(0, input)), 0, 0, Math.max(0, output), 0);
    }

    /** Later reports replace what they repeat. */
    Counts withAnthropic(JsonNode usage) {
        boolean whole = usage.has("input_tokens");
        long read = usage.has("cache_read_input_tokens") ? Json.count(usage, "cache_read_input_tokens") : cacheRead;
        JsonNode split = usage.path("cache_creation");
        long hour = split.isObject() ? Json.count(split, "ephemeral_1h_input_tokens") : cacheWriteHour;
        long written = usage.has("cache_creation_input_tokens")
                ? Json.count(usage, "cache_creation_input_tokens")
                : cacheWrite + cacheWriteHour;
        long plain = whole ? Json.count(usage, "input_tokens") : plainInput();
        return new Counts(
                plain + read + written,
                read,
                Math.max(0, written - hour),
                Math.min(hour, written),
                usage.has("output_tokens") ? Json.count(usage, "output_tokens") : output,
                Math.max(reasoning, Json.count(usage.path("output_tokens_details"), "thinking_tokens")));
    }

    private long plainInput() {
        return Math.max(0, input - cacheRead - cacheWrite - cacheWriteHour);
    }

    ObjectNode openAi() {
        ObjectNode usage = Json.object();
        usage.put("prompt_tokens", input).put("completion_tokens", output).put("total_tokens", input + output);
        usage.putObject("prompt_tokens_details")
                .put("cached_tokens", cacheRead)
                .put("cache_write_tokens", cacheWrite + cacheWriteHour);
        usage.putObject("completion_tokens_details").put("reasoning_tokens", reasoning);
        return usage;
    }

    ObjectNode response() {
        ObjectNode usage = Json.object();
        usage.put("input_tokens", input);
        usage.putObject("input_tokens_details")
                .put("cached_tokens", cacheRead)
                .put("cache_write_tokens", cacheWrite + cacheWriteHour);
        usage.put("output_tokens", output);
        usage.putObject("output_tokens_details").put("reasoning_tokens", reasoning);
        return usage.put("total_tokens", input + output);
    }

    ObjectNode anthropic() {
        ObjectNode usage = Json.object();
        usage.put("input_tokens", plainInput())
                .put("cache_creation_input_tokens", cacheWrite + cacheWriteHour)
                .put("cache_read_input_tokens", cacheRead)
                .put("output_tokens", output);
        return usage;
    }
}
