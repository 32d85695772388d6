package dev.portreeve.gateway.admin;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One governed call as the page shows it.
 *
 * @param ending how it ended, or that it runs
 * @param cost in dollars, if it is known
 * @param steps its way through the recipe, in order
 * @param records its audit records as they are stored
 */
record CallLine(
        String id,
        Instant at,
        String who,
        String resource,
        String ending,
        Tone tone,
        @Nullable String cost,
        @Nullable Long tookMillis,
        List<Step> steps,
        List<JsonNode> records) {
    CallLine {
        steps = List.copyOf(steps);
        records = List.copyOf(records);
    }

    /** One step of the recipe and what it said. */
    record Step(Tone tone, String name, String said) {}
}
