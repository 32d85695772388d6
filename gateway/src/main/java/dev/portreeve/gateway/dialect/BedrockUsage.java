package dev.portreeve.gateway.dialect;

import dev.portreeve.policy.call.Usage;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * The {@code usage} of an answer of Converse. Tokens read from and written into the cache stand beside {@code inputTokens}; where
 * the total shows that a model counts them inside, they are not counted twice. For the call's thread.
 */
final class BedrockUsage {

    private boolean seen;
    private long input;
    private long output;
    private long total;
    private long read;
    private long written;
    private long hour;

    /** Reads the value that the walk stands on, if it is a usage. */
    void read(JsonWalk walk) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            walk.skipQuickly();
            return;
        }
        seen = true;
        while (walk.member()) {
            switch (walk.name()) {
                case "inputTokens" -> input = walk.count(0);
                case "outputTokens" -> output = walk.count(0);
                case "totalTokens" -> total = walk.count(0);
                case "cacheReadInputTokens" -> read = walk.count(0);
                case "cacheWriteInputTokens" -> written = walk.count(0);
                case "cacheDetails" -> details(walk);
                default -> walk.skipQuickly();
            }
        }
    }

    /** How much of what was written is kept for how long. */
    private void details(JsonWalk walk) {
        if (!walk.is(JsonToken.START_ARRAY)) {
            walk.skipQuickly();
            return;
        }
        hour = 0;
        while (walk.element()) {
            if (!walk.is(JsonToken.START_OBJECT)) {
                walk.skipQuickly();
                continue;
            }
            String ttl = "";
            long tokens = 0;
            while (walk.member()) {
                switch (walk.name()) {
                    case "ttl" -> ttl = walk.is(JsonToken.VALUE_STRING) ? walk.string() : "";
                    case "inputTokens" -> tokens = walk.count(0);
                    default -> walk.skipQuickly();
                }
            }
            hour += ttl.equals("1h") ? tokens : 0;
        }
    }

    /** What was said, or {@code null}. */
    @Nullable
    Usage reported() {
        if (!seen) {
            return null;
        }
        long cached = read + written;
        boolean inside = cached > 0 && cached <= input && total == input + output;
        long hours = Math.min(hour, written);
        return new Usage(
                inside ? input : input + cached,
                read,
                output,
                new Usage.Parts(written - hours, hours, 0, 0, 0),
                Usage.Basis.REPORTED);
    }
}
