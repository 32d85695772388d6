package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.CallErrors;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.ErrorAnswer;
import dev.portreeve.gateway.dialect.IdempotencyErrors;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.dialect.RequestPath;
import dev.portreeve.gateway.model.ProviderReply;
import dev.portreeve.gateway.model.RoutedModel;
import dev.portreeve.gateway.response.StoredResponses;
import dev.portreeve.gateway.turn.CallerMemory;
import dev.portreeve.gateway.turn.ThoughtMemory;
import dev.portreeve.policy.CallGovernor;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Cancellation;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.Subject;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Model calls of every dialect: reads the request, has it governed, draws the outcome. One call from its first byte to its
 * last on the request's own thread. Thread-safe.
 */
final class ModelEndpoint {
    private final Gatekeeper gatekeeper;
    private final CallGovernor governor;
    private final Refusals refusals;
    private final Routing routing;
    private final AnswerCaching caching;
    private final Clients clients;
    private final IdempotentCalls idempotent;
    private final Replays replays;
    private final ToolLoops loops;
    private final ModelLimits limits;
    private final ThoughtMemory memory;
    private final ResponseWork work;
    private final ConversationDesk desk;

    /**
     * The bounds of model calls.
     *
     * @param inputScreened whether a guardrail reads requests, so that their texts must be found
     */
    record ModelLimits(int maxBodyBytes, Duration bodyTimeout, Duration callTimeout, boolean inputScreened) {}

    ModelEndpoint(
            Gatekeeper gatekeeper,
            CallGovernor governor,
            Refusals refusals,
            Routing routing,
            AnswerCaching caching,
            ResponseWork work,
            Clients clients,
            IdempotentCalls idempotent,
            ToolLoops loops,
            ModelLimits limits) {
        this.gatekeeper = gatekeeper;
        this.governor = governor;
        this.refusals = refusals;
        this.routing = routing;
        this.caching = caching;
        this.clients = clients;
        this.idempotent = idempotent;
        this.replays = new Replays(governor, clients);
        this.limits = limits;
        this.loops = loops;
        this.memory = new ThoughtMemory(work.clock());
        this.work = work;
        this.desk = work.desk(limits.maxBodyBytes(), limits.inputScreened());
    }

    void chat(ServerRequest request, ServerResponse response) {
        handle(Dialect.OPENAI_CHAT, Operation.CHAT, request, response);
    }

    void completions(ServerRequest request, ServerResponse response) {
        handle(Dialect.OPENAI_CHAT, Operation.COMPLETIONS, request, response);
    }

    void embeddings(ServerRequest request, ServerResponse response) {
        handle(Dialect.OPENAI_CHAT, Operation.EMBEDDINGS, request, response);
    }

    void messages(ServerRequest request, ServerResponse response) {
        handle(Dialect.ANTHROPIC_MESSAGES, Operation.CHAT, request, response);
    }

    void countTokens(ServerRequest request, ServerResponse response) {
        handle(Dialect.ANTHROPIC_MESSAGES, Operation.COUNT_TOKENS, request, response);
    }

    void responses(ServerRequest request, ServerResponse response) {
        handle(Dialect.OPENAI_RESPONSES, Operation.CHAT, request, response);
    }

    void inputTokens(ServerRequest request, ServerResponse response) {
        handle(Dialect.OPENAI_RESPONSES, Operation.COUNT_TOKENS, request, response);
    }

    private void handle(Dialect dialect, Operation operation, ServerRequest http, ServerResponse response) {
        handle(dialect, RequestPath.of(operation), http, response);
    }

    /** Serves one call, of which the path has said so much. */
    void handle(Dialect dialect, RequestPath path, ServerRequest http, ServerResponse response) {
        Operation operation = path.operation();
        CallReport report = gatekeeper.report(dialect);
        Subject subject = gatekeeper.admit(http, response, report);
        if (subject == null) {
            return;
        }
        try {
            RequestBody.requireJson(http.headers());
            byte[] body = RequestBody.requireText(RequestBody.read(http, limits.maxBodyBytes(), limits.bodyTimeout()));
            ModelRequest request = dialect.read(path, body, limits.inputScreened());
            report.speaks(request.dialect());
            requireReadable(request);
            Optional<RoutedModel> model = routing.model(request.model());
            if (model.isEmpty()) {
                refuseUnknown(request, subject, response, report);
                return;
            }
            String words = IdempotentCalls.words(http.headers(), operation);
            AskedCall asked = new AskedCall(subject, request, model.get());
            if (loops.make(asked, http, response, report)) {
                return;
            }
            if (words == null) {
                boolean ignored = make(asked, null, http, response, report);
            } else {
                makeOnce(
                        asked, new Keyed(dialect.code() + " " + operation.code(), words, body), http, response, report);
            }
        } catch (BadRequest bad) {
            refusals.refuse(response, report, subject, operation.code(), "", CallErrors.of(bad));
            RequestBody.closeUnread(bad);
        } catch (StoredResponses.Unavailable down) {
            refusals.refuse(response, report, subject, operation.code(), "", CallErrors.responsesUnavailable());
        } catch (CloseConnectionException over) {
            throw over;
        } catch (RuntimeException failed) {
            throw new BrokenCall(report.id(), failed);
        }
    }

    private void refuseUnknown(ModelRequest request, Subject subject, ServerResponse response, CallReport report) {
        ErrorAnswer unknown = CallErrors.unknownModel(request.model());
        refusals.refuse(response, report, subject, request.operation().code(), request.model(), unknown);
    }

    /** Nothing if no target has such an operation. */
    private Optional<PlannedCall> planned(AskedCall asked, CallId id) {
        Subject subject = asked.subject();
        RoutedModel model = asked.model();
        // Only one dialect knows of kept responses; the others' calls need not look.
        boolean providersKeep = asked.request().state() != null && model.isKeptByProviders();
        ConversationDesk.Plan plan = desk.plan(asked.request(), subject, providersKeep, id);
        boolean longer = plan.isBackground() || BackgroundStream.isOne(plan.request());
        Deadline deadline = Deadline.in(longer ? work.config().backgroundTimeout() : limits.callTimeout());
        CallerMemory known = new CallerMemory(memory.of(subject.tenant(), subject.member()), plan.frame());
        return routing.begin(id, subject, plan.request(), known, model, deadline)
                .map(upstream -> new PlannedCall(subject, model.name(), upstream, deadline, plan, model.cache()));
    }

    /** Tokens say nothing to a guardrail, and what it cannot read it cannot let pass. */
    private void requireReadable(ModelRequest request) {
        if (limits.inputScreened() && request.unreadableInput()) {
            throw new BadRequest(
                    400, "unreadable_input", "input", "a guardrail reads this input, so it must be text, not tokens");
        }
    }

    /** What came under an idempotency key. */
    private record Keyed(String path, String words, byte[] body) {}

    private void makeOnce(
            AskedCall asked, Keyed keyed, ServerRequest http, ServerResponse response, CallReport report) {
        ModelRequest request = asked.request();
        Deadline patience = Deadline.in(limits.callTimeout());
        CallReport each = report;
        while (true) {
            IdempotentCalls.Turn turn =
                    idempotent.turn(asked.subject(), keyed.path(), keyed.words(), request, keyed.body(), patience);
            switch (turn) {
                case IdempotentCalls.Turn.Refuse refuse -> {
                    String operation = request.operation().code();
                    refusals.refuse(response, each, asked.subject(), operation, request.model(), refuse.error());
                    return;
                }
                case IdempotentCalls.Turn.Replay replay -> {
                    replays.give(asked, replay, patience, http, response, each);
                    return;
                }
                case IdempotentCalls.Turn.Make make -> {
                    if (make(asked, make, http, response, each)) {
                        return;
                    }
                }
            }
            // Another one was quicker: its answer is waited for. That this one was refused is in its record.
            each = gatekeeper.report(report.dialect());
        }
    }

    /**
     * @param key the idempotency key it is made under; {@code null} for a call without one
     * @return false if another call under the key was quicker, and nothing was answered
     */
    private boolean make(
            AskedCall asked,
            IdempotentCalls.Turn.@Nullable Make key,
            ServerRequest http,
            ServerResponse response,
            CallReport report) {
        ModelRequest request = asked.request();
        Optional<PlannedCall> planned = planned(asked, report.id());
        if (planned.isEmpty()) {
            String operation = request.operation().code();
            ErrorAnswer impossible = CallErrors.unsupported(request.dialect(), request.operation(), request.model());
            refusals.refuse(response, report, asked.subject(), operation, request.model(), impossible);
            return true;
        }
        if (key != null && planned.get().plan().isBackground()) {
            throw new BadRequest(
                    400,
                    "unsupported_parameter",
                    "background",
                    "what is made in the background cannot be made under an idempotency key: ask for its id instead of"
                            + " asking again");
        }
        return govern(planned.get(), key, http, response, report);
    }

    private boolean govern(
            PlannedCall planned,
            IdempotentCalls.Turn.@Nullable Make key,
            ServerRequest http,
            ServerResponse response,
            CallReport report) {
        Leg first = planned.upstream().first();
        ModelRequest request = first.attempt().request();
        boolean lossAsked = http.headers().contains(Names.TRANSLATION);
        Cancellation cancellation = new Cancellation();
        RoutedUpstream upstream = planned.upstream()
                .with(
                        PassedHeaders.of(request.dialect(), http.headers()),
                        cancellation::isCancelled,
                        moved -> report.routed(PlannedCall.routed(moved, lossAsked)));
        report.routed(PlannedCall.routed(upstream, lossAsked));
        LlmCall call = planned.call(report.id()).of(PassedHeaders.correlation(http.headers()));
        if (planned.plan().isBackground()) {
            Prepared ready = new Prepared(planned, call, request, cancellation, report, null);
            inBackground(ready, StreamForm.of(request.dialect(), http), response, report);
            return true;
        }
        StreamForm form = StreamForm.of(request.dialect(), http);
        try (KeyedCall keyed = keyed(planned, key, report, upstream.reply());
                CachedCall cached = caching.of(planned, http.headers(), report);
                ClientOutput output = clients.output(request, form, response, report, cancellation, keyed != null)) {
            return run(new Prepared(planned, call, request, cancellation, report, cached), keyed, output);
        }
    }

    /**
     * A call, and all that it takes to make it.
     *
     * @param cached {@code null} if it is never answered with what another was answered with
     */
    private record Prepared(
            PlannedCall planned,
            LlmCall call,
            ModelRequest request,
            Cancellation cancellation,
            CallReport report,
            @Nullable CachedCall cached) {}

    /** @return false if another call under the key was quicker, and nothing was answered */
    private boolean run(Prepared ready, @Nullable KeyedCall keyed, ClientOutput output) {
        PlannedCall planned = ready.planned();
        RoutedUpstream upstream = planned.upstream();
        CachedCall cached = ready.cached();
        AnswerToKeep kept = new AnswerToKeep(
                planned.plan().frame(),
                planned.subject(),
                planned.model(),
                work.conversations(),
                keyed == null ? output : keyed.copying(output));
        CallOutcome outcome = governor.govern(
                keyed == null ? ready.call() : keyed.under(ready.call()),
                ready.cancellation().guard((cleared, out) -> {
                    ready.report().allowed(cleared.allowance());
                    kept.reads(ready.request(), cleared.content());
                    if (output instanceof BackgroundOutput background) {
                        background.begun(kept.begun(work.background().maker(), work.now()));
                    }
                    output.awaitUpstream();
                    return cached == null ? upstream.run(cleared, out) : cached.run(cleared, out);
                }),
                kept);
        if (keyed != null && KeyedCall.wasSlower(outcome)) {
            return false;
        }
        if (!(output instanceof BackgroundOutput)) {
            kept.ended(outcome, ready.request().stream());
        }
        if (cached != null) {
            cached.ended(outcome);
        }
        if (keyed != null && outcome instanceof CallOutcome.Completed && !keyed.mayEnd()) {
            output.fail(IdempotencyErrors.unavailable(), new CallOutcome.Abandoned());
        } else {
            Endings.render(ready.request().dialect(), outcome, output, upstream.reply());
        }
        return true;
    }

    /** The call goes on by itself once it has begun; until then it is refused as any other is. */
    private void inBackground(Prepared ready, StreamForm form, ServerResponse response, CallReport report) {
        PlannedCall planned = ready.planned();
        Subject subject = planned.subject();
        BackgroundOutput output = new BackgroundOutput(work.conversations(), work.background()::begun);
        boolean started = work.background()
                .start(planned.plan().id(), subject.tenant(), subject.member(), ready.cancellation(), () -> {
                    try {
                        boolean ignored = run(ready, null, output);
                    } catch (CloseConnectionException stopped) {
                        output.stopped();
                    } catch (RuntimeException bug) {
                        output.broken(bug);
                    }
                });
        if (!started) {
            String operation = ready.request().operation().code();
            refusals.refuse(response, report, subject, operation, planned.model(), CallErrors.tooManyInBackground());
            return;
        }
        if (planned.plan().streamed()) {
            Cancellation listening = new Cancellation();
            try (ClientOutput client = new SseOutput(response, report, form, clients, listening, false)) {
                KeptStream events = new KeptStream(governor, work.conversations(), work.background());
                CallId reading = gatekeeper.report(report.dialect()).id();
                output.stream(
                        client,
                        kept -> events.give(
                                KeptStream.reading(reading, subject, kept, planned.deadline()),
                                kept,
                                -1,
                                listening,
                                client));
            }
        } else {
            output.send(response, report);
        }
    }

    private @Nullable KeyedCall keyed(
            PlannedCall planned, IdempotentCalls.Turn.@Nullable Make key, CallReport report, ProviderReply reply) {
        if (key == null) {
            return null;
        }
        report.keyed(null);
        return new KeyedCall(idempotent.store(), planned.subject(), report.id(), key, reply);
    }
}
