package dev.portreeve.gateway.dialect;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tools in a request that its provider would run by itself, out of sight of every rule here: searches, code, connectors. What
 * is done with them is the route's policy.
 *
 * @param kinds what they are, in the dialect's words; each once
 * @param cut one change that takes some of them out; {@code null} without any. A body that was cut is read again, and may
 *     have another
 */
public record HostedTools(List<String> kinds, @Nullable Cut cut) {
    public static final HostedTools NONE = new HostedTools(List.of(), null);

    /**
     * A change of the body.
     *
     * @param source what comes into the place, as JSON
     */
    record Cut(Span at, String source) {}

    public HostedTools {
        kinds = List.copyOf(kinds);
    }

    public boolean isEmpty() {
        return kinds.isEmpty();
    }
}
