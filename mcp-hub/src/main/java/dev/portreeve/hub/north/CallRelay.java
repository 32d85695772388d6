package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.ServerEntry;
import dev.portreeve.hub.south.Answered;
import dev.portreeve.hub.south.Meanwhile;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Aside;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.JsonPaths;
import dev.portreeve.policy.call.JsonTexts;
import dev.portreeve.policy.call.MalformedJson;
import dev.portreeve.policy.call.TextRun;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tells a caller what happens before its answer: progress if it asked for it, the server's log if it wants that, and, where
 * it has a session, what the server asks. Guardrails read all of it, and what the caller says to a question.
 */
final class CallRelay implements Meanwhile, AutoCloseable {
    /** From the most talkative to the most urgent. */
    static final List<String> LOG_LEVELS =
            List.of("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency");

    private static final String LOG = "notifications/message";
    private static final String VISITED = "notifications/elicitation/complete";
    private static final JsonPaths SAID = JsonPaths.of("/data", "/data/**");
    /** What guardrails read of a question. */
    static final JsonPaths ASKED = JsonPaths.of(
            "/message",
            "/url",
            "/requestedSchema/**",
            "/systemPrompt",
            "/messages/*/content/text",
            "/messages/*/content/*/text");

    private static final JsonPaths ANSWERED = JsonPaths.of("/**");

    private final Counterpart caller;
    private final Questioner questioner;
    private final Answer answer;
    private final Deadline patience;
    private final @Nullable ProgressRelay progress;
    private volatile Aside aside = Aside.UNSCREENED;

    private CallRelay(
            Counterpart caller,
            ServerEntry server,
            Answer answer,
            Deadline patience,
            @Nullable ProgressRelay progress) {
        this.caller = caller;
        this.questioner = new Questioner(server, caller.view());
        this.answer = answer;
        this.patience = patience;
        this.progress = progress;
    }

    /**
     * Opens one.
     *
     * @param server which is called
     * @param patience until when a caller with a session may answer what it is asked
     */
    static CallRelay open(
            Counterpart caller,
            ServerEntry server,
            Answer answer,
            Deadline patience,
            @Nullable RawJson token,
            AlarmClock alarms,
            Duration reportEvery) {
        return new CallRelay(
                caller,
                server,
                answer,
                patience,
                token == null ? null : ProgressRelay.start(answer, token, alarms, reportEvery));
    }

    boolean wantsProgress() {
        return progress != null;
    }

    /** The call goes to its server now. */
    void begin(Aside guardrails) {
        aside = guardrails;
        if (progress != null) {
            progress.begin();
        }
    }

    @Override
    public void progress(ObjectNode params) {
        if (progress == null) {
            return;
        }
        JsonNode message = params.get("message");
        if (message != null && message.isString()) {
            Optional<List<TextRun>> screened = aside.toCaller(List.of(new TextRun("progress", message.stringValue())));
            if (screened.isEmpty()) {
                return;
            }
            params.put("message", screened.get().getFirst().text());
        }
        progress.progress(params);
    }

    @Override
    public void notification(JsonRpcMessage.Notification notification) {
        RawJson params = notification.params();
        if (notification.method().equals(VISITED) && params != null) {
            visited(params);
        }
        if (notification.method().equals(LOG) && params != null && isWanted(params.member("level"))) {
            screened(params, SAID, aside::toCaller).ifPresent(said -> {
                boolean ignored = answer.say(JsonRpc.notification(LOG, said));
            });
        }
    }

    // Nothing but which page it was.
    private void visited(RawJson params) {
        RawJson id = params.member("elicitationId");
        if (caller instanceof Counterpart.Legacy && id != null && id.isString()) {
            boolean ignored = answer.say(JsonRpc.notification(VISITED, RawJson.object(Map.of("elicitationId", id))));
        }
    }

    private boolean isWanted(@Nullable RawJson level) {
        String from = caller.logLevel();
        if (from == null) {
            // Callers with a session get what servers send by themselves; the others get nothing unless they ask.
            return caller instanceof Counterpart.Legacy;
        }
        String said = level == null ? "" : level.asString().orElse("");
        return LOG_LEVELS.indexOf(said) >= LOG_LEVELS.indexOf(from);
    }

    @Override
    public Answered question(JsonRpcMessage.Request question) throws InterruptedException {
        return question(question.method(), question.params());
    }

    /** Asks a caller with a session on the stream of his request; any other is not asked. */
    Answered question(String method, @Nullable RawJson params) throws InterruptedException {
        if (!(caller instanceof Counterpart.Legacy legacy)
                || CallerCapabilities.missing(caller.capabilities(), method, params) != null) {
            return refusal(McpError.METHOD_NOT_FOUND, "the client declared no capability for this method");
        }
        Optional<Answered.Refusal> refusal = questioner.refusal(method, params);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        RawJson named = UrlElicitation.named(method, params == null ? RawJson.EMPTY_OBJECT : params);
        Optional<RawJson> asked = screened(named, ASKED, aside::toCaller);
        if (asked.isEmpty()) {
            return refusal(McpError.INTERNAL_ERROR, "the gateway's guardrails refused the question");
        }
        Answered answered =
                legacy.dialogue().ask(legacy.answer(), method, questioner.named(method, asked.get()), patience);
        if (!(answered instanceof Answered.Result(RawJson said))) {
            return answered;
        }
        return screened(said, ANSWERED, aside::toUpstream)
                .<Answered>map(Answered.Result::new)
                .orElseGet(() -> refusal(McpError.INTERNAL_ERROR, "the gateway's guardrails refused the answer"));
    }

    private static Answered refusal(int code, String why) {
        return new Answered.Refusal(new McpError(code, why));
    }

    private static Optional<RawJson> screened(
            RawJson json, JsonPaths where, Function<List<TextRun>, Optional<List<TextRun>>> guardrails) {
        try {
            JsonTexts texts = JsonTexts.find(json.toBytes(), where);
            return guardrails
                    .apply(texts.texts().stream()
                            .map(text -> new TextRun(text.pointer(), text.value()))
                            .toList())
                    .map(runs -> RawJson.of(
                            texts.with(runs.stream().map(TextRun::text).toList())));
        } catch (MalformedJson unreadable) {
            // What readers do not agree on is not passed on.
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        if (progress != null) {
            progress.close();
        }
    }
}
