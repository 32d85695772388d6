package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.View;
import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.Resource;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The params of {@code tools/call}.
 *
 * @param tool the name as the caller knows it
 * @param arguments the very bytes that were sent
 * @param members all of them
 */
record CallParams(String tool, Arguments arguments, Map<String, RawJson> members) {
    private static final int OK = 200;
    private static final int MAX_NAME_CHARS = 256;

    /** @throws BadMessage with {@code -32602} if they cannot be used */
    static CallParams read(@Nullable RawJson params) {
        if (params == null) {
            throw unusable("tools/call needs params with the name of a tool");
        }
        Map<String, RawJson> members = params.members();
        RawJson name = members.get("name");
        String tool = name == null ? "" : name.asString().orElse("");
        if (tool.isEmpty() || tool.length() > MAX_NAME_CHARS) {
            throw unusable("tools/call needs the name of a tool, a string of 1 to " + MAX_NAME_CHARS + " characters");
        }
        return new CallParams(tool, arguments(members.get("arguments")), members);
    }

    /** @throws BadMessage with {@code -32602} if they cannot be used */
    static Arguments arguments(@Nullable RawJson raw) {
        if (raw == null) {
            return Arguments.NONE;
        }
        return switch (Arguments.parse(raw.toBytes())) {
            case Arguments.Valid valid -> valid.arguments();
            case Arguments.Invalid invalid ->
                throw unusable("the arguments are " + invalid.problem().message());
        };
    }

    private static BadMessage unusable(String message) {
        return new BadMessage(OK, new McpError(McpError.INVALID_PARAMS, message));
    }

    /** Of this very call: of its view, its tool with the definition in use, and its arguments. */
    String digest(View view, Resource.Tool tool) {
        return String.join(
                "\n",
                "tools/call",
                view.segment(),
                tool.server(),
                tool.tool(),
                tool.definitionHash(),
                arguments().digest());
    }
}
