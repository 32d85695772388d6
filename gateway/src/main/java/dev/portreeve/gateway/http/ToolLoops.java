package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.dialect.ResponseState;
import dev.portreeve.gateway.response.Conversation;
import dev.portreeve.gateway.response.Conversation.Status;
import dev.portreeve.gateway.response.StoredResponses;
import dev.portreeve.gateway.turn.KeptItems;
import dev.portreeve.gateway.turn.OwnServer;
import dev.portreeve.gateway.turn.ResponseFrame;
import dev.portreeve.gateway.turn.ToolConversation;
import dev.portreeve.policy.call.Cancellation;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Subject;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Responses whose callers name this gateway's own {@code /mcp} among their tools: the gateway itself makes the calls that the model wants, whichever
 * provider that is, so that its rules, people and records see each of them. Thread-safe.
 */
final class ToolLoops {
    private static final Logger LOG = LoggerFactory.getLogger(ToolLoops.class);
    private static final String MCP = "/mcp";
    private static final String OWN_LABEL = "portreeve";

    private final ToolTurns turns;
    private final ResponseWork work;
    private final ConversationDesk desk;
    private final Clients clients;
    private final int maxBodyBytes;
    private final @Nullable URI publicUrl;
    private final Supplier<Set<String>> slugs;

    /**
     * @param publicUrl how callers reach the data listener from outside
     * @param slugs of tool servers
     */
    ToolLoops(
            ToolTurns turns,
            ResponseWork work,
            ConversationDesk desk,
            Clients clients,
            int maxBodyBytes,
            @Nullable URI publicUrl,
            Supplier<Set<String>> slugs) {
        this.turns = turns;
        this.work = work;
        this.desk = desk;
        this.clients = clients;
        this.maxBodyBytes = maxBodyBytes;
        this.publicUrl = publicUrl;
        this.slugs = slugs;
    }

    /**
     * Makes a response, if its caller names tools of this gateway.
     *
     * @return false if it names none, and nothing was done
     * @throws BadRequest if it wants what cannot be had
     */
    boolean make(AskedCall asked, ServerRequest http, ServerResponse response, CallReport report) {
        ModelRequest request = asked.request();
        ResponseState state = request.state();
        if (state == null
                || request.dialect() != Dialect.OPENAI_RESPONSES
                || request.operation() != Operation.CHAT
                || request.hosted().isEmpty()) {
            return false;
        }
        OwnServer.Places places = places(http.headers());
        List<OwnServer> servers = OwnServer.in(request.body(), places);
        if (servers.isEmpty()) {
            return false;
        }
        requirePossible(state, http);
        boolean providersKeep = asked.model().isKeptByProviders();
        ConversationDesk.Earlier earlier = desk.before(state, asked.subject(), providersKeep);
        ToolConversation conversation =
                new ToolConversation(whole(asked, earlier), places, providersKeep, earlier.base());
        String userAgent = header(http.headers(), "user-agent");
        List<ObjectNode> listed = new ArrayList<>();
        for (OwnServer server : servers) {
            ObjectNode item = conversation.offer(server, turns.tools().list(asked.subject(), server.view(), userAgent));
            if (item != null) {
                listed.add(item);
            }
        }
        List<ToolConversation.Said> said = conversation.said();
        ToolTurns.Way way = way(asked, http.headers(), userAgent, report);
        StreamForm form = StreamForm.of(request.dialect(), http);
        try (ClientOutput output = clients.output(request, form, response, report, way.cancellation(), false)) {
            ToolLoop.Made made = made(asked, state, conversation, report);
            new ToolLoop(turns, way, made, conversation, output).run(listed, said);
        }
        return true;
    }

    private static ToolTurns.Way way(
            AskedCall asked, ServerRequestHeaders headers, @Nullable String userAgent, CallReport report) {
        return new ToolTurns.Way(
                asked.subject(),
                asked.model(),
                PassedHeaders.of(asked.request().dialect(), headers),
                PassedHeaders.correlation(headers),
                userAgent,
                new Cancellation(),
                report,
                headers.contains(Names.TRANSLATION));
    }

    private static void requirePossible(ResponseState state, ServerRequest http) {
        if (state.background()) {
            throw impossible("background", "a response whose tools the gateway calls cannot be made in the background");
        }
        if (IdempotentCalls.words(http.headers(), Operation.CHAT) != null) {
            throw impossible(
                    "tools", "a response whose tools the gateway calls cannot be made under an idempotency key");
        }
    }

    private static BadRequest impossible(String param, String why) {
        return new BadRequest(400, "unsupported_parameter", param, why);
    }

    private byte[] whole(AskedCall asked, ConversationDesk.Earlier earlier) {
        byte[] whole = KeptItems.request(asked.request().body(), earlier.items(), true);
        if (whole.length > maxBodyBytes) {
            throw new BadRequest(
                    400,
                    "conversation_too_long",
                    "previous_response_id",
                    "the conversation has more than " + maxBodyBytes + " bytes with all before it");
        }
        return whole;
    }

    private ToolLoop.Made made(AskedCall asked, ResponseState state, ToolConversation conversation, CallReport report) {
        String id = "resp_" + report.id().toString().replace("-", "");
        boolean keeps = desk.keeps(state);
        ResponseFrame frame = new ResponseFrame(
                keeps ? id : null,
                false,
                state.previous(),
                KeptItems.metadata(asked.request().body()));
        long created = work.now();
        String model = asked.model().name();
        return new ToolLoop.Made(
                report.id(),
                asked.request().stream(),
                () -> conversation.response(frame, id, model, created),
                whole -> {
                    if (keeps) {
                        keep(asked, id, conversation.input(id), whole);
                    }
                },
                Deadline.in(work.config().backgroundTimeout()));
    }

    private void keep(AskedCall asked, String id, byte[] input, byte[] response) {
        Subject subject = asked.subject();
        Status status = Status.of(KeptItems.status(response));
        try {
            if (!work.conversations()
                    .keep(new Conversation(
                            subject.tenant(),
                            subject.member(),
                            id,
                            asked.model().name(),
                            status,
                            input,
                            response))) {
                LOG.warn(
                        "a response is longer than responses.max-bytes, so it is not kept, and its id will be unknown");
            }
        } catch (StoredResponses.Unavailable down) {
            // What was done is done and paid for; only going on from it will not be possible.
            LOG.warn("a response could not be kept, so its id will be unknown: {}", String.valueOf(down.getCause()));
        }
    }

    /** A server is this gateway if its address is that by which the caller came, or the public one, or if it has none and is called so. */
    private OwnServer.Places places(ServerRequestHeaders headers) {
        String host = header(headers, "host");
        return (url, label) -> {
            if (url == null) {
                return label.equals(OWN_LABEL) ? "" : slugs.get().contains(label) ? label : null;
            }
            URI at = uri(url);
            String path = at == null || at.getRawPath() == null ? "" : at.getPath();
            boolean here = at != null
                    && at.getRawAuthority() != null
                    && (at.getRawAuthority().equalsIgnoreCase(host)
                            || (publicUrl != null
                                    && at.getRawAuthority().equalsIgnoreCase(publicUrl.getRawAuthority())));
            int mcp = here ? path.indexOf(MCP) : -1;
            String view = mcp < 0 ? "-" : path.substring(mcp + MCP.length());
            return view.isEmpty() || view.equals("/") ? "" : view.matches("/[^/]+") ? view.substring(1) : null;
        };
    }

    private static @Nullable URI uri(String url) {
        try {
            return URI.create(url);
        } catch (IllegalArgumentException none) {
            return null;
        }
    }

    private static @Nullable String header(ServerRequestHeaders headers, String name) {
        var known = HeaderNames.create(name);
        return headers.contains(known) ? headers.get(known).get() : null;
    }
}
