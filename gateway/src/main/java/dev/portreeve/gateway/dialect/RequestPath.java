package dev.portreeve.gateway.dialect;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What the path of a request says beside its body. In some dialects that is only the operation; in others the model and
 * whether the answer is streamed stand there too, and the body has neither.
 *
 * @param model empty where the body names it
 * @param stream false where the body says it
 */
public record RequestPath(Operation operation, String model, boolean stream) {
    /** A path that says nothing but the operation. */
    public static RequestPath of(Operation operation) {
        return new RequestPath(operation, "", false);
    }

    /** All that a caller asks for, to compare it with what was asked before: the body, and what the path says beside it. */
    public byte[] with(byte[] body) {
        if (model.isEmpty()) {
            return body;
        }
        byte[] said = (model + "\n" + stream + "\n").getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(said, said.length + body.length);
        System.arraycopy(body, 0, all, said.length, body.length);
        return all;
    }
}
