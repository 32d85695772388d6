package dev.portreeve.hub.north;

import dev.portreeve.hub.south.Answered;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Pages that a caller must visit before his request can be answered. Revision 2025-11-25 says so by the error {@code -32042}
 * and has the caller repeat the request when he was there; in the modern era that is a round of questions.
 */
final class UrlElicitation {
    private static final String METHOD = "elicitation/create";
    private static final int MAX_PAGES = 16;

    private UrlElicitation() {}

    /** Whether a caller can be sent to pages. */
    static boolean canBeSent(Counterpart caller) {
        return CallerCapabilities.missing(caller.capabilities(), METHOD, RawJson.of("{\"mode\":\"url\"}")) == null;
    }

    static boolean isRequired(Answered answered) {
        return answered instanceof Answered.Refusal(McpError error)
                && error.code() == McpError.URL_ELICITATION_REQUIRED
                && !pages(error).isEmpty();
    }

    private static List<RawJson> pages(McpError error) {
        RawJson data = error.data();
        RawJson pages = data == null || !data.isObject() ? null : data.member("elicitations");
        return pages == null || !pages.isArray()
                ? List.of()
                : pages.elements().stream()
                        .filter(RawJson::isObject)
                        .limit(MAX_PAGES)
                        .toList();
    }

    /** The error as a round of questions; empty if the answer is any other. */
    static Optional<InputRequired> asked(Answered answered) {
        if (!isRequired(answered) || !(answered instanceof Answered.Refusal(McpError error))) {
            return Optional.empty();
        }
        Map<String, InputRequired.Question> questions = new LinkedHashMap<>();
        Map<String, RawJson> requests = new LinkedHashMap<>();
        for (RawJson page : pages(error)) {
            Map<String, RawJson> params = new LinkedHashMap<>(page.members());
            params.put("mode", RawJson.string("url"));
            params.remove("elicitationId");
            RawJson asked = RawJson.object(params);
            String key = "page-" + (questions.size() + 1);
            questions.put(key, new InputRequired.Question(METHOD, asked));
            requests.put(key, RawJson.object(Map.of("method", RawJson.string(METHOD), "params", asked)));
        }
        Map<String, RawJson> members = new LinkedHashMap<>();
        members.put("resultType", RawJson.string("input_required"));
        members.put("inputRequests", RawJson.object(requests));
        return Optional.of(new InputRequired(questions, null, members));
    }

    /** The addresses of pages, if a round asks for nothing else; empty otherwise. */
    static List<String> addresses(InputRequired wanted) {
        List<String> urls = new ArrayList<>();
        for (InputRequired.Question question : wanted.questions().values()) {
            RawJson params = question.params();
            RawJson url = params == null ? null : params.member("url");
            if (!isPage(question.method(), params) || url == null) {
                return List.of();
            }
            urls.add(url.toString());
        }
        return urls;
    }

    /** A round of questions for pages, as the error. */
    static Answered required(InputRequired wanted) {
        List<RawJson> pages = wanted.questions().values().stream()
                .map(question -> question.params() == null ? RawJson.EMPTY_OBJECT : question.params())
                .map(UrlElicitation::named)
                .toList();
        return new Answered.Refusal(new McpError(
                McpError.URL_ELICITATION_REQUIRED,
                "this needs a page to be visited first",
                RawJson.object(Map.of("elicitations", RawJson.array(pages)))));
    }

    /** A question for a page with the id that the older era wants; any other question as it is. */
    static RawJson named(String method, RawJson params) {
        return isPage(method, params) ? named(params) : params;
    }

    private static RawJson named(RawJson params) {
        Map<String, RawJson> members = new LinkedHashMap<>(params.members());
        members.putIfAbsent("elicitationId", RawJson.string(UUID.randomUUID().toString()));
        return RawJson.object(members);
    }

    private static boolean isPage(String method, @Nullable RawJson params) {
        return method.equals(METHOD) && params != null && InputRequired.isString(params.member("mode"), "url");
    }

    /** Whether a caller does not want to visit a page he was sent to. */
    static boolean isDeclined(@Nullable RawJson responses) {
        return responses != null
                && responses.members().values().stream()
                        .anyMatch(one -> InputRequired.isString(one.member("action"), "decline")
                                || InputRequired.isString(one.member("action"), "cancel"));
    }
}
