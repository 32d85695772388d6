package dev.portreeve.gateway.price;

import org.jspecify.annotations.Nullable;

/** What a price list can say a model costs: tokens, in dollars per million, and what its provider does beside, by the use. */
public enum PriceField {
    INPUT("input"),
    CACHED_INPUT("cached-input"),
    CACHE_WRITE("cache-write"),
    CACHE_WRITE_HOUR("cache-write-1h"),
    AUDIO_INPUT("audio-input"),
    OUTPUT("output"),
    REASONING("reasoning"),
    AUDIO_OUTPUT("audio-output"),
    BATCH_INPUT("batch-input"),
    BATCH_OUTPUT("batch-output"),
    PRIORITY_INPUT("priority-input"),
    PRIORITY_OUTPUT("priority-output"),
    FLEX_INPUT("flex-input"),
    FLEX_OUTPUT("flex-output"),
    FAST_INPUT("fast-input"),
    FAST_OUTPUT("fast-output"),
    IMAGE_INPUT("image-input"),
    IMAGE_OUTPUT("image-output"),
    WEB_SEARCH("web-search", Unit.USE),
    WEB_SEARCH_LOW("web-search-low", Unit.USE),
    WEB_SEARCH_HIGH("web-search-high", Unit.USE),
    WEB_SEARCH_PREVIEW("web-search-preview", Unit.USE),
    MAPS("maps", Unit.USE),
    FILE_SEARCH("file-search", Unit.USE),
    CODE_INTERPRETER("code-interpreter", Unit.USE),
    IMAGE_GENERATION("image-generation", Unit.USE);

    /** Of what an amount is the price. */
    public enum Unit {
        MILLION_TOKENS,
        USE
    }

    private final String key;
    private final Unit unit;

    PriceField(String key) {
        this(key, Unit.MILLION_TOKENS);
    }

    PriceField(String key, Unit unit) {
        this.key = key;
        this.unit = unit;
    }

    public Unit unit() {
        return unit;
    }

    /** As lists write it. */
    public String key() {
        return key;
    }

    /** The field of a key, or {@code null} if there is none. */
    public static @Nullable PriceField of(String key) {
        for (PriceField field : values()) {
            if (field.key.equals(key)) {
                return field;
            }
        }
        return null;
    }
}
