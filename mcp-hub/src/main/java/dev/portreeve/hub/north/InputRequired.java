package dev.portreeve.hub.north;

import dev.portreeve.hub.south.Answered;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.RawJson;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A result of the modern era that asks for more: {@code input_required}.
 *
 * @param questions by key
 * @param state the server's own, to be brought back; {@code null} if it gave none
 * @param members the whole result
 */
record InputRequired(
        Map<String, Question> questions, @Nullable String state, Map<String, RawJson> members) {
    private static final String KIND = "input_required";

    /** One thing asked. */
    record Question(String method, @Nullable RawJson params) {}

    /** Empty if the answer is anything else. */
    static Optional<InputRequired> of(Answered answered) {
        if (!(answered instanceof Answered.Result result)
                || !isString(result.result().member("resultType"), KIND)) {
            return Optional.empty();
        }
        return Optional.of(ofMembers(result.result().members()));
    }

    /** What an object asks, whether it is such a result or a task that waits. */
    static InputRequired ofMembers(Map<String, RawJson> members) {
        Map<String, Question> questions = new LinkedHashMap<>();
        RawJson requests = members.get("inputRequests");
        if (requests != null && requests.isObject()) {
            requests.members().forEach((key, request) -> {
                RawJson method = request.member("method");
                questions.put(
                        key,
                        new Question(method == null ? "" : method.asString().orElse(""), request.member("params")));
            });
        }
        RawJson state = members.get("requestState");
        return new InputRequired(
                questions, state == null ? null : state.asString().orElse(null), members);
    }

    /** A question of a server of the older era, as a result. */
    static InputRequired asking(String key, JsonRpcMessage.Request question) {
        Map<String, RawJson> request = new LinkedHashMap<>();
        request.put("method", RawJson.string(question.method()));
        request.put("params", question.params() == null ? RawJson.EMPTY_OBJECT : question.params());
        Map<String, RawJson> members = new LinkedHashMap<>();
        members.put("resultType", RawJson.string(KIND));
        members.put("inputRequests", RawJson.object(Map.of(key, RawJson.object(request))));
        return new InputRequired(Map.of(key, new Question(question.method(), question.params())), null, members);
    }

    /** The same with other params of its questions; everything else of them survives. */
    InputRequired with(Map<String, Question> others) {
        RawJson requests = members.get("inputRequests");
        if (requests == null || others.isEmpty()) {
            return this;
        }
        Map<String, RawJson> rewritten = new LinkedHashMap<>();
        requests.members().forEach((key, request) -> {
            Question other = others.get(key);
            rewritten.put(key, other == null || other.params() == null ? request : asking(request, other.params()));
        });
        Map<String, RawJson> all = new LinkedHashMap<>(members);
        all.put("inputRequests", RawJson.object(rewritten));
        return new InputRequired(others, state, all);
    }

    /** The result under the gateway's own state. */
    RawJson under(String token) {
        Map<String, RawJson> all = new LinkedHashMap<>(members);
        all.put("requestState", RawJson.string(token));
        return RawJson.object(all);
    }

    private static RawJson asking(RawJson request, RawJson params) {
        Map<String, RawJson> all = new LinkedHashMap<>(request.members());
        all.put("params", params);
        return RawJson.object(all);
    }

    static boolean isString(@Nullable RawJson value, String text) {
        return value != null && value.asString().filter(text::equals).isPresent();
    }
}
