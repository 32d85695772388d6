package dev.portreeve.gateway.turn;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.node.ObjectNode;

/** Server-sent events as bytes, gathered until somebody takes them. For one thread. */
final class Events {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** An event without a name. */
    void data(ObjectNode data) {
        bytes.writeBytes("data: ".getBytes(StandardCharsets.US_ASCII));
        bytes.writeBytes(Json.bytes(data));
        bytes.writeBytes("\n\n".getBytes(StandardCharsets.US_ASCII));
    }

    /** An event whose name is also its data's type. */
    void named(String type, ObjectNode data) {
        bytes.writeBytes(("event: " + type + "\n").getBytes(StandardCharsets.US_ASCII));
        data(data);
    }

    byte[] take() {
        byte[] taken = bytes.toByteArray();
        bytes.reset();
        return taken;
    }
}
