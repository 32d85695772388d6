package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.CallErrors;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.ErrorAnswer;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.dialect.RequestPath;
import dev.portreeve.gateway.model.ModelRoute;
import dev.portreeve.gateway.model.ModelRouter;
import dev.portreeve.gateway.model.ProviderCall;
import dev.portreeve.gateway.model.ProviderReply;
import dev.portreeve.gateway.response.StoredResponses;
import dev.portreeve.policy.CallGovernor;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Cancellation;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.Usage;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Model calls of every dialect: reads the request, has it governed, draws the outcome. One call from its first byte to its
 * last on the request's own thread. Thread-safe.
 */
final class ModelEndpoint {
    private final Gatekeeper gatekeeper;
    private final CallGovernor governor;
    private final Refusals refusals;
    private final ResponseKeeping keeping;
    private final ModelRouter router;
    private final Clients clients;
    private final InstantSource clock;
    private final ModelLimits limits;

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
            ResponseKeeping keeping,
            ModelRouter router,
            Clients clients,
            InstantSource clock,
            ModelLimits limits) {
        this.gatekeeper = gatekeeper;
        this.governor = governor;
        this.refusals = refusals;
        this.keeping = keeping;
        this.router = router;
        this.clients = clients;
        this.clock = clock;
        this.limits = limits;
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
        CallReport report = gatekeeper.report(dialect);
        Subject subject = gatekeeper.admit(http, response, report);
        if (subject == null) {
            return;
        }
        try {
            RequestBody.requireJson(http.headers());
            byte[] body = RequestBody.read(http, limits.maxBodyBytes(), limits.bodyTimeout());
            ModelRequest request = dialect.read(RequestPath.of(operation), body, limits.inputScreened());
            report.speaks(request.dialect());
            requireReadable(request);
            Optional<ModelRoute> route = router.route(request.model());
            if (route.isEmpty()) {
                ErrorAnswer unknown = CallErrors.unknownModel(request.model());
                refusals.refuse(response, report, subject, operation.code(), request.model(), unknown);
                return;
            }
            Optional<Attempt> attempt = Attempt.at(route.get(), request, limits.inputScreened(), clock);
            if (attempt.isEmpty()) {
                ErrorAnswer impossible = CallErrors.unsupported(request.dialect(), operation, request.model());
                refusals.refuse(response, report, subject, operation.code(), request.model(), impossible);
                return;
            }
            long earlier = keeping.earlierTokens(request, subject, route.get());
            govern(new Governed(subject, route.get(), attempt.get(), earlier), http, response, report);
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

    /** Tokens say nothing to a guardrail, and what it cannot read it cannot let pass. */
    private void requireReadable(ModelRequest request) {
        if (limits.inputScreened() && request.unreadableInput()) {
            throw new BadRequest(
                    400, "unreadable_input", "input", "a guardrail reads this input, so it must be text, not tokens");
        }
    }

    /**
     * What came in and where it goes.
     *
     * @param earlier tokens that are read beside the body, at most
     */
    private record Governed(Subject subject, ModelRoute route, Attempt attempt, long earlier) {}

    private void govern(Governed governed, ServerRequest http, ServerResponse response, CallReport report) {
        Attempt attempt = governed.attempt();
        ModelRequest request = attempt.request();
        ModelRoute route = governed.route();
        long cap = route.capFor(request);
        Deadline deadline = Deadline.in(limits.callTimeout());
        ProviderReply reply = new ProviderReply();
        Estimate estimate = route.estimate(request, attempt.inputBound() + governed.earlier());
        LlmCall call = new LlmCall(
                report.id(),
                governed.subject(),
                new Resource.Model(route.name()),
                request.operation().code(),
                request.content(),
                estimate,
                deadline,
                target(route, attempt, cap, reply));
        ProviderCall upstream = new ProviderCall(
                request,
                route.upstreamModel(),
                cap,
                deadline,
                PassedHeaders.of(request.dialect(), http.headers()),
                reply);
        report.routed(route, reply, cap);
        report.translated(attempt.translation(), http.headers().contains(Names.TRANSLATION));
        Cancellation cancellation = new Cancellation();
        try (ClientOutput output = output(request, response, report, cancellation)) {
            CallOutcome outcome = governor.govern(
                    call,
                    cancellation.guard((cleared, out) -> {
                        output.awaitUpstream();
                        Usage used = attempt.provider().answer(upstream, cleared.content(), out);
                        return keeping.keep(request, governed.subject(), route, reply, estimate, used);
                    }),
                    output);
            Endings.render(request.dialect(), outcome, output, reply);
        }
    }

    private ClientOutput output(
            ModelRequest request, ServerResponse response, CallReport report, Cancellation cancellation) {
        return request.stream()
                ? new SseOutput(response, report, clients, cancellation)
                : new JsonOutput(response, report, clients.writes());
    }

    private static LlmCall.Target target(ModelRoute route, Attempt attempt, long cap, ProviderReply reply) {
        return new LlmCall.Target(
                route.provider().id(),
                route.upstreamModel(),
                cap,
                route.priced().listed(),
                attempt.translation(),
                reply::lost);
    }
}
