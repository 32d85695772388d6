package dev.portreeve.gateway.dialect;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * Finds the hosted tools of a request of Gemini's dialect, where a tool is named by a member of its own: whatever declares no
 * functions is the provider's, also what nobody knew when this was written. For one request.
 */
final class GeminiTools {
    private static final Set<String> CALLERS = Set.of("functionDeclarations", "function_declarations");

    private final byte[] body;
    private final Set<String> kinds = new LinkedHashSet<>();
    private HostedTools.@Nullable Cut cut;

    GeminiTools(byte[] body) {
        this.body = body;
    }

    HostedTools found() {
        return kinds.isEmpty() ? HostedTools.NONE : new HostedTools(List.copyOf(kinds), cut);
    }

    /** Reads the request's {@code tools}. */
    void read(JsonWalk walk) {
        if (walk.is(JsonToken.VALUE_NULL)) {
            return;
        }
        if (!walk.is(JsonToken.START_ARRAY)) {
            throw BadRequest.invalid("invalid_type", "tools", "\"tools\" must be an array");
        }
        int start = walk.start();
        List<String> kept = new ArrayList<>();
        while (walk.element()) {
            if (!walk.is(JsonToken.START_OBJECT)) {
                throw BadRequest.invalid("invalid_type", "tools", "a tool must be an object");
            }
            String left = tool(walk);
            if (!left.isEmpty()) {
                kept.add(left);
            }
        }
        if (!kinds.isEmpty()) {
            Span all = new Span(start, walk.position());
            cut = kept.isEmpty()
                    ? HostedToolReader.member(body, all)
                    : new HostedTools.Cut(all, "[" + String.join(",", kept) + "]");
        }
    }

    /** @return what is left of the tool the walk stands on without what is hosted; empty if that is nothing */
    private String tool(JsonWalk walk) {
        List<String> members = new ArrayList<>();
        while (walk.member()) {
            String name = walk.name();
            if (CALLERS.contains(name)) {
                Span value = walk.skip();
                members.add(
                        "\"" + name + "\":" + new String(body, value.start(), value.length(), StandardCharsets.UTF_8));
            } else if (walk.is(JsonToken.VALUE_NULL)) {
                walk.skipQuickly();
            } else {
                kinds.add(HostedToolReader.shown(name));
                walk.skipQuickly();
            }
        }
        return members.isEmpty() ? "" : "{" + String.join(",", members) + "}";
    }
}
