package dev.portreeve.gateway.connect;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The models that a client finds at the gateway, in the dialect that it speaks.
 *
 * @param dialect as people say it
 * @param setting what points the client's own model calls at the gateway
 * @param models by name; empty if it did not come to that, or the key may use none
 * @param problem what is wrong and what to do, or {@code null}
 */
public record ModelSight(
        String dialect,
        String setting,
        List<String> models,
        @Nullable String problem) {
    public ModelSight {
        models = List.copyOf(models);
    }
}
