package dev.portreeve.policy.budget;

import dev.portreeve.policy.call.TextRun;
import dev.portreeve.policy.call.TokenCount;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The texts of an answer, kept in case its provider does not say how long it was: up to a bound, and nothing of an answer that is
 * longer. For the call's thread.
 */
final class KeptTexts {
    /** In characters, of the whole answer. */
    static final int MOST = 64 * 1024;

    private static final int MOST_PLACES = 256;

    private @Nullable Map<String, StringBuilder> texts = new LinkedHashMap<>();
    private int length;
    private boolean repeats;

    void add(TextRun run) {
        Map<String, StringBuilder> places = texts;
        if (places == null) {
            return;
        }
        repeats |= run.repeat();
        length += run.text().length();
        boolean room = length <= MOST && (places.containsKey(run.channel()) || places.size() < MOST_PLACES);
        if (!room) {
            texts = null;
            return;
        }
        places.computeIfAbsent(run.channel(), place -> new StringBuilder()).append(run.text());
    }

    /** {@link TokenCount#UNKNOWN} if not all was kept, or some of it twice. */
    long count(TokenCount counting) {
        Map<String, StringBuilder> places = texts;
        return places == null || repeats
                ? TokenCount.UNKNOWN
                : counting.output(
                        places.values().stream().map(StringBuilder::toString).toList());
    }
}
