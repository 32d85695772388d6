package dev.portreeve.gateway.turn;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What several turns of a model used together, as a response says it. For one thread. */
final class TurnUsage {
    private long input;
    private long cached;
    private long written;
    private long output;
    private long reasoning;

    void add(JsonNode usage) {
        input += Json.count(usage, "input_tokens");
        cached += Json.count(usage.path("input_tokens_details"), "cached_tokens");
        written += Json.count(usage.path("input_tokens_details"), "cache_write_tokens");
        output += Json.count(usage, "output_tokens");
        reasoning += Json.count(usage.path("output_tokens_details"), "reasoning_tokens");
    }

    long outputTokens() {
        return output;
    }

    ObjectNode json() {
        ObjectNode usage = Json.object().put("input_tokens", input);
        usage.putObject("input_tokens_details").put("cached_tokens", cached).put("cache_write_tokens", written);
        usage.put("output_tokens", output);
        usage.putObject("output_tokens_details").put("reasoning_tokens", reasoning);
        return usage.put("total_tokens", input + output);
    }
}
