package dev.portreeve.policy.keeping;

import dev.portreeve.audit.payload.Keep;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of the contents of some calls, sealed beside their records; the first that fits a call counts.
 *
 * @param models names of models as rules have them, {@code *} for any run of characters
 * @param tools names of tools, prompts and resources as rules have them
 * @param input what the caller sends, prompts and arguments: none, digest, redacted or full; none unless said
 * @param output what comes back, answers and results: as for input
 * @param maxBytes of each content that is kept; a longer one is cut, and its record says how long it was and commits to all of it.
 *     65536 unless said, at most 1048576
 */
public record KeepRule(
        List<String> models,
        List<String> tools,
        @Nullable Keep input,
        @Nullable Keep output,
        @Nullable Integer maxBytes) {
    private static final int DEFAULT_BYTES = 65_536;
    private static final int MOST_BYTES = 1_048_576;

    public KeepRule {
        models = models == null ? List.of() : List.copyOf(models);
        tools = tools == null ? List.of() : List.copyOf(tools);
        if (models.isEmpty() && tools.isEmpty()) {
            throw new IllegalArgumentException("what is kept needs models or tools that it is kept of");
        }
        if (maxBytes != null && (maxBytes < 1 || maxBytes > MOST_BYTES)) {
            throw new IllegalArgumentException("max-bytes must be 1 to " + MOST_BYTES);
        }
    }

    Keep in() {
        return input == null ? Keep.NONE : input;
    }

    Keep out() {
        return output == null ? Keep.NONE : output;
    }

    int bound() {
        return maxBytes == null ? DEFAULT_BYTES : maxBytes;
    }
}
