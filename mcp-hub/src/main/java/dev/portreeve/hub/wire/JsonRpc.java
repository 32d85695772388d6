package dev.portreeve.hub.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Writes JSON-RPC 2.0 messages. Payloads are copied byte by byte. */
public final class JsonRpc {
    private static final int ENVELOPE_BYTES = 128;
    private static final byte[] RESULT = ",\"result\":".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ERROR = ",\"error\":".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PARAMS = ",\"params\":".getBytes(StandardCharsets.US_ASCII);

    private JsonRpc() {}

    public static ObjectNode object() {
        return JsonBytes.object();
    }

    public static byte[] result(RequestId id, RawJson result) {
        ByteArrayOutputStream out = begin(result.length());
        put(out, ",\"id\":" + id.json());
        out.writeBytes(RESULT);
        result.writeTo(out);
        out.write('}');
        return out.toByteArray();
    }

    /** An error answer; without an id when the request's own could not be read. */
    public static byte[] error(@Nullable RequestId id, McpError error) {
        ObjectNode body = object().put("code", error.code()).put("message", error.message());
        if (error.data() != null) {
            body.set("data", error.data().tree());
        }
        ByteArrayOutputStream out = begin(ENVELOPE_BYTES);
        put(out, ",\"id\":" + (id == null ? "null" : id.json()));
        out.writeBytes(ERROR);
        out.writeBytes(JsonBytes.write(body));
        out.write('}');
        return out.toByteArray();
    }

    public static byte[] request(RequestId id, String method, RawJson params) {
        ByteArrayOutputStream out = begin(params.length());
        put(out, ",\"id\":" + id.json() + ",\"method\":\"" + method + "\"");
        out.writeBytes(PARAMS);
        params.writeTo(out);
        out.write('}');
        return out.toByteArray();
    }

    public static byte[] notification(String method, RawJson params) {
        ByteArrayOutputStream out = begin(params.length());
        put(out, ",\"method\":\"" + method + "\"");
        out.writeBytes(PARAMS);
        params.writeTo(out);
        out.write('}');
        return out.toByteArray();
    }

    private static ByteArrayOutputStream begin(int payloadBytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(payloadBytes + ENVELOPE_BYTES);
        put(out, "{\"jsonrpc\":\"2.0\"");
        return out;
    }

    private static void put(ByteArrayOutputStream out, String ascii) {
        out.writeBytes(ascii.getBytes(StandardCharsets.UTF_8));
    }
}
