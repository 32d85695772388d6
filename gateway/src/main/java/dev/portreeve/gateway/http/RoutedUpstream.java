package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.model.Deployment;
import dev.portreeve.gateway.model.Failure;
import dev.portreeve.gateway.model.Itinerary;
import dev.portreeve.gateway.model.ModelRoute;
import dev.portreeve.gateway.model.ProviderCall;
import dev.portreeve.gateway.model.ProviderReply;
import dev.portreeve.gateway.model.RoutedModel;
import dev.portreeve.policy.call.Attempts;
import dev.portreeve.policy.call.Attempts.Made;
import dev.portreeve.policy.call.BudgetState;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Clearance;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A model call's upstream: the place where it goes first, and others when that fails, as long as nothing of an answer was
 * given out. What each attempt may cost is held before it is made. For one call, on its thread.
 */
final class RoutedUpstream {
    private static final String FORBIDDEN = "forbidden";

    private final Routing routing;
    private final Routing.Asked asked;
    private final Itinerary way;
    private final Leg first;
    private final List<Made> notTried = new ArrayList<>(0);
    private final List<LlmCall.Target.Closed> closed;
    private final List<Failure> failures = new ArrayList<>(0);
    private final ProviderReply reply = new ProviderReply();
    private Leg leg;
    private Duration waited = Duration.ZERO;
    private Map<String, String> passedHeaders = Map.of();
    private BooleanSupplier left = () -> false;
    private Consumer<RoutedUpstream> moved = ignored -> {};
    private @Nullable BudgetState budget;
    private int number = 1;
    private long beganNanos;

    private RoutedUpstream(
            Routing routing,
            Routing.Asked asked,
            Itinerary way,
            Leg first,
            List<Made> notTried,
            List<LlmCall.Target.Closed> closed) {
        this.routing = routing;
        this.asked = asked;
        this.way = way;
        this.first = first;
        this.leg = first;
        this.notTried.addAll(notTried);
        this.closed = List.copyOf(closed);
    }

    /**
     * The upstream of a call that goes to the first place that can take it. Where rules forbid all that could, it is one of those, and the call is
     * refused when rules are asked about it.
     *
     * @return nothing if none has such an operation
     * @throws BadRequest if the request can be translated for none of those that have
     */
    static Optional<RoutedUpstream> first(Routing routing, Routing.Asked asked, Itinerary way, RoutedModel start) {
        List<Made> notTried = new ArrayList<>(0);
        List<LlmCall.Target.Closed> closed = new ArrayList<>(0);
        Leg forbidden = null;
        BadRequest bad = null;
        for (Deployment place = way.here(); place != null; place = way.here()) {
            try {
                Leg leg = routing.leg(place, asked.request(), asked);
                boolean ours = way.model().name().equals(start.name());
                List<String> rules = leg == null ? List.of() : routing.closing(asked, leg);
                if (leg != null && rules.isEmpty() && (ours || routing.mayGo(asked, leg))) {
                    return Optional.of(new RoutedUpstream(routing, asked, way, leg, notTried, closed));
                }
                if (leg != null && !rules.isEmpty()) {
                    forbidden = forbidden == null && ours ? leg : forbidden;
                    closed.add(new LlmCall.Target.Closed(placeName(place), rules));
                }
                String why = rules.isEmpty() ? "not_granted" : FORBIDDEN;
                notTried.add(notTried(place, leg == null ? "unsupported_operation" : why, rules));
            } catch (BadRequest impossible) {
                bad = bad == null ? impossible : bad;
                notTried.add(made(place, impossible.code(), 0, Duration.ZERO));
            }
            way.skip();
        }
        if (forbidden != null) {
            return Optional.of(new RoutedUpstream(routing, asked, way, forbidden, notTried, closed));
        }
        if (bad != null) {
            throw bad;
        }
        return Optional.empty();
    }

    /** Where the call goes first. */
    Leg first() {
        return first;
    }

    /** Places it could have gone to first, were it not for rules. */
    List<LlmCall.Target.Closed> closed() {
        return closed;
    }

    /** Where it is now. */
    Leg leg() {
        return leg;
    }

    /** Which attempt that is, from 1; 0 if none is made. */
    int attempt() {
        return number;
    }

    ProviderReply reply() {
        return reply;
    }

    /** What is left of budgets beside all that is held for the call; {@code null} before it runs, or if none applies. */
    @Nullable
    BudgetState budget() {
        return budget;
    }

    /**
     * What is only known once the call is about to be made.
     *
     * @param headers of the caller, that may be passed on
     * @param clientLeft whether nobody waits for the answer any more
     * @param onMove told when the call begins, and whenever it goes somewhere else
     */
    RoutedUpstream with(Map<String, String> headers, BooleanSupplier clientLeft, Consumer<RoutedUpstream> onMove) {
        passedHeaders = headers;
        left = clientLeft;
        moved = onMove;
        return this;
    }

    /**
     * Makes the call with what the recipe let through, and emits the answer.
     *
     * @return what is said to be used by the attempt that answered
     * @throws CallEnded with what is most telling of the failures, or with whatever {@code out} threw
     */
    Usage run(Clearance cleared, OutputSink<AnswerChunk> out) throws CallEnded {
        beganNanos = System.nanoTime();
        Attempts attempts = cleared.attempts();
        notTried.forEach(attempts::skipped);
        leg = attempts.shortenedTo() > 0 ? shorter(leg, attempts) : leg;
        budget = attempts.left();
        moved.accept(this);
        while (true) {
            Deployment place = leg.place();
            Watched watched = new Watched(out);
            boolean decides = place.health().begin();
            way.attempt();
            try {
                Usage used = BackgroundStream.answer(
                        leg, call(), cleared.content(), () -> keep(ResponseKeeping.most(leg.estimate())), watched);
                place.health().succeeded();
                last(attempts, "answered", 0);
                return keep(used);
            } catch (CallEnded ended) {
                ended(ended, watched.began, attempts);
            } finally {
                if (decides) {
                    place.health().tried();
                }
            }
            begin(attempts);
        }
    }

    /** Nobody is asked: the call is answered with what is kept. */
    void spared(Attempts attempts) {
        number = 0;
        budget = attempts.left();
        moved.accept(this);
    }

    /** Notes whose the response is, if its provider keeps it; what is charged for it. */
    private Usage keep(Usage used) {
        return routing.keeping()
                .keep(leg.attempt().request(), asked.subject(), leg.route(), reply, leg.estimate(), used);
    }

    private ProviderCall call() {
        ModelRoute route = leg.route();
        return new ProviderCall(
                leg.attempt().request(), route.upstreamModel(), leg.cap(), asked.deadline(), passedHeaders, reply);
    }

    /** Returns if another attempt is to be made; else ends the call. */
    private void ended(CallEnded ended, boolean began, Attempts attempts) throws CallEnded {
        if (!(ended.outcome() instanceof CallOutcome.Failed failed)) {
            last(attempts, ended.outcome() instanceof CallOutcome.Abandoned ? "abandoned" : "stopped", 0);
            throw ended;
        }
        if (left.getAsBoolean() || Thread.currentThread().isInterrupted()) {
            // It broke because the client left, and the place is not to blame.
            last(attempts, "abandoned", 0);
            throw ended;
        }
        Failure failure = Failure.of(failed.fault(), reply);
        failures.add(failure);
        leg.place().health().failed(failure, way.model().rules().coolDown());
        if (began) {
            last(attempts, failure.kind().code(), failed.fault().status());
            throw ended;
        }
        way.failed(failure, asked.deadline());
        boolean told = way.attempts() > 1 || !notTried.isEmpty();
        if (way.here() == null && !told) {
            throw told();
        }
        attempts.failed(
                made(failure.kind().code(), failed.fault().status()),
                failed.fault().billable());
    }

    /** Goes to the next place and holds what the call can cost there. */
    private void begin(Attempts attempts) throws CallEnded {
        Leg next = next(attempts);
        if (next == null) {
            throw told();
        }
        waited = way.waitBefore();
        await(waited);
        if (!attempts.begin(next.estimate())) {
            attempts.skipped(made(next.place(), "budget_exhausted", 0, Duration.ZERO));
            throw told();
        }
        leg = attempts.shortenedTo() > 0 ? shorter(next, attempts) : next;
        budget = attempts.left();
        number++;
        reply.again(System.nanoTime() - beganNanos);
        moved.accept(this);
    }

    /** What is held for is what is sent. */
    private static Leg shorter(Leg whole, Attempts attempts) {
        return Objects.requireNonNull(whole.shorter().leg(attempts.shortenedTo()), "what was estimated can be made");
    }

    private @Nullable Leg next(Attempts attempts) {
        for (Deployment place = way.here(); place != null; place = way.here()) {
            String why;
            List<String> rules = List.of();
            try {
                Leg next = legAt(place);
                if (next == null) {
                    why = "unsupported_operation";
                } else {
                    rules = routing.closing(asked, next);
                    String against = against(next, rules);
                    if (against == null) {
                        return next;
                    }
                    why = against;
                }
            } catch (BadRequest impossible) {
                why = impossible.code();
            }
            attempts.skipped(notTried(place, why, why.equals(FORBIDDEN) ? rules : List.of()));
            way.skip();
        }
        return null;
    }

    private @Nullable String against(Leg next, List<String> rules) {
        if (!isSameText(next)) {
            return "other_texts";
        }
        if (!rules.isEmpty()) {
            return FORBIDDEN;
        }
        return routing.mayGo(asked, next) ? null : "not_granted";
    }

    /**
     * What came in, as this place's own rules and treatment have it; where that would say to it what guardrails have not read, what
     * the first place got.
     */
    private @Nullable Leg legAt(Deployment place) {
        Leg own = routing.leg(place, asked.request(), asked);
        return own == null || isSameText(own)
                ? own
                : routing.leg(place, first.attempt().request(), asked);
    }

    /** What guardrails read was the first place's request; another place's must have the very same texts. */
    private boolean isSameText(Leg next) {
        return next.attempt()
                .request()
                .content()
                .equals(first.attempt().request().content());
    }

    private static void await(Duration time) throws CallEnded {
        if (time.isZero()) {
            return;
        }
        try {
            Thread.sleep(time);
        } catch (InterruptedException left) {
            Thread.currentThread().interrupt();
            throw new CallEnded(new CallOutcome.Abandoned());
        }
    }

    /** Of all failures the one that the caller can do most about. */
    private CallEnded told() {
        Failure told = Failure.mostTelling(failures);
        reply.error(told.body());
        reply.failure(told.kind(), told.after());
        return new CallEnded(new CallOutcome.Failed(told.fault()));
    }

    private void last(Attempts attempts, String result, int status) {
        if (way.attempts() > 1 || !notTried.isEmpty()) {
            attempts.last(made(result, status));
        }
    }

    /** Of the attempt under way. */
    private Made made(String result, int status) {
        Made made = made(leg.place(), result, status, waited);
        return number == 1
                ? made
                : new Made(
                        made.model(),
                        made.provider(),
                        made.upstreamModel(),
                        made.key(),
                        result,
                        status,
                        waited,
                        leg.attempt().translation(),
                        List.of());
    }

    /** @param rules that forbid it; empty where something else is the reason */
    private static Made notTried(Deployment place, String why, List<String> rules) {
        ModelRoute route = place.route();
        return new Made(
                route.name(),
                route.provider().id(),
                route.upstreamModel(),
                place.key(),
                why,
                0,
                Duration.ZERO,
                List.of(),
                rules);
    }

    private static String placeName(Deployment place) {
        return place.route().provider().id() + "/" + place.route().upstreamModel();
    }

    private static Made made(Deployment place, String result, int status, Duration waited) {
        ModelRoute route = place.route();
        return new Made(
                route.name(), route.provider().id(), route.upstreamModel(), place.key(), result, status, waited);
    }

    /** Knows whether anything of the answer was given out. */
    private static final class Watched implements OutputSink<AnswerChunk> {
        private final OutputSink<AnswerChunk> out;
        private boolean began;

        Watched(OutputSink<AnswerChunk> out) {
            this.out = out;
        }

        @Override
        public void emit(AnswerChunk chunk) throws CallEnded {
            began |= !chunk.isSilent();
            out.emit(chunk);
        }
    }
}
