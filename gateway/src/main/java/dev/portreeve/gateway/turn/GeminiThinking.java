package dev.portreeve.gateway.turn;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** An effort in OpenAI's words, as Gemini's models want it said: in words since 3, in tokens by 2.5, not at all before. */
final class GeminiThinking {
    private static final Pattern VERSION = Pattern.compile("gemini-(\\d{1,2})(?:\\.(\\d{1,2}))?(?!\\d)");
    private static final int WORDS_SINCE = 300;
    private static final int TOKENS_SINCE = 205;
    private static final int HUNDRED = 100;
    /** The larger models of 2.5 always think a little, the others think less at most. */
    private static final long LEAST_OF_PRO = 128;

    private static final long MOST_OF_OTHERS = 24_576;
    private static final Map<String, String> WORDS = Map.of(
            "none", "MINIMAL", "minimal", "MINIMAL", "low", "LOW", "medium", "MEDIUM", "high", "HIGH", "xhigh", "HIGH",
            "max", "HIGH");
    private static final Map<String, Long> TOKENS = Map.of(
            "none", 0L, "minimal", 1_024L, "low", 2_048L, "medium", 8_192L, "high", 16_384L, "xhigh", 24_576L, "max",
            32_768L);

    private final Notes notes;

    GeminiThinking(Notes notes) {
        this.notes = notes;
    }

    /** Whether the model refuses calls of its own without the signature of the thought that led to them. */
    static boolean isSigned(String model) {
        return version(model) >= WORDS_SINCE;
    }

    /** @param cap the answer's bound, which thoughts share with what is said */
    void write(String model, @Nullable String effort, long cap, ObjectNode config) {
        if (effort == null || !WORDS.containsKey(effort)) {
            return;
        }
        int version = version(model);
        boolean pro = model.contains("pro");
        if (version < TOKENS_SINCE) {
            notes.lost("reasoning_effort", "dropped, this model does not think");
            return;
        }
        ObjectNode thinking = config.putObject("thinkingConfig");
        if (version >= WORDS_SINCE) {
            String word = WORDS.getOrDefault(effort, "HIGH");
            thinking.put("thinkingLevel", pro && word.equals("MINIMAL") ? "LOW" : word);
        } else {
            long wanted = Math.min(TOKENS.getOrDefault(effort, 0L), Math.max(0, cap - 1));
            thinking.put("thinkingBudget", pro ? Math.max(LEAST_OF_PRO, wanted) : Math.min(MOST_OF_OTHERS, wanted));
        }
        if (!effort.equals("none")) {
            thinking.put("includeThoughts", true);
        }
    }

    private static int version(String model) {
        Matcher named = VERSION.matcher(model);
        if (!named.find()) {
            return 0;
        }
        int minor = named.group(2) == null ? 0 : Integer.parseInt(named.group(2));
        return Integer.parseInt(named.group(1)) * HUNDRED + minor;
    }
}
