package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.CallErrors;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.ErrorAnswer;
import dev.portreeve.gateway.model.KeptResponses;
import dev.portreeve.gateway.model.KeptResponses.Action;
import dev.portreeve.gateway.model.KeptResponses.KeptCall;
import dev.portreeve.gateway.model.ModelProvider;
import dev.portreeve.gateway.model.ModelRouter;
import dev.portreeve.gateway.model.ProviderReply;
import dev.portreeve.gateway.response.Conversation;
import dev.portreeve.gateway.response.Conversations;
import dev.portreeve.gateway.response.StoredResponse;
import dev.portreeve.gateway.response.StoredResponses;
import dev.portreeve.policy.CallGovernor;
import dev.portreeve.policy.call.Cancellation;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.Usage;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Responses that providers keep: read, deleted, cancelled by those whose they are. Each is a governed call that costs nothing,
 * so rules hold, guardrails read, and records say it. Another's response looks like one that is not there. Thread-safe.
 */
final class ResponsesEndpoint {
    /** The path parameter. */
    static final String ID = "id";

    private static final String HERE = KeptStream.HERE;
    private static final Dialect DIALECT = Dialect.OPENAI_RESPONSES;
    private static final Pattern IDS = Pattern.compile("[A-Za-z0-9_-]{1,200}");
    private static final Pattern NUMBERS = Pattern.compile("\\d{1,9}");
    private static final Pattern QUERIES = Pattern.compile("[A-Za-z0-9_.=&%\\[\\]-]{0,1000}");

    private final Gatekeeper gatekeeper;
    private final CallGovernor governor;
    private final Refusals refusals;
    private final ModelRouter router;
    private final StoredResponses responses;
    private final Conversations conversations;
    private final BackgroundResponses background;
    private final Clients clients;
    private final Duration callTimeout;
    private final Duration patience;

    /** @param patience how long a stream of a response that is still being made lasts at most */
    ResponsesEndpoint(
            Gatekeeper gatekeeper,
            CallGovernor governor,
            Refusals refusals,
            ModelRouter router,
            StoredResponses responses,
            Conversations conversations,
            BackgroundResponses background,
            Clients clients,
            Duration callTimeout,
            Duration patience) {
        this.gatekeeper = gatekeeper;
        this.governor = governor;
        this.refusals = refusals;
        this.router = router;
        this.responses = responses;
        this.conversations = conversations;
        this.background = background;
        this.clients = clients;
        this.callTimeout = callTimeout;
        this.patience = patience;
    }

    Handler handler(Action action) {
        return (request, response) -> handle(action, request, response);
    }

    private void handle(Action action, ServerRequest http, ServerResponse response) {
        CallReport report = gatekeeper.report(DIALECT);
        Subject subject = gatekeeper.admit(http, response, report);
        if (subject == null) {
            return;
        }
        try {
            serve(action, subject, http, response, report);
        } catch (BadRequest bad) {
            refuse(response, report, subject, action, CallErrors.of(bad));
        } catch (StoredResponses.Unavailable down) {
            refuse(response, report, subject, action, CallErrors.responsesUnavailable());
        } catch (CloseConnectionException over) {
            throw over;
        } catch (RuntimeException failed) {
            throw new BrokenCall(report.id(), failed);
        }
    }

    private void serve(Action action, Subject subject, ServerRequest http, ServerResponse response, CallReport report) {
        String id = http.path().pathParameters().first(ID).orElse("");
        String query = http.query().rawValue();
        boolean streamed = isStreamed(http);
        if (!QUERIES.matcher(query).matches() || (streamed && action != Action.GET)) {
            refuse(response, report, subject, action, CallErrors.keptStream());
            return;
        }
        Optional<Conversation> own = IDS.matcher(id).matches()
                ? conversations.find(subject.tenant(), subject.member(), id)
                : Optional.empty();
        long after = streamed ? after(http) : -1;
        if (own.isPresent() && streamed) {
            stream(own.get(), subject, after, http, response, report);
            return;
        }
        if (own.isPresent()) {
            govern(own(own.get(), subject, action, query), http, response, report);
            return;
        }
        Optional<StoredResponse> kept =
                IDS.matcher(id).matches() ? responses.find(subject.tenant(), subject.member(), id) : Optional.empty();
        ModelProvider provider =
                kept.flatMap(found -> router.provider(found.provider())).orElse(null);
        KeptResponses at = provider == null ? null : provider.kept();
        if (kept.isEmpty() || at == null) {
            refuse(response, report, subject, action, CallErrors.unknownResponse());
            return;
        }
        govern(new Asked(subject, kept.get(), at, action, query, streamed), http, response, report);
    }

    private static boolean isStreamed(ServerRequest http) {
        return http.query().contains("stream") && http.query().get("stream").equalsIgnoreCase("true");
    }

    private static long after(ServerRequest http) {
        if (!http.query().contains("starting_after")) {
            return -1;
        }
        String given = http.query().get("starting_after");
        if (!NUMBERS.matcher(given).matches()) {
            throw new BadRequest(
                    400, "invalid_value", "starting_after", "\"starting_after\" must be a number of an event");
        }
        return Long.parseLong(given);
    }

    /** Reads one as a stream. */
    private void stream(
            Conversation kept,
            Subject subject,
            long after,
            ServerRequest http,
            ServerResponse response,
            CallReport report) {
        LlmCall reading = KeptStream.reading(report.id(), subject, kept, Deadline.in(patience))
                .of(PassedHeaders.correlation(http.headers()));
        Cancellation cancellation = new Cancellation();
        StreamForm form = StreamForm.of(DIALECT, http);
        try (ClientOutput output = new SseOutput(response, report, form, clients, cancellation, false)) {
            new KeptStream(governor, conversations, background).give(reading, kept, after, cancellation, output);
        }
    }

    private static LlmCall call(
            CallReport report, Subject subject, StoredResponse kept, Action action, Deadline deadline) {
        return new LlmCall(
                report.id(),
                subject,
                new Resource.Model(kept.model()),
                action.code(),
                Content.EMPTY,
                new Estimate(0, 0, Price.perCall(NanoUsd.ZERO, "none")),
                deadline,
                new LlmCall.Target(kept.provider(), kept.model(), 0, true, List.of(), List::of));
    }

    private Asked own(Conversation own, Subject subject, Action action, String query) {
        StoredResponse kept = new StoredResponse(own.tenant(), own.id(), own.member(), HERE, own.model(), 0);
        return new Asked(subject, kept, new GatewayResponses(own, conversations, background), action, query, false);
    }

    private void refuse(ServerResponse response, CallReport report, Subject subject, Action action, ErrorAnswer error) {
        refusals.refuse(response, report, subject, action.code(), "", error);
    }

    private record Asked(
            Subject subject, StoredResponse kept, KeptResponses at, Action action, String query, boolean streamed) {}

    private void govern(Asked asked, ServerRequest http, ServerResponse response, CallReport report) {
        StoredResponse kept = asked.kept();
        ProviderReply reply = new ProviderReply();
        Deadline deadline = Deadline.in(asked.streamed() ? patience : callTimeout);
        KeptCall upstream = new KeptCall(
                asked.action(),
                kept.id(),
                asked.query(),
                asked.streamed(),
                deadline,
                PassedHeaders.of(DIALECT, http.headers()),
                reply);
        LlmCall call = call(report, asked.subject(), kept, asked.action(), deadline)
                .of(PassedHeaders.correlation(http.headers()));
        Cancellation cancellation = new Cancellation();
        try (ClientOutput output = output(asked, http, response, report, cancellation)) {
            Endings.render(
                    DIALECT,
                    governor.govern(
                            call,
                            cancellation.guard((cleared, out) -> {
                                asked.at().run(upstream, out);
                                if (asked.action() == Action.DELETE
                                        && !kept.provider().equals(HERE)) {
                                    responses.forget(kept.tenant(), kept.member(), kept.id());
                                }
                                return Usage.NO_TOKENS;
                            }),
                            output),
                    output,
                    reply);
        }
    }

    private ClientOutput output(
            Asked asked, ServerRequest http, ServerResponse response, CallReport report, Cancellation cancellation) {
        return asked.streamed()
                ? new SseOutput(response, report, StreamForm.of(DIALECT, http), clients, cancellation, false)
                : new JsonOutput(response, report, clients.writes());
    }
}
