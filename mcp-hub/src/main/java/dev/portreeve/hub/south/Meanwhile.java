package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.McpError;
import tools.jackson.databind.node.ObjectNode;

/**
 * What happens between a request and its answer. Told on the thread that waits for the answer, one thing at a time; may
 * block, since nothing else is read from the server for this request meanwhile. The time a {@link #question} takes does
 * not count against the request's deadline.
 */
@FunctionalInterface
public interface Meanwhile {
    /** Hears nothing and answers no question. */
    Meanwhile NOTHING = params -> {};

    /** @param params of {@code notifications/progress}, without its token; the receiver may change them */
    void progress(ObjectNode params);

    /** Any other notification that belongs to the request, in the first place {@code notifications/message}. */
    default void notification(JsonRpcMessage.Notification notification) {}

    /**
     * The server asks something back: {@code elicitation/create}, {@code sampling/createMessage}, {@code roots/list}, or
     * whatever it believes was declared. A {@code ping} is answered by the connection and never comes here.
     *
     * @throws InterruptedException if nobody waits for the request any more; the server is told
     */
    default Answered question(JsonRpcMessage.Request question) throws InterruptedException {
        return new Answered.Refusal(
                new McpError(McpError.METHOD_NOT_FOUND, "the client declared no capability for this method"));
    }

    /** The same ears, but no mouth: for a connection that several callers share. */
    static Meanwhile withoutQuestions(Meanwhile meanwhile) {
        return new Meanwhile() {
            @Override
            public void progress(ObjectNode params) {
                meanwhile.progress(params);
            }

            @Override
            public void notification(JsonRpcMessage.Notification notification) {
                meanwhile.notification(notification);
            }
        };
    }
}
