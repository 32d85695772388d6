package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.View;
import dev.portreeve.hub.south.Listing;
import dev.portreeve.hub.south.TaskState;
import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.HeaderValue;
import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.MetaKey;
import dev.portreeve.hub.wire.ProtocolVersion;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Cancellation;
import dev.portreeve.policy.call.Subject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The stateless era (2026-07-28): every request stands alone. Headers mirror the body and are only compared with it; what
 * is decided is decided on the body. A caller that closes its stream has cancelled. Thread-safe.
 */
final class ModernDispatch {
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final int ACCEPTED = 202;
    private static final RawJson TTL_MILLIS = RawJson.of("10000");
    private static final RawJson PRIVATE = RawJson.of("\"private\"");
    private static final RawJson COMPLETE = RawJson.of("\"complete\"");

    private final ModernListening listening;
    private final ToolLists lists;
    private final ToolCalls calls;
    private final TaskCalls tasks;
    private final ContextMethods context;
    private final ArgumentHeaders argumentHeaders;

    ModernDispatch(
            ModernListening listening,
            ToolLists lists,
            ToolCalls calls,
            TaskCalls tasks,
            ContextMethods context,
            ArgumentHeaders argumentHeaders) {
        this.listening = listening;
        this.lists = lists;
        this.calls = calls;
        this.tasks = tasks;
        this.context = context;
        this.argumentHeaders = argumentHeaders;
    }

    /** Answers one request. */
    void handle(Subject subject, View view, McpExchange exchange, JsonRpcMessage.Request request) {
        Cancellation cancellation = new Cancellation();
        try (Answer answer = new Answer(exchange, request.id(), cancellation::cancel)) {
            try {
                requireEnvelope(request.params(), exchange.header(HeaderValue.VERSION));
                requireHeaders(exchange, request);
                if (request.method().equals("tools/call")) {
                    argumentHeaders.require(subject, view, request.params(), exchange);
                }
                if (request.method().equals("subscriptions/listen")) {
                    requireMayHearOfTasks(counterpart(subject, view, request), request.params());
                    listening.listen(
                            counterpart(subject, view, request),
                            request,
                            RequestMeta.read(request.params(), answer),
                            exchange);
                } else {
                    dispatch(subject, view, request, answer, cancellation);
                }
            } catch (BadMessage bad) {
                answer.error(bad.status(), bad.error());
            }
        }
    }

    /** Takes a notification; none has a meaning over HTTP, where closing the stream cancels. */
    void accept(McpExchange exchange) {
        exchange.answer(ACCEPTED, Map.of(), new byte[0]);
    }

    private void dispatch(
            Subject subject, View view, JsonRpcMessage.Request request, Answer answer, Cancellation cancellation) {
        switch (request.method()) {
            case "server/discover" -> answer.result(discovered(view));
            case "tools/list" -> answer.result(lists.list(subject, view, request.params(), listMembers()));
            case "tools/call" ->
                finish(answer, calls.call(counterpart(subject, view, request), request.params(), answer, cancellation));
            default -> context(counterpart(subject, view, request), request, answer, cancellation);
        }
    }

    private void context(Counterpart caller, JsonRpcMessage.Request request, Answer answer, Cancellation cancellation) {
        Optional<Listing> listing = ContextMethods.listing(request.method());
        if (TaskCalls.isAbout(request.method(), true)) {
            finish(answer, tasks.call(caller, request.method(), request.params(), answer, cancellation));
        } else if (listing.isPresent()) {
            answer.result(context.list(caller, listing.get(), request.params(), listMembers()));
        } else if (ContextMethods.isCall(request.method())) {
            Reply reply = context.call(caller, request.method(), request.params(), answer, cancellation);
            finish(answer, request.method().equals(ContextRequest.READ) ? cached(reply) : reply);
        } else {
            answer.error(
                    NOT_FOUND, new McpError(McpError.METHOD_NOT_FOUND, "unknown method \"" + request.method() + "\""));
        }
    }

    private static Counterpart.Modern counterpart(Subject subject, View view, JsonRpcMessage.Request request) {
        Map<String, RawJson> meta = EraSwitch.meta(request.params());
        return new Counterpart.Modern(
                subject,
                view,
                CallerCapabilities.carried(meta.get(MetaKey.CLIENT_CAPABILITIES), false),
                text(meta.get(MetaKey.LOG_LEVEL))
                        .filter(CallRelay.LOG_LEVELS::contains)
                        .orElse(null));
    }

    // What a resource holds may depend on who asks, whatever its server says.
    private static Reply cached(Reply reply) {
        if (!(reply instanceof Reply.Result(RawJson result)) || isInputRequired(result)) {
            return reply;
        }
        Map<String, RawJson> members = new LinkedHashMap<>(result.members());
        members.putIfAbsent("ttlMs", RawJson.of("0"));
        members.put("cacheScope", PRIVATE);
        return new Reply.Result(RawJson.object(members));
    }

    private static boolean isInputRequired(RawJson result) {
        return InputRequired.isString(result.member("resultType"), "input_required");
    }

    private static void finish(Answer answer, Reply reply) {
        switch (reply) {
            case Reply.Result result -> answer.result(complete(result.result()));
            case Reply.Error error -> refuse(answer, error);
            case Reply.Nothing nothing -> answer.nothing();
        }
    }

    private static void refuse(Answer answer, Reply.Error refused) {
        McpError error = refused.error();
        switch (error.code()) {
            // The older era's word for it.
            case McpError.RESOURCE_NOT_FOUND ->
                answer.error(refused.status(), new McpError(McpError.INVALID_PARAMS, error.message(), error.data()));
            case McpError.METHOD_NOT_FOUND -> answer.error(NOT_FOUND, error);
            default -> answer.error(refused.status(), error);
        }
    }

    // A server of the older era leaves it out; in this one it must be there.
    private static RawJson complete(RawJson result) {
        Map<String, RawJson> members = result.members();
        return members.containsKey("resultType") ? result : with(members, "resultType", COMPLETE);
    }

    private static RawJson with(Map<String, RawJson> members, String name, RawJson value) {
        Map<String, RawJson> all = new LinkedHashMap<>(members);
        all.put(name, value);
        return RawJson.object(all);
    }

    private RawJson discovered(View view) {
        ObjectNode result = JsonRpc.object();
        ArrayNode versions = result.putArray("supportedVersions");
        ProtocolVersion.MODERN_ALL.forEach(versions::add);
        ObjectNode capabilities = context.capabilities(view);
        if (tasks.areForModernCallers(view)) {
            capabilities.putObject("extensions").putObject(TaskState.EXTENSION);
        }
        result.set("capabilities", capabilities);
        String instructions = context.instructions(view);
        if (instructions != null) {
            result.put("instructions", instructions);
        }
        return RawJson.object(withListMembers(RawJson.of(result).members()));
    }

    private static Map<String, RawJson> withListMembers(Map<String, RawJson> members) {
        Map<String, RawJson> all = new LinkedHashMap<>(members);
        all.putAll(listMembers());
        return all;
    }

    private static Map<String, RawJson> listMembers() {
        Map<String, RawJson> members = new LinkedHashMap<>();
        members.put("resultType", COMPLETE);
        // Private: what is listed depends on who asks.
        members.put("ttlMs", TTL_MILLIS);
        members.put("cacheScope", PRIVATE);
        members.put("_meta", RawJson.object(Map.of(MetaKey.SERVER_INFO, RawJson.of(ServerSelf.info()))));
        return members;
    }

    private static void requireEnvelope(@Nullable RawJson params, @Nullable String versionHeader) {
        Map<String, RawJson> meta = EraSwitch.meta(params);
        String version = text(meta.get(MetaKey.PROTOCOL_VERSION))
                .orElseThrow(() -> bad(
                        McpError.INVALID_PARAMS, "_meta needs \"" + MetaKey.PROTOCOL_VERSION + "\", a string", null));
        RawJson capabilities = meta.get(MetaKey.CLIENT_CAPABILITIES);
        if (capabilities == null || !capabilities.isObject()) {
            throw bad(McpError.INVALID_PARAMS, "_meta needs \"" + MetaKey.CLIENT_CAPABILITIES + "\", an object", null);
        }
        if (versionHeader != null && !versionHeader.strip().equals(version)) {
            // Before anything is made of the version: which of the two is meant?
            throw bad(McpError.HEADER_MISMATCH, "the header " + HeaderValue.VERSION + " differs from the body", null);
        }
        if (!ProtocolVersion.MODERN_ALL.contains(version)) {
            throw unsupported(version);
        }
    }

    private static BadMessage unsupported(String version) {
        ObjectNode data = JsonRpc.object();
        ArrayNode supported = data.putArray("supported");
        ProtocolVersion.MODERN_ALL.forEach(supported::add);
        data.put("requested", version);
        return bad(
                McpError.UNSUPPORTED_VERSION,
                "protocol version \"" + version + "\" is not supported",
                RawJson.of(data));
    }

    private static void requireHeaders(McpExchange exchange, JsonRpcMessage.Request request) {
        Map<String, RawJson> params =
                request.params() == null ? Map.of() : request.params().members();
        requireEqual(
                exchange,
                HeaderValue.VERSION,
                text(EraSwitch.meta(request.params()).get(MetaKey.PROTOCOL_VERSION)));
        requireEqual(exchange, HeaderValue.METHOD, Optional.of(request.method()));
        switch (request.method()) {
            case "tools/call", "prompts/get" -> requireEqual(exchange, HeaderValue.NAME, text(params.get("name")));
            case "resources/read" -> requireEqual(exchange, HeaderValue.NAME, text(params.get("uri")));
            case TaskState.GET, TaskState.UPDATE, TaskState.CANCEL ->
                requireEqual(exchange, HeaderValue.NAME, text(params.get("taskId")));
            default -> {
                // No other method mirrors a name.
            }
        }
    }

    private static void requireMayHearOfTasks(Counterpart caller, @Nullable RawJson params) {
        RawJson wanted = params == null ? null : params.member("notifications");
        if (wanted != null && wanted.member("taskIds") != null && !Tasks.declares(caller)) {
            throw new BadMessage(
                    BAD_REQUEST,
                    MissingCapability.ofExtension(TaskState.EXTENSION).error());
        }
    }

    private static void requireEqual(McpExchange exchange, String header, Optional<String> inBody) {
        if (inBody.isEmpty()) {
            // The method itself says what is wrong with a body that lacks the value.
            return;
        }
        String value = exchange.header(header);
        if (value == null) {
            throw bad(McpError.HEADER_MISMATCH, "the header " + header + " is missing", null);
        }
        if (!HeaderValue.decode(value).equals(inBody)) {
            throw bad(McpError.HEADER_MISMATCH, "the header " + header + " differs from the body", null);
        }
    }

    private static Optional<String> text(@Nullable RawJson value) {
        return value == null ? Optional.empty() : value.asString();
    }

    private static BadMessage bad(int code, String message, @Nullable RawJson data) {
        return new BadMessage(BAD_REQUEST, new McpError(code, message, data));
    }
}
