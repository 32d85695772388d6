package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.RawJson;

/** Wants to hear of one thing of a server, from {@link ToolServer#watch} to {@link ToolServer#unwatch}. */
public interface Watcher {
    /** What kind of thing it is. */
    Topic topic();

    /** What the server calls it. */
    String id();

    /**
     * It changed, or something below it; after a connection was lost also if it only may have. Must not block; any thread.
     *
     * @param params of the notification, as the server said them
     */
    void changed(RawJson params);
}
