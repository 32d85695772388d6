package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Deadline;

/**
 * Attention to what a server of the older era tells unasked, or does not tell at all: the party's sessions are listened to,
 * as long as they last. One that is lost is not opened again, since what it kept is lost with it.
 */
record UnaskedAttention(Conversations conversations, Party party) implements Attention {
    @Override
    public Answered add(String id, Deadline deadline) {
        conversations.heed(party);
        return new Answered.Result(RawJson.EMPTY_OBJECT);
    }

    @Override
    public void remove(String id) {
        // What nobody watches any more is dropped.
    }

    @Override
    public void close() {
        // The sessions end as they would without it.
    }
}
