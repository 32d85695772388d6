package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.ServerEntry;
import dev.portreeve.hub.seal.Binding;
import dev.portreeve.hub.seal.Purpose;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.hub.south.Answered;
import dev.portreeve.hub.south.Meanwhile;
import dev.portreeve.hub.south.ServerRequest;
import dev.portreeve.hub.south.ToolServerFault;
import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.ProtocolVersion;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Carries one request to its server and back, whichever eras the two speak, with all that the server asks on the way. A
 * modern caller is asked by its result and comes back with a sealed state; a caller with a session is asked on the stream
 * of its request. Thread-safe.
 */
final class Bridge implements AutoCloseable {
    private static final int OK = 200;

    private final SealedTokens tokens;
    private final ParkedCalls parked;
    private final RoundLimits limits;

    Bridge(SealedTokens tokens, ParkedCalls parked, RoundLimits limits) {
        this.tokens = tokens;
        this.parked = parked;
        this.limits = limits;
    }

    /**
     * A request that may go several rounds.
     *
     * @param digest of everything that must be the same in the next round
     * @param asking how its server is asked
     */
    record Errand(Counterpart caller, ServerEntry server, String digest, Asking asking) {
        private Binding binding() {
            return new Binding(Purpose.REQUEST_STATE, caller.subject(), server.slug(), digest);
        }

        private Questioner questioner() {
            return new Questioner(server, caller.view());
        }
    }

    /** How long a request may take in all: a caller with a session may take a while to answer on the way. */
    Duration patience(Counterpart caller, Duration callTimeout) {
        boolean asks = caller instanceof Counterpart.Legacy && CallerCapabilities.canBeAsked(caller.capabilities());
        return asks ? callTimeout.plus(limits.answerWithin()) : callTimeout;
    }

    /**
     * What the caller brought back, by the params of its request.
     *
     * @throws BadMessage if the state was not made for this very request of this caller, or has expired
     */
    Round open(Errand errand, Map<String, RawJson> params) {
        if (errand.caller() instanceof Counterpart.Legacy) {
            return Round.FIRST;
        }
        RawJson responses = params.get("inputResponses");
        if (responses != null && !responses.isObject()) {
            throw refused("inputResponses must be an object");
        }
        RawJson state = params.get("requestState");
        if (state == null) {
            return new Round(0, null, null, responses, null);
        }
        return state.asString()
                .flatMap(token -> tokens.open(token, errand.binding()))
                .map(content -> Round.of(content, responses))
                .orElseThrow(Bridge::staleState);
    }

    /** A page to visit before the request is made, under a state with which it then comes again. */
    RawJson waiting(Errand errand, InputRequired page) {
        return page.under(tokens.seal(errand.binding(), limits.answerWithin(), Round.waiting()));
    }

    private static BadMessage staleState() {
        return refused(
                "the requestState is not valid for this request, was used, or has expired: begin anew without it");
    }

    private static BadMessage refused(String message) {
        return new BadMessage(OK, new McpError(McpError.INVALID_PARAMS, message));
    }

    /**
     * One round of a governed call, as {@link #carry}: what goes wrong ends the call, so that it is settled and recorded.
     *
     * @param instead takes what the caller is told in place of the outcome, in the protocol's own words
     */
    Answered governed(Errand errand, ServerRequest request, Round round, CallRelay relay, Consumer<Reply> instead)
            throws CallEnded {
        try {
            return carry(
                    errand, request, round, relay, Deadline.in(errand.server().callTimeout()));
        } catch (MissingCapability missing) {
            instead.accept(missing.reply());
            throw ended(missing.words());
        } catch (BadMessage stale) {
            instead.accept(new Reply.Error(stale.status(), stale.error()));
            throw ended(stale.error().message());
        } catch (ToolServerFault fault) {
            throw new CallEnded(new CallOutcome.Failed(fault.fault()));
        } catch (InterruptedException left) {
            Thread.currentThread().interrupt();
            throw new CallEnded(new CallOutcome.Abandoned());
        }
    }

    /**
     * One round.
     *
     * @param relay tells the caller what happens meanwhile
     * @param deadline for the server, not counting the time that the caller takes to answer
     * @throws ToolServerFault if the server gave no answer
     * @throws BadMessage if what the state speaks of is gone
     * @throws MissingCapability if the caller cannot be asked what the server asks
     * @throws InterruptedException if the caller left
     */
    private Answered carry(Errand errand, ServerRequest request, Round round, CallRelay relay, Deadline deadline)
            throws InterruptedException {
        Answered answered = switch (errand.caller()) {
            case Counterpart.Legacy legacy ->
                errand.questioner().pages(asking(errand, legacy, request, relay, deadline));
            case Counterpart.Modern modern ->
                paged(errand, round, round(errand, modern, request, round, relay, deadline));
        };
        if (answered instanceof Answered.Refusal(McpError error)
                && error.code() == McpError.MISSING_CLIENT_CAPABILITY) {
            throw MissingCapability.said(error);
        }
        return answered;
    }

    // What the older era says by an error.
    private Answered paged(Errand errand, Round round, Answered answered) {
        Optional<InputRequired> pages = UrlElicitation.asked(answered);
        if (pages.isEmpty()) {
            return answered;
        }
        if (UrlElicitation.isDeclined(round.responses())) {
            return new Answered.Refusal(new McpError(
                    McpError.INVALID_REQUEST, "the caller does not want to visit the page that this needs"));
        }
        requireAnswerable(errand.caller(), pages.get());
        return sealed(errand, round.next(null), pages.get());
    }

    private static CallEnded ended(String detail) {
        return new CallEnded(new CallOutcome.Failed(new UpstreamFault(UpstreamFault.Kind.REFUSED, 0, detail, true)));
    }

    // A caller with a session: questions of either era go out on its stream.
    private Answered asking(
            Errand errand, Counterpart.Legacy caller, ServerRequest request, CallRelay relay, Deadline deadline)
            throws InterruptedException {
        ServerRequest now = request;
        List<String> visited = List.of();
        for (int i = 0; i < limits.rounds(); i++) {
            Answered answered = errand.asking().ask(caller.party(), now, relay, deadline);
            Optional<InputRequired> wanted = InputRequired.of(answered);
            if (wanted.isEmpty()) {
                return answered;
            }
            requireAnswerable(caller, wanted.get());
            List<String> pages = UrlElicitation.addresses(wanted.get());
            if (!pages.isEmpty() && visited.equals(pages)) {
                // He agreed to go there, and is not back: he repeats the request when he is.
                return UrlElicitation.required(wanted.get());
            }
            visited = pages;
            Map<String, RawJson> responses = new LinkedHashMap<>();
            for (Map.Entry<String, InputRequired.Question> one :
                    wanted.get().questions().entrySet()) {
                InputRequired.Question question = one.getValue();
                errand.questioner().requireAskable(question);
                Answered answer = relay.question(question.method(), question.params());
                responses.put(one.getKey(), response(errand, question, answer));
            }
            now = again(request, RawJson.object(responses), wanted.get().state());
        }
        throw tooManyRounds(errand);
    }

    private static RawJson response(Errand errand, InputRequired.Question question, Answered answered) {
        return switch (answered) {
            case Answered.Result result -> result.result();
            case Answered.Refusal refusal -> {
                if (question.method().equals(Questioner.ELICITATION)) {
                    yield RawJson.of("{\"action\":\"cancel\"}");
                }
                throw new ToolServerFault(new UpstreamFault(
                        UpstreamFault.Kind.REFUSED,
                        0,
                        "tool server \"" + errand.server().slug() + "\" asked the caller for " + question.method()
                                + " and got no answer",
                        true));
            }
        };
    }

    // A modern caller: one round.
    private Answered round(
            Errand errand,
            Counterpart.Modern caller,
            ServerRequest request,
            Round round,
            Meanwhile relay,
            Deadline deadline)
            throws InterruptedException {
        if (round.parked() != null) {
            return resumed(errand, round, round.parked(), relay);
        }
        if (mayAskMidway(errand.server(), caller)) {
            ParkedCall started = new ParkedCall(
                    errand.server().slug(), ears -> errand.asking().ask(caller.party(), request, ears, deadline));
            return attached(errand, started, round, relay);
        }
        ServerRequest now = again(request, round.responses(), round.state());
        AskedInVain ears = new AskedInVain(relay, caller.capabilities());
        Answered answered = ears.require(errand.asking().ask(caller.party(), now, ears, deadline));
        Optional<InputRequired> wanted = InputRequired.of(answered);
        if (wanted.isEmpty()) {
            return answered;
        }
        requireAnswerable(caller, wanted.get());
        return sealed(errand, round.next(wanted.get().state()), wanted.get());
    }

    private static boolean mayAskMidway(ServerEntry server, Counterpart.Modern caller) {
        return CallerCapabilities.canBeAsked(caller.capabilities())
                && !server.server().protocolVersion().equals(ProtocolVersion.MODERN);
    }

    private Answered resumed(Errand errand, Round round, String id, Meanwhile relay) throws InterruptedException {
        ParkedCalls.Resumed resumed = parked.resume(id).orElseThrow(Bridge::staleState);
        RawJson given = round.responses() == null ? null : round.responses().member(resumed.question());
        if (given == null) {
            // What is missing is asked again.
            return park(errand, resumed.call(), round, resumed.call().lastQuestion());
        }
        resumed.call().answer(new Answered.Result(given));
        return attached(errand, resumed.call(), round, relay);
    }

    private Answered attached(Errand errand, ParkedCall call, Round round, Meanwhile relay)
            throws InterruptedException {
        try {
            while (true) {
                switch (call.await(relay)) {
                    case ParkedCall.Turn.Done done -> {
                        return done.answered();
                    }
                    case ParkedCall.Turn.Asks asks -> {
                        JsonRpcMessage.Request question = asks.question();
                        RawJson able = errand.caller().capabilities();
                        if (CallerCapabilities.missing(able, question.method(), question.params()) != null) {
                            call.answerInVain(
                                    CallerCapabilities.undeclared(able, question.method(), question.params()),
                                    Meanwhile.NOTHING.question(question));
                            continue;
                        }
                        Optional<Answered.Refusal> refusal =
                                errand.questioner().refusal(question.method(), question.params());
                        if (refusal.isEmpty()) {
                            return park(errand, call, round, question);
                        }
                        call.answer(refusal.get());
                    }
                }
            }
        } catch (InterruptedException left) {
            call.cancel();
            throw left;
        }
    }

    private Answered park(Errand errand, ParkedCall call, Round round, JsonRpcMessage.Request question) {
        if (round.number() + 1 > limits.rounds()) {
            call.cancel();
            throw tooManyRounds(errand);
        }
        String id = UUID.randomUUID().toString();
        String key = "question-" + (round.number() + 1);
        if (!parked.park(id, errand.caller().subject(), call, key)) {
            throw new ToolServerFault(new UpstreamFault(
                    UpstreamFault.Kind.REFUSED,
                    0,
                    "too many calls wait for an answer already: answer or let go of some first",
                    true));
        }
        return sealed(errand, round.nextOf(id), InputRequired.asking(key, question));
    }

    private Answered sealed(Errand errand, Round next, InputRequired wanted) {
        if (next.number() > limits.rounds()) {
            throw tooManyRounds(errand);
        }
        byte[] content = next.sealed();
        if (content.length > Purpose.REQUEST_STATE.maxContentBytes()) {
            throw new ToolServerFault(new UpstreamFault(
                    UpstreamFault.Kind.TOO_LARGE,
                    0,
                    "tool server \"" + errand.server().slug() + "\" sent a request state that is too long",
                    true));
        }
        return new Answered.Result(
                errand.questioner().shown(wanted).under(tokens.seal(errand.binding(), limits.answerWithin(), content)));
    }

    private static void requireAnswerable(Counterpart caller, InputRequired wanted) {
        for (InputRequired.Question question : wanted.questions().values()) {
            String missing = CallerCapabilities.missing(caller.capabilities(), question.method(), question.params());
            if (missing != null) {
                throw MissingCapability.of(missing);
            }
        }
    }

    private static ServerRequest again(ServerRequest request, @Nullable RawJson responses, @Nullable String state) {
        Map<String, RawJson> more = new LinkedHashMap<>();
        if (responses != null) {
            more.put("inputResponses", responses);
        }
        if (state != null) {
            more.put("requestState", RawJson.string(state));
        }
        return request.withParams(more);
    }

    private ToolServerFault tooManyRounds(Errand errand) {
        return new ToolServerFault(new UpstreamFault(
                UpstreamFault.Kind.GARBAGE,
                0,
                "tool server \"" + errand.server().slug() + "\" asked for more input in " + limits.rounds()
                        + " rounds, which is the most",
                true));
    }

    /** Gives up what waits. */
    @Override
    public void close() {
        parked.close();
    }
}
