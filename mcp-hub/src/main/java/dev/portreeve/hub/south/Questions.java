package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.hub.wire.RequestId;
import dev.portreeve.policy.call.Deadline;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** What a server asks back over one connection, and how it gets its answers. */
final class Questions {
    private static final String TASK = "task";
    private final Consumer<byte[]> answers;

    /** @param answers sends a message to the server; must not block */
    Questions(Consumer<byte[]> answers) {
        this.answers = answers;
    }

    static boolean isPing(JsonRpcMessage.Request question) {
        return question.method().equals("ping");
    }

    void pong(RequestId id) {
        answers.accept(JsonRpc.result(id, RawJson.EMPTY_OBJECT));
    }

    /** Nobody is there who could be asked. */
    void refuse(JsonRpcMessage.Request question) {
        answers.accept(JsonRpc.error(
                question.id(),
                new McpError(McpError.METHOD_NOT_FOUND, "the client declared no capability for this method")));
    }

    /** Puts a question and sends its answer. */
    void put(JsonRpcMessage.Request question, Meanwhile meanwhile) throws InterruptedException {
        if (isPing(question)) {
            pong(question.id());
            return;
        }
        answers.accept(
                switch (meanwhile.question(plain(question))) {
                    case Answered.Result result -> JsonRpc.result(question.id(), result.result());
                    case Answered.Refusal refusal -> JsonRpc.error(question.id(), refusal.error());
                });
    }

    // To no server is declared that its questions may be tasks; then one that wants it must be answered as if it did
    // not.
    private static JsonRpcMessage.Request plain(JsonRpcMessage.Request question) {
        RawJson params = question.params();
        if (params == null || !params.isObject() || params.member(TASK) == null) {
            return question;
        }
        Map<String, RawJson> members = new LinkedHashMap<>(params.members());
        members.remove(TASK);
        return new JsonRpcMessage.Request(question.id(), question.method(), RawJson.object(members));
    }

    /**
     * Puts a question and sends its answer.
     *
     * @return the deadline moved by the time that took
     */
    Deadline put(JsonRpcMessage.Request question, Meanwhile meanwhile, Deadline deadline) throws InterruptedException {
        Duration left = deadline.remaining();
        put(question, meanwhile);
        return Deadline.in(left);
    }
}
