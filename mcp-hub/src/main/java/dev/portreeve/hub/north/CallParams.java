package dev.portreeve.hub.north;

import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.MetaKey;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Arguments;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The params of {@code tools/call}.
 *
 * @param tool the name as the caller knows it
 * @param arguments the very bytes that were sent
 * @param progressToken under which the caller wants to hear of progress, if it does
 * @param traceContext what of {@code _meta} travels on: trace context only, since nothing else there is seen by rules,
 *     guardrails or approvers
 */
record CallParams(
        String tool, Arguments arguments, @Nullable RawJson progressToken, Map<String, RawJson> traceContext) {
    private static final int OK = 200;
    private static final int MAX_NAME_CHARS = 256;
    private static final int MAX_TOKEN_CHARS = 256;
    private static final int MAX_TRACE_CHARS = 1024;

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
        RawJson meta = members.get("_meta");
        Map<String, RawJson> metaMembers = meta == null || !meta.isObject() ? Map.of() : meta.members();
        return new CallParams(
                tool, arguments(members.get("arguments")), progressToken(metaMembers), traceContext(metaMembers));
    }

    private static Arguments arguments(@Nullable RawJson raw) {
        if (raw == null) {
            return Arguments.NONE;
        }
        return switch (Arguments.parse(raw.toBytes())) {
            case Arguments.Valid valid -> valid.arguments();
            case Arguments.Invalid invalid ->
                throw unusable("the arguments are " + invalid.problem().message());
        };
    }

    private static @Nullable RawJson progressToken(Map<String, RawJson> meta) {
        RawJson token = meta.get(MetaKey.PROGRESS_TOKEN);
        if (token == null) {
            return null;
        }
        String text = token.toString();
        boolean number = !text.isEmpty() && (text.charAt(0) == '-' || Character.isDigit(text.charAt(0)));
        if ((!token.isString() && !number) || text.length() > MAX_TOKEN_CHARS) {
            throw unusable("the progress token must be a number or a short string");
        }
        return token;
    }

    private static Map<String, RawJson> traceContext(Map<String, RawJson> meta) {
        Map<String, RawJson> context = new HashMap<>();
        for (String key : MetaKey.TRACE_CONTEXT) {
            RawJson value = meta.get(key);
            if (value != null && value.isString() && value.length() <= MAX_TRACE_CHARS) {
                context.put(key, value);
            }
        }
        return context;
    }

    private static BadMessage unusable(String message) {
        return new BadMessage(OK, new McpError(McpError.INVALID_PARAMS, message));
    }
}
