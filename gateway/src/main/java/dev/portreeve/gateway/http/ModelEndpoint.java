package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.CallErrors;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.ErrorAnswer;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.dialect.RequestPath;
import dev.portreeve.gateway.model.ModelRoute;
import dev.portreeve.gateway.model.ProviderReply;
import dev.portreeve.gateway.model.RoutedModel;
import dev.portreeve.gateway.response.StoredResponses;
import dev.portreeve.policy.CallGovernor;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Cancellation;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.util.Optional;

/**
 * Model calls of every dialect: reads the request, has it governed, draws the outcome. One call from its first byte to its
 * last on the request's own thread. Thread-safe.
 */
final class ModelEndpoint {
    private final Gatekeeper gatekeeper;
    private final CallGovernor governor;
    private final Refusals refusals;
    private final Routing routing;
    private final Clients clients;
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
            Routing routing,
            Clients clients,
            ModelLimits limits) {
        this.gatekeeper = gatekeeper;
        this.governor = governor;
        this.refusals = refusals;
        this.routing = routing;
        this.clients = clients;
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
            byte[] body = RequestBody.read(http, limits.maxBodyBytes(), limits.bodyTimeout());
            ModelRequest request = dialect.read(path, body, limits.inputScreened());
            report.speaks(request.dialect());
            requireReadable(request);
            Optional<RoutedModel> model = routing.model(request.model());
            if (model.isEmpty()) {
                ErrorAnswer unknown = CallErrors.unknownModel(request.model());
                refusals.refuse(response, report, subject, operation.code(), request.model(), unknown);
                return;
            }
            Deadline deadline = Deadline.in(limits.callTimeout());
            Optional<RoutedUpstream> upstream = routing.begin(report.id(), subject, request, model.get(), deadline);
            if (upstream.isEmpty()) {
                ErrorAnswer impossible = CallErrors.unsupported(request.dialect(), operation, request.model());
                refusals.refuse(response, report, subject, operation.code(), request.model(), impossible);
                return;
            }
            govern(new Governed(subject, model.get().name(), upstream.get(), deadline), http, response, report);
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

    /** What came in, what rules call the model, and where it goes. */
    private record Governed(Subject subject, String model, RoutedUpstream upstream, Deadline deadline) {}

    private void govern(Governed governed, ServerRequest http, ServerResponse response, CallReport report) {
        Leg first = governed.upstream().first();
        ModelRequest request = first.attempt().request();
        boolean lossAsked = http.headers().contains(Names.TRANSLATION);
        RoutedUpstream upstream = governed.upstream()
                .with(
                        PassedHeaders.of(request.dialect(), http.headers()),
                        moved -> report.routed(routed(moved, lossAsked)));
        report.routed(routed(upstream, lossAsked));
        LlmCall call = new LlmCall(
                report.id(),
                governed.subject(),
                new Resource.Model(governed.model()),
                request.operation().code(),
                request.content(),
                first.estimate(),
                governed.deadline(),
                target(first, upstream.reply()));
        Cancellation cancellation = new Cancellation();
        try (ClientOutput output =
                output(request, StreamForm.of(request.dialect(), http), response, report, cancellation)) {
            CallOutcome outcome = governor.govern(
                    call,
                    cancellation.guard((cleared, out) -> {
                        output.awaitUpstream();
                        return upstream.run(cleared, out);
                    }),
                    output);
            Endings.render(request.dialect(), outcome, output, upstream.reply());
        }
    }

    private static CallReport.Routed routed(RoutedUpstream upstream, boolean lossAsked) {
        Leg leg = upstream.leg();
        return new CallReport.Routed(
                leg.route(),
                upstream.reply(),
                leg.cap(),
                upstream.attempt(),
                leg.attempt().translation(),
                lossAsked);
    }

    private ClientOutput output(
            ModelRequest request,
            StreamForm form,
            ServerResponse response,
            CallReport report,
            Cancellation cancellation) {
        return request.stream()
                ? new SseOutput(response, report, form, clients, cancellation)
                : new JsonOutput(response, report, clients.writes());
    }

    private static LlmCall.Target target(Leg leg, ProviderReply reply) {
        ModelRoute route = leg.route();
        return new LlmCall.Target(
                route.provider().id(),
                route.upstreamModel(),
                leg.cap(),
                route.priced().listed(),
                leg.attempt().translation(),
                leg.place().key(),
                reply::lost);
    }
}
