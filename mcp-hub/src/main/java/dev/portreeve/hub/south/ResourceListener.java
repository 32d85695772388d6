package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.RawJson;

/** Wants to hear of one resource of a server, from {@link ToolServer#watch} to {@link ToolServer#unwatch}. */
public interface ResourceListener {
    /** What the server calls it. */
    String uri();

    /**
     * It was updated, or something below it; after a connection was lost also if it only may have been. Must not block; any
     * thread.
     *
     * @param params of {@code notifications/resources/updated}, as the server said them
     */
    void updated(RawJson params);
}
