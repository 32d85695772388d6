package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.MetaKey;
import dev.portreeve.hub.wire.RawJson;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A report about a call under way.
 *
 * @param token the connection's own, which is the request's id
 * @param params without the token
 */
record Progress(long token, ObjectNode params) {
    /** Empty if it is none of ours. */
    static Optional<Progress> read(@Nullable RawJson params) {
        if (params == null) {
            return Optional.empty();
        }
        return params.objectTree().flatMap(tree -> {
            JsonNode token = tree.remove(MetaKey.PROGRESS_TOKEN);
            return token != null && token.isIntegralNumber() && token.canConvertToLong()
                    ? Optional.of(new Progress(token.longValue(), tree))
                    : Optional.empty();
        });
    }
}
