package dev.portreeve.hub.wire;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One JSON-RPC 2.0 message; its payload stays as it was sent. */
public sealed interface JsonRpcMessage {
    /** No method of any protocol comes near; longer ones are not worth repeating in an error. */
    int MAX_METHOD_CHARS = 128;

    /** Wants an answer. */
    record Request(RequestId id, String method, @Nullable RawJson params) implements JsonRpcMessage {}

    /** Wants none. */
    record Notification(String method, @Nullable RawJson params) implements JsonRpcMessage {}

    /**
     * Answers a request: either {@code result} or {@code error}.
     *
     * @param id {@code null} only for an error about a message whose id could not be read
     */
    record Response(
            @Nullable RequestId id,
            @Nullable RawJson result,
            @Nullable McpError error) implements JsonRpcMessage {}

    /**
     * Reads one message.
     *
     * @throws BadMessage for anything else, batches included
     */
    static JsonRpcMessage read(byte[] bytes) {
        return read(RawJson.of(bytes));
    }

    /** As {@link #read(byte[])}. */
    static JsonRpcMessage read(RawJson raw) {
        if (raw.isArray()) {
            throw BadMessage.invalid("batches are not supported: send one message per request");
        }
        Map<String, RawJson> members = raw.members();
        RawJson version = members.get("jsonrpc");
        if (version == null || !version.toString().equals("\"2.0\"")) {
            throw BadMessage.invalid("the member \"jsonrpc\" must be \"2.0\"");
        }
        RawJson id = members.get("id");
        RawJson method = members.get("method");
        if (method == null) {
            return response(members, id);
        }
        String name = method.asString()
                .filter(text -> text.length() <= MAX_METHOD_CHARS)
                .orElseThrow(() -> BadMessage.invalid("the method must be a short string"));
        RawJson params = members.get("params");
        if (params != null && !params.isObject()) {
            throw BadMessage.invalid("the params must be an object");
        }
        return id == null ? new Notification(name, params) : new Request(RequestId.read(id), name, params);
    }

    private static Response response(Map<String, RawJson> members, @Nullable RawJson id) {
        RawJson result = members.get("result");
        RawJson error = members.get("error");
        if ((result == null) == (error == null)) {
            throw BadMessage.invalid("the message has neither a method nor exactly one of result and error");
        }
        RequestId answered = id == null || id.toString().equals("null") ? null : RequestId.read(id);
        return new Response(answered, result, error == null ? null : error(error));
    }

    private static McpError error(RawJson error) {
        Map<String, RawJson> members = error.members();
        RawJson code = members.get("code");
        RawJson message = members.get("message");
        return new McpError(
                code == null ? McpError.INTERNAL_ERROR : number(code),
                message == null ? "" : message.asString().orElse(""),
                members.get("data"));
    }

    private static int number(RawJson code) {
        try {
            return Integer.parseInt(code.toString());
        } catch (NumberFormatException notAnInteger) {
            return McpError.INTERNAL_ERROR;
        }
    }
}
