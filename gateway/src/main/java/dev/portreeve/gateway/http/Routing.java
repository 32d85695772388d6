package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.RequestReading;
import dev.portreeve.gateway.model.Deployment;
import dev.portreeve.gateway.model.Itinerary;
import dev.portreeve.gateway.model.ModelRoute;
import dev.portreeve.gateway.model.ModelRouter;
import dev.portreeve.gateway.model.RoutedModel;
import dev.portreeve.gateway.response.StoredResponse;
import dev.portreeve.gateway.turn.CallerMemory;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.access.Decision;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.HostedUse;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where model calls can go, and whether this caller's may. Thread-safe. */
final class Routing {
    private static final Logger LOG = LoggerFactory.getLogger(Routing.class);

    private final ModelRouter router;
    private final Supplier<AccessPolicy> access;
    private final HostedRewriting rewriting;
    private final ResponseKeeping keeping;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final boolean inputScreened;

    /**
     * @param random for the waits between attempts
     * @param inputScreened whether a guardrail reads requests, so that their texts must be found
     */
    Routing(
            ModelRouter router,
            Supplier<AccessPolicy> access,
            HostedRewriting rewriting,
            ResponseKeeping keeping,
            InstantSource clock,
            RandomGenerator random,
            boolean inputScreened) {
        this.router = router;
        this.access = access;
        this.rewriting = rewriting;
        this.keeping = keeping;
        this.clock = clock;
        this.random = random;
        this.inputScreened = inputScreened;
    }

    ResponseKeeping keeping() {
        return keeping;
    }

    /** The model of a name, or nothing if no model is called so. */
    Optional<RoutedModel> model(String name) {
        return router.model(name);
    }

    /**
     * A request on its way.
     *
     * @param called the name of the model that was called
     * @param memory of the caller's conversation
     * @param earlier tokens that are read beside the body, at most
     */
    record Asked(
            CallId id,
            Subject subject,
            String called,
            ModelRequest request,
            CallerMemory memory,
            long earlier,
            Deadline deadline) {}

    /**
     * Finds the first place for a call.
     *
     * @return nothing if no target of the model has such an operation in any dialect
     * @throws BadRequest if the request can be translated for none of them, or goes on from a response they do not keep
     * @throws dev.portreeve.gateway.response.StoredResponses.Unavailable if it cannot be looked up which one that is
     */
    Optional<RoutedUpstream> begin(
            CallId id,
            Subject subject,
            ModelRequest request,
            CallerMemory memory,
            RoutedModel model,
            Deadline deadline) {
        if (!ResponseKeeping.goesOn(request)) {
            Asked asked = new Asked(id, subject, model.name(), request, memory, 0, deadline);
            return first(asked, model, place -> isFindable(request, place));
        }
        StoredResponse previous = keeping.previous(request, subject).orElse(null);
        Predicate<Deployment> keeper = place -> previous != null
                && place.keeps()
                && place.route().provider().id().equals(previous.provider());
        Asked asked = new Asked(
                id, subject, model.name(), request, memory, previous == null ? 0 : previous.tokens(), deadline);
        if (model.deployments().stream().anyMatch(keeper)) {
            return first(asked, model, keeper);
        }
        if (first(asked, model, place -> true).isEmpty()) {
            return Optional.empty();
        }
        throw ResponseKeeping.elsewhere();
    }

    /** What the provider keeps must be found again, and only one account of the provider has it. */
    private static boolean isFindable(ModelRequest request, Deployment place) {
        return place.keeps()
                || !ResponseKeeping.keeps(request)
                || !place.route().provider().speaks(request.dialect(), request.operation());
    }

    private Optional<RoutedUpstream> first(Asked asked, RoutedModel model, Predicate<Deployment> possible) {
        Itinerary way = new Itinerary(model, router::model, possible, random);
        return RoutedUpstream.first(this, asked, way, model);
    }

    /**
     * The call as it would be made at a place; {@code null} if the provider there has no such operation in any dialect.
     *
     * @throws BadRequest if the request cannot be translated for it
     */
    @Nullable
    Leg leg(Deployment place, ModelRequest request, Asked asked) {
        return leg(place, request, place.route(), asked, 0);
    }

    /** The same with no answer longer than this. */
    @Nullable
    Leg shorter(Deployment place, ModelRequest request, Asked asked, long most) {
        ModelRoute route = place.route();
        return leg(place, request.boundedTo(most, inputScreened), route.answering(most), asked, route.boundOf(request));
    }

    private @Nullable Leg leg(Deployment place, ModelRequest request, ModelRoute route, Asked asked, long shrunkFrom) {
        HostedToolGate gate =
                new HostedToolGate(access, asked.subject(), route, rewriting.of(asked.subject(), asked.id()));
        Attempt attempt = Attempt.at(route, request, gate, inputScreened, clock, asked.memory())
                .orElse(null);
        if (attempt == null) {
            return null;
        }
        ShorterLeg shorter = new ShorterLeg(this, place, request, asked, route.boundOf(attempt.request()));
        return new Leg(
                place,
                attempt,
                route.capFor(attempt.request()),
                route.estimate(attempt.request(), attempt.inputBound() + asked.earlier())
                        .with(shorter),
                shorter,
                shrunkFrom);
    }

    /**
     * What the rules say of the call as it would be made there: of a fallback under its own name, of every place by what it can
     * cost. A call cannot wait for a person between two attempts, so only a plain yes counts. Labels the session as rules about that name
     * want, before anything is sent there.
     */
    boolean mayGo(Asked asked, Leg leg) {
        AccessPolicy rules = access.get();
        boolean toolsToo = leg.attempt().hosted().stream()
                .allMatch(use -> rules.fate(asked.subject(), use) != HostedUse.Fate.DENIED);
        if (!toolsToo) {
            return false;
        }
        LlmCall there = there(asked, leg, leg.route().name());
        Decision decision = rules.decide(there);
        return decision instanceof Decision.Permit && isLabelled(rules, there, decision);
    }

    private static LlmCall there(Asked asked, Leg leg, String name) {
        return new LlmCall(
                        asked.id(),
                        asked.subject(),
                        new Resource.Model(name),
                        asked.request().operation().code(),
                        leg.attempt().request().content(),
                        leg.estimate(),
                        asked.deadline(),
                        PlannedCall.target(leg, List.of(), List::of))
                .asking(new RequestReading(asked.request()));
    }

    /**
     * The rules that forbid to send the call there, by their ids: those about the model that was called, and those about the fallback whose
     * place it is.
     */
    List<String> closing(Asked asked, Leg leg) {
        AccessPolicy rules = access.get();
        if (!rules.speaksOfPlaces()) {
            return List.of();
        }
        return Stream.of(asked.called(), leg.route().name())
                .distinct()
                .flatMap(name -> rules.closing(there(asked, leg, name)).stream())
                .distinct()
                .toList();
    }

    /** A label that cannot be stored must not be missing afterwards. */
    private static boolean isLabelled(AccessPolicy rules, LlmCall there, Decision decision) {
        try {
            rules.label(there, decision);
            return true;
        } catch (RuntimeException away) {
            LOG.warn(
                    "a call does not go on to {}: its session cannot be labelled: {}",
                    there.resource().name(),
                    away.getMessage());
            return false;
        }
    }
}
