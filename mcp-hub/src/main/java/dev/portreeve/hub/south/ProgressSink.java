package dev.portreeve.hub.south;

import tools.jackson.databind.node.ObjectNode;

/** Hears what a server reports while it works. Called on the thread that waits for the answer; may block. */
@FunctionalInterface
public interface ProgressSink {
    ProgressSink NONE = params -> {};

    /** @param params of {@code notifications/progress}, without its token; the receiver may change them */
    void progress(ObjectNode params);
}
