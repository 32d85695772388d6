package dev.portreeve.hub.north;

import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A server's protocol error on its way through the guardrails: its words are the server's, so they are read like a result.
 */
final class Refused {
    private static final int OK = 200;

    private Refused() {}

    /** What guardrails read of it. Of its data only the pages to be visited: nothing else is known to be for callers. */
    static RawJson json(McpError error) {
        Map<String, RawJson> members = new LinkedHashMap<>();
        members.put("message", RawJson.string(error.message()));
        RawJson data = error.data();
        if (error.code() == McpError.URL_ELICITATION_REQUIRED && data != null && data.isObject()) {
            members.put("data", data);
        }
        return RawJson.object(members);
    }

    /** What is left of it. */
    static Reply reply(int code, RawJson screened) {
        RawJson message = screened.member("message");
        @Nullable RawJson data = screened.member("data");
        return new Reply.Error(
                OK, new McpError(code, message == null ? "" : message.asString().orElse(""), data));
    }
}
