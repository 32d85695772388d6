package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.JsonRpcMessage;

/**
 * Hears what a server says by itself, on whichever of its connections. Told on the connections' own threads, which read
 * nothing else meanwhile; thread-safe.
 */
@FunctionalInterface
public interface ServerVoice {
    /** Hears nothing and answers nothing. */
    ServerVoice UNHEARD = listing -> {};

    /** One of its lists changed; templates change with resources. Must not block. */
    void listChanged(Listing listing);

    /** Whether somebody is there who may answer a party's questions outside its requests. Must not block. */
    default boolean hears(Party party) {
        return false;
    }

    /**
     * The server asks something in a party's session and outside its requests. On a thread of its own; blocks until there
     * is an answer.
     *
     * @throws InterruptedException if the connection is closed meanwhile
     */
    default Answered asked(Party party, JsonRpcMessage.Request question) throws InterruptedException {
        return Meanwhile.NOTHING.question(question);
    }
}
