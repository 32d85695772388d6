package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.View;
import dev.portreeve.hub.south.Listing;
import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.HeaderValue;
import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.ProtocolVersion;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.hub.wire.RequestId;
import dev.portreeve.policy.call.Cancellation;
import dev.portreeve.policy.call.Subject;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The era of sessions (2025-03-26 to 2025-11-25). A dropped connection is no cancellation here: only the notification
 * is. Thread-safe.
 */
final class LegacyDispatch {
    private static final int OK = 200;
    private static final int ACCEPTED = 202;
    private static final int NO_CONTENT = 204;
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final int UNAVAILABLE = 503;
    private static final byte[] NOTHING = new byte[0];

    private final LegacySessions sessions;
    private final SessionListening listening;
    private final ToolLists lists;
    private final ToolCalls calls;
    private final TaskCalls tasks;
    private final TaskNews taskNews;
    private final ContextMethods context;
    private final SessionSubscribing subscribing;
    private final Consumer<String> onRootsChanged;

    /** @param onRootsChanged told the id of a session whose owner's roots changed; must not block */
    LegacyDispatch(
            LegacySessions sessions,
            SessionListening listening,
            ToolLists lists,
            ToolCalls calls,
            TaskCalls tasks,
            TaskNews taskNews,
            ContextMethods context,
            SessionSubscribing subscribing,
            Consumer<String> onRootsChanged) {
        this.sessions = sessions;
        this.listening = listening;
        this.lists = lists;
        this.calls = calls;
        this.tasks = tasks;
        this.taskNews = taskNews;
        this.context = context;
        this.subscribing = subscribing;
        this.onRootsChanged = onRootsChanged;
    }

    /**
     * Answers one request.
     *
     * @throws BadMessage before anything was sent
     */
    void handle(Subject subject, View view, McpExchange exchange, JsonRpcMessage.Request request) {
        Cancellation cancellation = new Cancellation();
        try (Answer answer = new Answer(exchange, request.id(), cancellation::left)) {
            try {
                if (request.method().equals("initialize")) {
                    initialize(subject, view, request.params(), answer);
                } else {
                    LegacySession session = session(subject, view, exchange);
                    answer.resumable(session.streams(), session.isPrimed());
                    inSession(subject, session, request, answer, cancellation);
                }
            } catch (BadMessage bad) {
                answer.error(bad.status(), bad.error());
            }
        }
    }

    private void initialize(Subject subject, View view, @Nullable RawJson params, Answer answer) {
        String asked = Optional.ofNullable(params)
                .map(present -> present.member("protocolVersion"))
                .flatMap(RawJson::asString)
                .orElseThrow(() -> new BadMessage(
                        BAD_REQUEST, new McpError(McpError.INVALID_PARAMS, "initialize needs a protocolVersion")));
        String version = ProtocolVersion.LEGACY_ALL.contains(asked) ? asked : ProtocolVersion.LEGACY;
        LegacySession session = sessions.open(subject, view, version, listening.watch(subject, view))
                .orElseThrow(() -> new BadMessage(
                        UNAVAILABLE, new McpError(McpError.TRANSPORT, "too many sessions are open: try again later")));
        RawJson declared = params == null ? null : params.member("capabilities");
        RawJson client = params == null ? null : params.member("clientInfo");
        session.begin(new SessionDialogue(
                session.id(), CallerCapabilities.carried(declared, true), RequestMeta.programOf(client)));
        ObjectNode result = JsonRpc.object();
        result.put("protocolVersion", version);
        ObjectNode capabilities = context.capabilities(view);
        if (version.equals(ProtocolVersion.LEGACY) && tasks.areForOlderCallers(view)) {
            ObjectNode ours = capabilities.putObject("tasks");
            ours.putObject("list");
            ours.putObject("cancel");
            ours.putObject("requests").putObject("tools").putObject("call");
        }
        result.set("capabilities", capabilities);
        String instructions = context.instructions(view);
        if (instructions != null) {
            result.put("instructions", instructions);
        }
        result.set("serverInfo", ServerSelf.info());
        answer.header(HeaderValue.SESSION, session.id());
        answer.result(RawJson.of(result));
    }

    private void inSession(
            Subject subject,
            LegacySession session,
            JsonRpcMessage.Request request,
            Answer answer,
            Cancellation cancellation) {
        switch (request.method()) {
            case "ping" -> answer.result(RawJson.EMPTY_OBJECT);
            case "tools/list" -> answer.result(lists.list(subject, session.view(), request.params(), Map.of()));
            case "logging/setLevel" -> setLevel(session, request.params(), answer);
            case "tools/call" ->
                call(
                        subject,
                        session,
                        request,
                        answer,
                        cancellation,
                        caller -> taskNews.follow(
                                session, caller, calls.call(caller, request.params(), answer, cancellation)));
            default -> context(subject, session, request, answer, cancellation);
        }
    }

    private void context(
            Subject subject,
            LegacySession session,
            JsonRpcMessage.Request request,
            Answer answer,
            Cancellation cancellation) {
        Optional<Listing> listing = ContextMethods.listing(request.method());
        if (listing.isPresent()) {
            answer.result(
                    context.list(counterpart(subject, session, answer), listing.get(), request.params(), Map.of()));
        } else if (TaskCalls.isAbout(request.method(), false)) {
            call(
                    subject,
                    session,
                    request,
                    answer,
                    cancellation,
                    caller -> tasks.call(caller, request.method(), request.params(), answer, cancellation));
        } else if (SessionSubscribing.isAbout(request.method())) {
            call(
                    subject,
                    session,
                    request,
                    answer,
                    cancellation,
                    caller -> subscribing.call(session, caller, request, answer, cancellation));
        } else if (ContextMethods.isCall(request.method())) {
            call(
                    subject,
                    session,
                    request,
                    answer,
                    cancellation,
                    caller -> context.call(caller, request.method(), request.params(), answer, cancellation));
        } else {
            answer.error(OK, new McpError(McpError.METHOD_NOT_FOUND, "unknown method \"" + request.method() + "\""));
        }
    }

    private static Counterpart.Legacy counterpart(Subject subject, LegacySession session, Answer answer) {
        return new Counterpart.Legacy(subject, session.view(), session.dialogue(), answer);
    }

    private static void setLevel(LegacySession session, @Nullable RawJson params, Answer answer) {
        RawJson level = params == null ? null : params.member("level");
        String said = level == null ? "" : level.asString().orElse("");
        if (!CallRelay.LOG_LEVELS.contains(said)) {
            throw new BadMessage(
                    OK,
                    new McpError(
                            McpError.INVALID_PARAMS,
                            "the level must be one of " + String.join(", ", CallRelay.LOG_LEVELS)));
        }
        session.dialogue().logLevel(said);
        answer.result(RawJson.EMPTY_OBJECT);
    }

    private void call(
            Subject subject,
            LegacySession session,
            JsonRpcMessage.Request request,
            Answer answer,
            Cancellation cancellation,
            Function<Counterpart.Legacy, Reply> work) {
        switch (session.begin(request.id(), cancellation)) {
            case YES -> {
                try {
                    finish(answer, work.apply(counterpart(subject, session, answer)));
                } finally {
                    session.finished(request.id());
                }
            }
            case ID_IN_USE -> throw BadMessage.invalid("a request with this id is under way already");
            case TOO_MANY ->
                throw new BadMessage(
                        UNAVAILABLE, new McpError(McpError.TRANSPORT, "too many calls are under way in this session"));
            case ENDED -> throw gone();
        }
    }

    private static void finish(Answer answer, Reply reply) {
        switch (reply) {
            case Reply.Result result -> answer.result(result.result());
            case Reply.Error error -> answer.error(error.status(), error.error());
            case Reply.Nothing nothing -> answer.nothing();
        }
    }

    /** Takes a notification: cancellations and changes of roots are heeded, every other is just taken. */
    void accept(Subject subject, View view, McpExchange exchange, JsonRpcMessage.Notification notification) {
        LegacySession session = session(subject, view, exchange);
        if (notification.method().equals("notifications/cancelled") && notification.params() != null) {
            RawJson call = notification.params().member("requestId");
            if (call != null) {
                session.cancel(new RequestId(call.toString()));
            }
        }
        if (notification.method().equals("notifications/roots/list_changed")
                && CallerCapabilities.tellsOfRoots(session.dialogue().capabilities())) {
            onRootsChanged.accept(session.id());
        }
        exchange.answer(ACCEPTED, Map.of(), NOTHING);
    }

    /** Takes an answer to what a server asked. */
    void accept(Subject subject, View view, McpExchange exchange, JsonRpcMessage.Response response) {
        session(subject, view, exchange).dialogue().accept(response);
        exchange.answer(ACCEPTED, Map.of(), NOTHING);
    }

    /** A caller listens to what belongs to no request, or takes up a broken stream. */
    void listen(Subject subject, View view, McpExchange exchange) {
        try {
            listening.listen(session(subject, view, exchange), exchange);
        } catch (BadMessage bad) {
            refuse(exchange, bad);
        }
    }

    /** Ends a session at its owner's wish. */
    void end(Subject subject, View view, McpExchange exchange) {
        try {
            sessions.end(session(subject, view, exchange));
            exchange.answer(NO_CONTENT, Map.of(), NOTHING);
        } catch (BadMessage bad) {
            refuse(exchange, bad);
        }
    }

    private static void refuse(McpExchange exchange, BadMessage bad) {
        exchange.answer(bad.status(), Map.of("Content-Type", "application/json"), JsonRpc.error(null, bad.error()));
    }

    private LegacySession session(Subject subject, View view, McpExchange exchange) {
        String version = exchange.header(HeaderValue.VERSION);
        if (version != null && !ProtocolVersion.LEGACY_ALL.contains(version.strip())) {
            throw new BadMessage(
                    BAD_REQUEST,
                    new McpError(McpError.TRANSPORT, "protocol version \"" + version + "\" is not supported"));
        }
        String id = exchange.header(HeaderValue.SESSION);
        if (id == null) {
            throw new BadMessage(
                    BAD_REQUEST,
                    new McpError(
                            McpError.TRANSPORT,
                            "the header " + HeaderValue.SESSION + " is missing: open a session with initialize"));
        }
        return sessions.find(subject, view, id).orElseThrow(LegacyDispatch::gone);
    }

    private static BadMessage gone() {
        return new BadMessage(
                NOT_FOUND,
                new McpError(McpError.SESSION_NOT_FOUND, "the session is unknown or over: open one with initialize"));
    }
}
