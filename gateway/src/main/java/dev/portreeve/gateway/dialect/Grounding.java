package dev.portreeve.gateway.dialect;

import dev.portreeve.policy.call.HostedService;
import java.util.EnumMap;
import java.util.Map;
import tools.jackson.core.JsonToken;

/**
 * Counts the searches behind an answer of Gemini's, by its {@code groundingMetadata}. A stream repeats what it said before, so the
 * most that one candidate said counts. For the call's thread.
 */
final class Grounding {
    private long queries;
    private boolean searched;
    private boolean maps;

    Map<HostedService, Long> uses() {
        Map<HostedService, Long> uses = new EnumMap<>(HostedService.class);
        if (searched) {
            uses.put(HostedService.WEB_SEARCH, Math.max(1, queries));
        }
        if (maps) {
            uses.put(HostedService.MAPS, 1L);
        }
        return uses;
    }

    /** Reads the value that the walk stands on, if it is one. */
    void read(JsonWalk walk) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            walk.skipQuickly();
            return;
        }
        long said = 0;
        while (walk.member()) {
            switch (walk.name()) {
                case "webSearchQueries" -> said += texts(walk);
                case "groundingChunks" -> chunks(walk);
                default -> walk.skipQuickly();
            }
        }
        searched |= said > 0;
        queries = Math.max(queries, said);
    }

    /** Empty ones are not charged. */
    private static long texts(JsonWalk walk) {
        long count = 0;
        if (!walk.is(JsonToken.START_ARRAY)) {
            walk.skipQuickly();
            return count;
        }
        while (walk.element()) {
            count += walk.is(JsonToken.VALUE_STRING) && !walk.string().isEmpty() ? 1 : 0;
            walk.skipQuickly();
        }
        return count;
    }

    private void chunks(JsonWalk walk) {
        if (!walk.is(JsonToken.START_ARRAY)) {
            walk.skipQuickly();
            return;
        }
        while (walk.element()) {
            if (!walk.is(JsonToken.START_OBJECT)) {
                walk.skipQuickly();
                continue;
            }
            while (walk.member()) {
                searched |= walk.name().equals("web");
                maps |= walk.name().equals("maps");
                walk.skipQuickly();
            }
        }
    }
}
