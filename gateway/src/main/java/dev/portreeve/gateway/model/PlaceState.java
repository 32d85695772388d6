package dev.portreeve.gateway.model;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one place has been doing lately, as this process has seen it.
 *
 * @param model the provider's own name of it
 * @param key the name of the provider's key; empty where it has one only
 * @param models the configured names whose calls can go there; none for a place that callers name themselves
 * @param failures in a row
 * @param lastFailure of what kind the last one was, or {@code null} if there was none since it last answered
 * @param leftOutUntil until when no call goes there, or {@code null}
 */
public record PlaceState(
        String provider,
        String model,
        String key,
        List<String> models,
        State state,
        int failures,
        @Nullable String lastFailure,
        @Nullable Instant lastFailedAt,
        @Nullable Instant leftOutUntil) {
    /** Whether calls go there. */
    public enum State {
        READY,
        LEFT_OUT,
        /** It was left out for long enough; the next call tries it, or one does just now. */
        ON_TRIAL
    }

    public PlaceState {
        models = List.copyOf(models);
    }
}
