package dev.portreeve.gateway.http;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.CallErrors;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.ErrorAnswer;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.model.ModelRoute;
import dev.portreeve.gateway.model.ModelRouter;
import dev.portreeve.gateway.model.ProviderCall;
import dev.portreeve.gateway.model.ProviderReply;
import dev.portreeve.gateway.turn.Translation;
import dev.portreeve.policy.CallGovernor;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Cancellation;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Model calls of every dialect: reads the request, has it governed, draws the outcome. One call from its first byte to its
 * last on the request's own thread. Thread-safe.
 */
final class ModelEndpoint {
    /** The caller's headers a provider may see; never its credential, and nothing that would join callers' accounts. */
    private static final List<HeaderName> PASSED = List.of(
            HeaderNames.create("openai-beta"),
            HeaderNames.create("x-client-request-id"),
            HeaderNames.create("traceparent"),
            HeaderNames.create("tracestate"));

    private static final String ANTHROPIC = "anthropic-";
    private static final int MAX_PASSED = 50;
    private static final int MAX_MODEL_IN_RECORD = 200;

    private final Gatekeeper gatekeeper;
    private final CallGovernor governor;
    private final AuditLog audit;
    private final ModelRouter router;
    private final KeepAlive keepAlive;
    private final InstantSource clock;
    private final ModelLimits limits;

    /**
     * The bounds of model calls.
     *
     * @param inputScreened whether a guardrail reads requests, so that their texts must be found
     */
    record ModelLimits(int maxBodyBytes, Duration callTimeout, boolean inputScreened) {}

    ModelEndpoint(
            Gatekeeper gatekeeper,
            CallGovernor governor,
            AuditLog audit,
            ModelRouter router,
            KeepAlive keepAlive,
            InstantSource clock,
            ModelLimits limits) {
        this.gatekeeper = gatekeeper;
        this.governor = governor;
        this.audit = audit;
        this.router = router;
        this.keepAlive = keepAlive;
        this.clock = clock;
        this.limits = limits;
    }

    void chat(ServerRequest request, ServerResponse response) {
        handle(Dialect.OPENAI_CHAT, Operation.CHAT, request, response);
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
        CallReport report = gatekeeper.report(dialect);
        Subject subject = gatekeeper.admit(http, response, report);
        if (subject == null) {
            return;
        }
        try {
            RequestBody.requireJson(http.headers());
            byte[] body = RequestBody.read(http, limits.maxBodyBytes());
            ModelRequest request = dialect.read(operation, body, limits.inputScreened());
            report.speaks(request.dialect());
            requireReadable(request);
            Optional<ModelRoute> route = router.route(request.model());
            if (route.isEmpty()) {
                ErrorAnswer unknown = CallErrors.unknownModel(request.model());
                refuse(response, report, subject, operation, request.model(), unknown);
                return;
            }
            Optional<Attempt> attempt = Attempt.at(route.get(), request, limits.inputScreened(), clock);
            if (attempt.isEmpty()) {
                ErrorAnswer impossible = CallErrors.unsupported(request.dialect(), operation, request.model());
                refuse(response, report, subject, operation, request.model(), impossible);
                return;
            }
            govern(new Governed(subject, route.get(), attempt.get()), http, response, report);
        } catch (BadRequest bad) {
            refuse(response, report, subject, operation, "", CallErrors.of(bad));
        } catch (CloseConnectionException over) {
            throw over;
        } catch (RuntimeException failed) {
            throw new BrokenCall(report.id(), failed);
        }
    }

    /** Tokens say nothing to a guardrail, and what it cannot read it cannot let pass. */
    private void requireReadable(ModelRequest request) {
        if (limits.inputScreened() && request.unreadableInput()) {
            throw new BadRequest(
                    400, "unreadable_input", "input", "a guardrail reads this input, so it must be text, not tokens");
        }
    }

    /** What came in and where it goes. */
    private record Governed(Subject subject, ModelRoute route, Attempt attempt) {}

    private void govern(Governed governed, ServerRequest http, ServerResponse response, CallReport report) {
        Attempt attempt = governed.attempt();
        ModelRequest request = attempt.request();
        ModelRoute route = governed.route();
        long cap = route.capFor(request);
        Deadline deadline = Deadline.in(limits.callTimeout());
        ProviderReply reply = new ProviderReply();
        LlmCall call = new LlmCall(
                report.id(),
                governed.subject(),
                new Resource.Model(route.name()),
                request.operation().code(),
                request.content(),
                route.estimate(request, attempt.inputBound()),
                deadline,
                new LlmCall.Target(
                        route.provider().id(),
                        route.upstreamModel(),
                        cap,
                        route.priced().listed(),
                        attempt.translation(),
                        reply::lost));
        ProviderCall upstream = new ProviderCall(
                request, route.upstreamModel(), cap, deadline, passed(request.dialect(), http.headers()), reply);
        report.routed(route, reply, cap);
        report.translated(attempt.translation(), http.headers().contains(Names.TRANSLATION));
        Cancellation cancellation = new Cancellation();
        try (ClientOutput output = request.stream()
                ? new SseOutput(response, report, keepAlive, cancellation)
                : new JsonOutput(response, report)) {
            CallOutcome outcome = governor.govern(
                    call,
                    cancellation.guard((cleared, out) -> {
                        output.awaitUpstream();
                        return attempt.provider().answer(upstream, cleared.content(), out);
                    }),
                    output);
            render(request.dialect(), outcome, output, reply);
        }
    }

    /** Every ending of a governed call, on the wire. */
    private static void render(Dialect dialect, CallOutcome outcome, ClientOutput output, ProviderReply reply) {
        switch (outcome) {
            case CallOutcome.Completed completed -> output.complete(completed, reply);
            case CallOutcome.Denied denied -> output.fail(CallErrors.of(denied), denied);
            case CallOutcome.AwaitingApproval awaiting -> output.fail(CallErrors.of(awaiting), awaiting);
            case CallOutcome.Failed failed -> output.fail(error(dialect, failed, reply), failed);
            case CallOutcome.Abandoned ignored -> throw new CloseConnectionException("the client left");
        }
    }

    private static ErrorAnswer error(Dialect dialect, CallOutcome.Failed failed, ProviderReply reply) {
        ProviderReply.ErrorBody own = reply.error();
        if (own == null) {
            return CallErrors.of(failed.fault());
        }
        return own.dialect() == dialect
                ? CallErrors.passed(
                        dialect, failed.fault(), own.headers(), new ErrorAnswer.Said(own.contentType(), own.body()))
                : CallErrors.retold(failed.fault(), own.headers(), Translation.message(own.body()));
    }

    /** A request of a known caller that never became a call: answered, and recorded with its reason. */
    private void refuse(
            ServerResponse response,
            CallReport report,
            Subject subject,
            Operation operation,
            String model,
            ErrorAnswer error) {
        Facts facts = new Facts()
                .put("type", "llm")
                .put("operation", operation.code())
                .put("outcome", "rejected")
                .put("reason", error.code())
                .put("status", error.status())
                .put("key", subject.keyId())
                .put("member", subject.member());
        if (!model.isEmpty()) {
            facts.put("resource", model.substring(0, Math.min(MAX_MODEL_IN_RECORD, model.length())));
        }
        audit.append(new AuditEvent(
                subject.tenant(), EventKind.CALL_REFUSED, report.id().value(), facts));
        ErrorResponse.send(response, report, error);
    }

    /** Anthropic's headers belong to members of the body that we may not know, so all of them go together. */
    private static Map<String, String> passed(Dialect dialect, ServerRequestHeaders headers) {
        Map<String, String> passed = new HashMap<>();
        for (HeaderName name : PASSED) {
            if (headers.contains(name)) {
                passed.put(name.lowerCase(), headers.get(name).get());
            }
        }
        if (dialect == Dialect.ANTHROPIC_MESSAGES) {
            for (Header header : headers) {
                String name = header.headerName().lowerCase();
                if (name.startsWith(ANTHROPIC) && passed.size() < MAX_PASSED) {
                    passed.put(name, String.join(",", header.allValues()));
                }
            }
        }
        return passed;
    }
}
