package dev.portreeve.gateway.admin;

import dev.portreeve.gateway.model.PlaceState;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Where model calls go as {@code GET /api/v1/models} shows it: what this replica has seen. */
record ModelsApi(List<Place> places) {
    /** One place. */
    record Place(
            String provider,
            String model,
            String key,
            List<String> models,
            String state,
            int failures,
            @Nullable String lastFailure,
            @Nullable Instant lastFailedAt,
            @Nullable Instant leftOutUntil) {}

    static ModelsApi of(List<PlaceState> places) {
        return new ModelsApi(places.stream().map(ModelsApi::place).toList());
    }

    private static Place place(PlaceState state) {
        return new Place(
                state.provider(),
                state.model(),
                state.key(),
                state.models(),
                state.state().name().toLowerCase(Locale.ROOT),
                state.failures(),
                state.lastFailure(),
                state.lastFailedAt(),
                state.leftOutUntil());
    }
}
