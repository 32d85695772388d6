package dev.portreeve.gateway.connect;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client of one era sees.
 *
 * @param version of the protocol that was asked for
 * @param tools by name, in the order of the list; empty if it did not come to that
 * @param problem what is wrong and what to do, or {@code null}
 * @param reached whether anything answered at all
 */
public record Sight(
        String version, List<String> tools, @Nullable String problem, boolean reached) {
    public Sight {
        tools = List.copyOf(tools);
    }
}
