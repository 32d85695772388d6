package dev.portreeve.gateway.price;

import org.jspecify.annotations.Nullable;

/** What a price list can say a model costs, each in dollars per million tokens. */
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
    IMAGE_OUTPUT("image-output");

    private final String key;

    PriceField(String key) {
        this.key = key;
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
