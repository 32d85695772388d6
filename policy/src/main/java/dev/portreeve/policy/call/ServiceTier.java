package dev.portreeve.policy.call;

import java.util.Locale;

/** How fast and how surely a provider serves a call, which it charges differently for. */
public enum ServiceTier {
    STANDARD(1, 1),
    /** When there is room for it, within a day. */
    BATCH(1, 1),
    /** Slower, and perhaps not at all. */
    FLEX(1, 1),
    /** Before the others. OpenAI's dearest model costs two and a half times as much so, Gemini's twice. */
    PRIORITY(5, 2),
    /** At a multiple of the usual speed; Anthropic's dearest costs six times as much so. */
    FAST(6, 1);

    private final int times;
    private final int over;

    ServiceTier(int times, int over) {
        this.times = times;
        this.over = over;
    }

    /** What it costs where no list has its price: never less than it could be, so never less than the standard. */
    NanoUsd unlisted(NanoUsd standard) {
        return standard.times(times, over);
    }

    /** The word in records and price lists. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
