package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.ServerEntry;
import dev.portreeve.hub.catalog.View;
import dev.portreeve.hub.definition.HiddenText;
import dev.portreeve.hub.outbound.PageAddress;
import dev.portreeve.hub.south.Answered;
import dev.portreeve.hub.south.ToolServerFault;
import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.MetaKey;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.UpstreamFault;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A server as one that asks the callers of a view ({@code mcp.md} §8: phishing by elicitation). Every question of every era
 * passes here before anybody sees it: what no server may ask is refused, and where a view shows several servers the question
 * says which of them asks, in words that a person reads. Where the address says so already, nothing is changed.
 */
record Questioner(ServerEntry server, View view) {
    static final String ELICITATION = "elicitation/create";
    private static final String SAMPLING = "sampling/createMessage";
    private static final String META = "_meta";

    /** What the server is told in place of an answer; empty if it may ask this. */
    Optional<Answered.Refusal> refusal(String method, @Nullable RawJson params) {
        return reason(method, params)
                .map(why -> new Answered.Refusal(
                        new McpError(McpError.INVALID_PARAMS, "the gateway does not pass this question on: " + why)));
    }

    private Optional<String> reason(String method, @Nullable RawJson params) {
        if (!method.equals(ELICITATION) || params == null) {
            return Optional.empty();
        }
        try {
            if (InputRequired.isString(params.member("mode"), "url") || params.member("url") != null) {
                return page(params);
            }
            return server.questions().secrets()
                    ? Optional.empty()
                    : FormSecrets.in(params)
                            .map(field -> "its form asks for a secret, \"" + field
                                    + "\": secrets are asked for on a page (mode \"url\"), never in a form");
        } catch (BadMessage unreadable) {
            return Optional.of("it cannot be read");
        }
    }

    private Optional<String> page(RawJson params) {
        RawJson url = params.member("url");
        Optional<String> address = url == null ? Optional.empty() : url.asString();
        return address.isEmpty()
                ? Optional.of("it names no page")
                : PageAddress.refusal(address.get(), server.questions().privatePages())
                        .map(why -> "nobody is sent to this page: " + why);
    }

    /** The params as callers of the view see them. */
    RawJson named(String method, RawJson params) {
        if (view instanceof View.OneServer) {
            return unforged(params);
        }
        Map<String, RawJson> members = new LinkedHashMap<>(params.members());
        switch (method) {
            case ELICITATION -> members.computeIfPresent("message", (key, said) -> prefixed(said, true));
            case SAMPLING -> members.computeIfPresent("messages", (key, said) -> firstTextPrefixed(said));
            default -> {
                // Nothing a person reads.
            }
        }
        RawJson meta = members.get(META);
        Map<String, RawJson> marked = new LinkedHashMap<>(meta == null || !meta.isObject() ? Map.of() : meta.members());
        marked.put(MetaKey.ASKING_SERVER, RawJson.string(server.slug()));
        members.put(META, RawJson.object(marked));
        return RawJson.object(members);
    }

    // Only the gateway says who asks.
    private static RawJson unforged(RawJson params) {
        RawJson meta = params.member(META);
        if (meta == null || meta.member(MetaKey.ASKING_SERVER) == null) {
            return params;
        }
        Map<String, RawJson> honest = new LinkedHashMap<>(meta.members());
        honest.remove(MetaKey.ASKING_SERVER);
        Map<String, RawJson> members = new LinkedHashMap<>(params.members());
        members.put(META, RawJson.object(honest));
        return RawJson.object(members);
    }

    // What turns the direction of writing, or hides, could make the name look like something else.
    private RawJson prefixed(RawJson text, boolean clean) {
        return text.asString()
                .map(said -> RawJson.string("[" + server.slug() + "] " + (clean ? HiddenText.clean(said) : said)))
                .orElse(text);
    }

    private RawJson firstTextPrefixed(RawJson messages) {
        if (!messages.isArray()) {
            return messages;
        }
        List<RawJson> all = new ArrayList<>(messages.elements());
        for (int i = 0; i < all.size(); i++) {
            RawJson content = all.get(i).member("content");
            Optional<RawJson> named = content == null ? Optional.empty() : contentPrefixed(content);
            if (named.isPresent()) {
                all.set(i, with(all.get(i), "content", named.get()));
                return RawJson.array(all);
            }
        }
        return messages;
    }

    private Optional<RawJson> contentPrefixed(RawJson content) {
        if (content.isArray()) {
            List<RawJson> parts = new ArrayList<>(content.elements());
            for (int i = 0; i < parts.size(); i++) {
                Optional<RawJson> named = contentPrefixed(parts.get(i));
                if (named.isPresent()) {
                    parts.set(i, named.get());
                    return Optional.of(RawJson.array(parts));
                }
            }
            return Optional.empty();
        }
        RawJson text = content.member("text");
        return text != null && text.isString()
                ? Optional.of(with(content, "text", prefixed(text, false)))
                : Optional.empty();
    }

    private static RawJson with(RawJson object, String member, RawJson value) {
        Map<String, RawJson> members = new LinkedHashMap<>(object.members());
        members.put(member, value);
        return RawJson.object(members);
    }

    /**
     * A round of questions as callers of the view see it.
     *
     * @throws ToolServerFault if one of them must not be asked: its server waits for no answer that could say so
     */
    InputRequired shown(InputRequired wanted) {
        Map<String, InputRequired.Question> questions = new LinkedHashMap<>();
        wanted.questions().forEach((key, question) -> {
            requireAskable(question);
            RawJson params = question.params();
            questions.put(
                    key,
                    new InputRequired.Question(
                            question.method(), params == null ? null : named(question.method(), params)));
        });
        return wanted.with(questions);
    }

    /**
     * Returns if a question of a round may be asked.
     *
     * @throws ToolServerFault if not
     */
    void requireAskable(InputRequired.Question question) {
        reason(question.method(), question.params()).ifPresent(why -> {
            throw refused(why);
        });
    }

    private ToolServerFault refused(String why) {
        return new ToolServerFault(new UpstreamFault(
                UpstreamFault.Kind.REFUSED,
                0,
                "tool server \"" + server.slug() + "\" asked what the gateway does not pass on: " + why,
                true));
    }

    /**
     * An answer as callers of the view see it: where it is the error that lists pages to be visited, these say who asks.
     *
     * @throws ToolServerFault if nobody may be sent to one of them
     */
    Answered pages(Answered answered) {
        if (!UrlElicitation.isRequired(answered) || !(answered instanceof Answered.Refusal(McpError error))) {
            return answered;
        }
        RawJson data = error.data();
        RawJson listed = data == null ? null : data.member("elicitations");
        if (data == null || listed == null) {
            return answered;
        }
        List<RawJson> pages = new ArrayList<>();
        for (RawJson page : listed.elements()) {
            page(page).ifPresent(why -> {
                throw refused("nobody is sent to this page: " + why);
            });
            pages.add(named(ELICITATION, page));
        }
        return new Answered.Refusal(
                new McpError(error.code(), error.message(), with(data, "elicitations", RawJson.array(pages))));
    }
}
