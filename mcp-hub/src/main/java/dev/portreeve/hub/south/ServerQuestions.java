package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;

/** What a server that asks something back is told: we are alive, and nothing else, since no capability was declared. */
final class ServerQuestions {
    private ServerQuestions() {}

    static byte[] answer(JsonRpcMessage.Request question) {
        return question.method().equals("ping")
                ? JsonRpc.result(question.id(), RawJson.EMPTY_OBJECT)
                : JsonRpc.error(
                        question.id(),
                        new McpError(McpError.METHOD_NOT_FOUND, "the client declared no capability for this method"));
    }
}
