package dev.portreeve.hub.catalog;

import dev.portreeve.hub.definition.DefinitionKind;
import dev.portreeve.hub.south.ServerCondition;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a downstream server is, for the page and the API.
 *
 * @param protocolVersion the revision spoken with it, or empty before the first contact
 * @param tools how many of its tools are listed, also while it is down
 * @param dropped how many of its tools cannot be listed
 * @param waiting how many of its definitions, of all kinds, wait for a person to accept or reject them
 * @param quarantined how many of those are not in use before; the others are
 * @param quarantinedByKind the same, by the kinds' codes in the order of the kinds
 * @param problem why it is down, in plain words without contents; {@code null} while it is not
 * @param asOf when this was found out; {@code null} before the first contact ended
 * @param condition how its connection is at this very moment
 */
public record ServerStatus(
        String slug,
        String transport,
        State state,
        String protocolVersion,
        int tools,
        int dropped,
        int waiting,
        int quarantined,
        Map<String, Integer> quarantinedByKind,
        @Nullable String problem,
        @Nullable Instant asOf,
        ServerCondition condition) {
    ServerStatus(
            String slug,
            String transport,
            State state,
            String protocolVersion,
            int dropped,
            @Nullable String problem,
            @Nullable Instant asOf) {
        this(slug, transport, state, protocolVersion, 0, dropped, 0, 0, Map.of(), problem, asOf, ServerCondition.FINE);
    }

    ServerStatus with(int listed, int waitingNow, Map<DefinitionKind, Integer> held) {
        Map<String, Integer> byKind = new LinkedHashMap<>();
        held.entrySet().stream()
                .sorted(Comparator.comparing(Map.Entry::getKey))
                .forEach(one -> byKind.put(one.getKey().code(), one.getValue()));
        return new ServerStatus(
                slug,
                transport,
                state,
                protocolVersion,
                listed,
                dropped,
                waitingNow,
                held.values().stream().mapToInt(Integer::intValue).sum(),
                byKind,
                problem,
                asOf,
                condition);
    }

    ServerStatus with(ServerCondition now) {
        return new ServerStatus(
                slug,
                transport,
                state,
                protocolVersion,
                tools,
                dropped,
                waiting,
                quarantined,
                quarantinedByKind,
                problem,
                asOf,
                now);
    }

    ServerStatus asleep() {
        return new ServerStatus(
                slug,
                transport,
                State.ASLEEP,
                protocolVersion,
                tools,
                dropped,
                waiting,
                quarantined,
                quarantinedByKind,
                problem,
                asOf,
                condition);
    }

    /** What the last contact showed. */
    public enum State {
        /** Not asked yet. */
        STARTING,
        /** A process that does not run, since nobody uses it: what it listed last stands, and the next call starts it. */
        ASLEEP,
        UP,
        /** Its listed tools stay listed; calls try it again and fail quickly if it is still down. */
        DOWN
    }
}
