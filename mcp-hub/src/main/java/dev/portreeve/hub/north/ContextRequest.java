package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.ContextCatalog;
import dev.portreeve.hub.catalog.ContextEntry;
import dev.portreeve.hub.catalog.ResourceUri;
import dev.portreeve.hub.catalog.ServerEntry;
import dev.portreeve.hub.catalog.Standing;
import dev.portreeve.hub.catalog.ToolCatalog;
import dev.portreeve.hub.catalog.View;
import dev.portreeve.hub.definition.DefinitionKind;
import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.Resource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request for a prompt, a resource or a completion, read and found at its server.
 *
 * @param asked the name or URI as the caller knows it
 * @param own what the server calls it
 * @param kind of what it is about
 * @param standing what became of that, by its definition
 * @param arguments what guardrails read and may rewrite
 * @param reference the {@code ref} of a completion, in the server's own words; {@code null} for the others
 */
record ContextRequest(
        String method,
        ServerEntry owner,
        Resource.OfServer resource,
        String asked,
        String own,
        DefinitionKind kind,
        Standing standing,
        Arguments arguments,
        @Nullable RawJson reference) {
    static final String GET_PROMPT = "prompts/get";
    static final String READ = "resources/read";
    static final String COMPLETE = "completion/complete";
    static final String SUBSCRIBE = "resources/subscribe";
    static final String UNSUBSCRIBE = "resources/unsubscribe";
    static final String LISTEN = "subscriptions/listen";
    private static final int OK = 200;
    private static final int MAX_NAME_CHARS = 4096;

    /**
     * Reads a request.
     *
     * @return empty if there is no such thing in the view
     * @throws BadMessage if the params cannot be used
     */
    static Optional<ContextRequest> read(
            String method, @Nullable RawJson params, View view, ToolCatalog servers, ContextCatalog context) {
        Map<String, RawJson> members = params == null ? Map.of() : params.members();
        return switch (method) {
            case GET_PROMPT -> {
                Arguments arguments = CallParams.arguments(members.get("arguments"));
                yield prompt(method, text(members.get("name"), "name"), arguments, null, view, context);
            }
            case READ, SUBSCRIBE, UNSUBSCRIBE, LISTEN ->
                resource(method, text(members.get("uri"), "uri"), Arguments.NONE, null, view, servers, context);
            default -> completion(members, view, servers, context);
        };
    }

    private static Optional<ContextRequest> completion(
            Map<String, RawJson> members, View view, ToolCatalog servers, ContextCatalog context) {
        RawJson ref = members.get("ref");
        RawJson argument = members.get("argument");
        if (ref == null || !ref.isObject() || argument == null || !argument.isObject()) {
            throw unusable("completion/complete needs ref and argument, both objects");
        }
        Map<String, RawJson> read = new LinkedHashMap<>();
        read.put("argument", argument);
        if (members.get("context") != null) {
            read.put("context", members.get("context"));
        }
        Arguments arguments = CallParams.arguments(RawJson.object(read));
        RawJson type = ref.member("type");
        return switch (type == null ? "" : type.asString().orElse("")) {
            case "ref/prompt" -> prompt(COMPLETE, text(ref.member("name"), "name"), arguments, ref, view, context);
            case "ref/resource" ->
                resource(COMPLETE, text(ref.member("uri"), "uri"), arguments, ref, view, servers, context);
            default -> throw unusable("the ref must be of type ref/prompt or ref/resource");
        };
    }

    private static Optional<ContextRequest> prompt(
            String method, String name, Arguments arguments, @Nullable RawJson ref, View view, ContextCatalog context) {
        Optional<ContextEntry> found = context.prompt(view, name);
        return found.map(prompt -> new ContextRequest(
                method,
                prompt.owner(),
                prompt.resource(),
                name,
                prompt.own(),
                DefinitionKind.PROMPT,
                context.standing(prompt.owner(), DefinitionKind.PROMPT, prompt.own()),
                arguments,
                referring(ref, "name", prompt.own())));
    }

    private static Optional<ContextRequest> resource(
            String method,
            String uri,
            Arguments arguments,
            @Nullable RawJson ref,
            View view,
            ToolCatalog servers,
            ContextCatalog context) {
        if (ResourceUri.climbs(uri)) {
            throw unusable("the uri means a folder above with .., which rules cannot see through");
        }
        return ResourceUri.locate(view, uri)
                .flatMap(located -> servers.server(located.slug()).map(owner -> {
                    // What is completed is a template as a rule, but may be a resource.
                    boolean template = method.equals(COMPLETE) && located.uri().indexOf('{') >= 0;
                    DefinitionKind kind = template ? DefinitionKind.TEMPLATE : DefinitionKind.RESOURCE;
                    return new ContextRequest(
                            method,
                            owner,
                            new Resource.ServerResource(located.slug(), ResourceUri.of(located.slug(), located.uri())),
                            uri,
                            located.uri(),
                            kind,
                            // Whatever became of it, one can let go of it.
                            method.equals(UNSUBSCRIBE)
                                    ? Standing.FREE
                                    : context.standingOrLook(owner, kind, located.uri()),
                            arguments,
                            referring(ref, "uri", located.uri()));
                }));
    }

    /** The name of the prompt that params speak of; empty if they speak of something else. */
    static Optional<String> promptName(String method, @Nullable RawJson params) {
        RawJson named = params == null || method.equals(GET_PROMPT) ? params : params.member("ref");
        RawJson name = named == null || isOfResource(method) ? null : named.member("name");
        return name == null ? Optional.empty() : name.asString();
    }

    /** Whether nobody has accepted what its server made of it since. */
    boolean isWithheld() {
        return standing.state() == Standing.State.WITHHELD;
    }

    private static @Nullable RawJson referring(@Nullable RawJson ref, String member, String own) {
        if (ref == null) {
            return null;
        }
        Map<String, RawJson> all = new LinkedHashMap<>(ref.members());
        all.put(member, RawJson.string(own));
        return RawJson.object(all);
    }

    private static String text(@Nullable RawJson value, String member) {
        String text = value == null ? "" : value.asString().orElse("");
        if (text.isEmpty() || text.length() > MAX_NAME_CHARS) {
            throw unusable("the params need \"" + member + "\", a string of 1 to " + MAX_NAME_CHARS + " characters");
        }
        return text;
    }

    private static BadMessage unusable(String message) {
        return new BadMessage(OK, new McpError(McpError.INVALID_PARAMS, message));
    }

    /** What the modern era mirrors in its name header. */
    @Nullable
    String headerName() {
        return method.equals(COMPLETE) ? null : own;
    }

    /** The params as the server gets them. */
    Map<String, RawJson> params(RawJson screened) {
        Map<String, RawJson> params = new LinkedHashMap<>();
        switch (method) {
            case GET_PROMPT -> {
                params.put("name", RawJson.string(own));
                params.put("arguments", screened);
            }
            case READ, SUBSCRIBE, UNSUBSCRIBE, LISTEN -> params.put("uri", RawJson.string(own));
            default -> {
                if (reference != null) {
                    params.put("ref", reference);
                }
                params.putAll(screened.members());
            }
        }
        return params;
    }

    /** A result with links that callers of a view can follow. */
    RawJson linked(RawJson result, View view) {
        return switch (method) {
            case GET_PROMPT -> Links.inPrompt(result, view, owner.slug());
            case READ -> Links.inContents(result, view, owner.slug());
            default -> result;
        };
    }

    /** Of all that must be the same in the next round. */
    String digest(Counterpart caller) {
        return String.join("\n", method, caller.view().segment(), owner.slug(), resource.name(), arguments.digest());
    }

    /** What a caller is told who may not use it, or where there is no such thing. */
    static Reply unknown(String method, @Nullable RawJson params) {
        RawJson uri = params == null ? null : params.member("uri");
        return isOfResource(method)
                ? unknownResource(uri == null ? "" : uri.asString().orElse(""))
                : new Reply.Error(OK, new McpError(McpError.INVALID_PARAMS, "unknown prompt or resource"));
    }

    /** As {@link #unknown(String, RawJson)}, for this one. */
    Reply unknown() {
        return isOfResource(method)
                ? unknownResource(asked)
                : new Reply.Error(OK, new McpError(McpError.INVALID_PARAMS, "unknown prompt or resource"));
    }

    /** Whether it is about one resource, and nothing else. */
    boolean isOfResource() {
        return isOfResource(method);
    }

    private static boolean isOfResource(String method) {
        return !method.equals(GET_PROMPT) && !method.equals(COMPLETE);
    }

    private static Reply unknownResource(String uri) {
        return new Reply.Error(
                OK,
                new McpError(
                        McpError.RESOURCE_NOT_FOUND,
                        "resource not found",
                        RawJson.object(Map.of("uri", RawJson.string(uri)))));
    }
}
