package dev.portreeve.gateway.model;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A provider's stream, as blocks of whole server-sent events, whatever they were on the wire. For one call's thread. */
interface EventInput {
    /**
     * The next whole events; blocks until there is one.
     *
     * @return {@code null} at the proper end of the stream
     * @throws dev.portreeve.gateway.dialect.UnreadableAnswer if what came is no event
     */
    byte @Nullable [] next() throws IOException;
}
