package dev.portreeve.hub.north;

import dev.portreeve.hub.seal.Binding;
import dev.portreeve.hub.seal.Purpose;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What stands in the id of a task as its caller knows it. Sealed and bound to the principal: whoever else brings the id has
 * one that is unknown.
 *
 * @param tool with its server, and the definition it was called with
 * @param id what the server calls the task
 * @param begunBy the call that began it
 * @param modern whether its caller was of the modern era; one of the other era has no such task
 */
record TaskToken(Resource.Tool tool, String id, CallId begunBy, boolean modern) {
    String sealed(SealedTokens tokens, Subject owner, Duration validFor) {
        Map<String, RawJson> members = new LinkedHashMap<>();
        members.put("s", RawJson.string(tool.server()));
        members.put("t", RawJson.string(tool.tool()));
        members.put("h", RawJson.string(tool.definitionHash()));
        members.put("i", RawJson.string(id));
        members.put("c", RawJson.string(begunBy.toString()));
        members.put("m", RawJson.of(Boolean.toString(modern)));
        return tokens.seal(
                Binding.of(Purpose.TASK, owner),
                validFor,
                RawJson.object(members).toBytes());
    }

    /** Empty if it is not one of this principal's, was changed, or has expired. */
    static Optional<TaskToken> open(SealedTokens tokens, Subject owner, String token) {
        return tokens.open(token, Binding.of(Purpose.TASK, owner))
                .map(RawJson::of)
                .map(TaskToken::of);
    }

    private static TaskToken of(RawJson content) {
        return new TaskToken(
                new Resource.Tool(text(content, "s"), text(content, "t"), text(content, "h")),
                text(content, "i"),
                new CallId(UUID.fromString(text(content, "c"))),
                String.valueOf(content.member("m")).equals("true"));
    }

    private static String text(RawJson content, String member) {
        RawJson value = content.member(member);
        return value == null ? "" : value.asString().orElse("");
    }
}
