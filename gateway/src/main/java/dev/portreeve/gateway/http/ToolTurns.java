package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.dialect.RequestPath;
import dev.portreeve.gateway.model.ProviderReply;
import dev.portreeve.gateway.model.RoutedModel;
import dev.portreeve.gateway.turn.CallerMemory;
import dev.portreeve.gateway.turn.ResponseFrame;
import dev.portreeve.gateway.turn.ThoughtMemory;
import dev.portreeve.policy.CallGovernor;
import dev.portreeve.policy.approval.Approvals;
import dev.portreeve.policy.approval.Ticket;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Cancellation;
import dev.portreeve.policy.call.Correlation;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.Subject;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the making of a response with tools of this gateway is made of: turns of a model, calls of tools, tickets taken back. Thread-safe. */
final class ToolTurns {
    private final CallGovernor governor;
    private final Routing routing;
    private final HubTools tools;
    private final Approvals approvals;
    private final Supplier<CallId> callIds;
    private final Duration callTimeout;
    private final boolean screened;
    private final ThoughtMemory memory;

    /** @param screened whether guardrails read requests, so that their texts must be found */
    ToolTurns(
            CallGovernor governor,
            Routing routing,
            HubTools tools,
            Approvals approvals,
            Supplier<CallId> callIds,
            Duration callTimeout,
            boolean screened,
            ThoughtMemory memory) {
        this.governor = governor;
        this.routing = routing;
        this.tools = tools;
        this.approvals = approvals;
        this.callIds = callIds;
        this.callTimeout = callTimeout;
        this.screened = screened;
        this.memory = memory;
    }

    /** For whom, to which model, and how its client is heard of. */
    record Way(
            Subject subject,
            RoutedModel model,
            Map<String, String> headers,
            Correlation correlation,
            @Nullable String userAgent,
            Cancellation cancellation,
            CallReport report,
            boolean lossAsked) {}

    /**
     * How a turn ended.
     *
     * @param answer there if it completed
     */
    record Turn(CallOutcome outcome, byte @Nullable [] answer, ProviderReply reply) {}

    CallId nextId() {
        return callIds.get();
    }

    HubTools tools() {
        return tools;
    }

    /**
     * Asks the model once, as a governed call.
     *
     * @param begins told when the provider is about to be asked
     * @return empty if no target of the model has such an operation
     */
    Optional<Turn> ask(Way way, CallId id, byte[] body, Deadline whole, Runnable begins) {
        ModelRequest request = Dialect.OPENAI_RESPONSES.read(RequestPath.of(Operation.CHAT), body, screened);
        Duration left = whole.remaining();
        Deadline deadline = Deadline.in(left.compareTo(callTimeout) < 0 ? left : callTimeout);
        Subject subject = way.subject();
        CallerMemory known = new CallerMemory(memory.of(subject.tenant(), subject.member()), ResponseFrame.NONE);
        return routing.begin(id, subject, request, known, way.model(), deadline).map(place -> {
            RoutedUpstream upstream = place.with(
                    way.headers(),
                    way.cancellation()::isCancelled,
                    moved -> way.report().routed(PlannedCall.routed(moved, way.lossAsked())));
            way.report().routed(PlannedCall.routed(upstream, way.lossAsked()));
            PlannedCall planned = new PlannedCall(
                    subject,
                    way.model().name(),
                    upstream,
                    deadline,
                    new ConversationDesk.Plan(request, ResponseFrame.NONE),
                    null);
            return governed(planned.call(id).of(way.correlation()), upstream, way, begins);
        });
    }

    private Turn governed(LlmCall call, RoutedUpstream upstream, Way way, Runnable begins) {
        Collected collected = new Collected();
        CallOutcome outcome = governor.govern(
                call,
                way.cancellation().guard((cleared, out) -> {
                    way.report().allowed(cleared.allowance());
                    begins.run();
                    return upstream.run(cleared, out);
                }),
                collected);
        return new Turn(outcome, collected.answer, upstream.reply());
    }

    /** Takes what passed the guardrails: a whole answer, once. */
    private static final class Collected implements OutputSink<AnswerChunk> {
        private byte @Nullable [] answer;

        @Override
        public void emit(AnswerChunk chunk) {
            if (!chunk.isSilent()) {
                answer = chunk.bytes();
            }
        }
    }

    /**
     * The side that asked does not want the call any more. Anybody can have written the id of a request, so only the caller's own tickets are
     * taken back.
     */
    void withdraw(Subject subject, UUID ticket, @Nullable String reason) {
        Optional<Ticket> own = approvals
                .find(subject.tenant(), ticket)
                .filter(found -> found.request().member().equals(subject.member()));
        if (own.isPresent()) {
            // Too late is as good: it was decided, or used.
            var ignored = approvals.withdraw(subject.tenant(), ticket, subject.member(), reason);
        }
    }
}
