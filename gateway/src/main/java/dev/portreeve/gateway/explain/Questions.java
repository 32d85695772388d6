package dev.portreeve.gateway.explain;

import dev.portreeve.gateway.config.GatewayConfig;
import dev.portreeve.hub.catalog.DefinitionDesk;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.access.CallSketch;
import dev.portreeve.policy.access.Explanation;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.Confines;
import dev.portreeve.policy.call.Delegation;
import dev.portreeve.policy.call.Entrance;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.key.Authentication;
import dev.portreeve.policy.key.KeyDirectory;
import java.math.RoundingMode;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Answers what the rules would say to a call. Thread-safe as far as its parts are. */
public record Questions(People people, Things things, Places places) {
    /** Whose callers of scenarios are that name no tenant, where no configuration has one. */
    private static final String DEFAULT_TENANT = "acme";

    private static final long NANOS_PER_MICRO = 1_000;

    /** Of a gateway that runs, which knows keys and what its servers offer. The answers may block on the database. */
    public static Questions of(GatewayConfig config, KeyDirectory keys, DefinitionDesk offers) {
        return new Questions(
                new People(config.organisation(), id -> owner(config, keys, id)),
                Things.of(
                        config,
                        () -> offers.offers().stream()
                                .map(DefinitionDesk.Offer::name)
                                .collect(Collectors.toSet())),
                Places.of(config));
    }

    /** Of a configuration alone: keys are not known, and of tools only their servers. */
    public static Questions of(GatewayConfig config) {
        return new Questions(new People(config.organisation()), Things.of(config, Set::of), Places.of(config));
    }

    /** Only keys that live are looked up as callers' are: a question must not leave a rejection in the records. */
    private static Optional<Subject> owner(GatewayConfig config, KeyDirectory keys, String id) {
        boolean lives = config.organisation().tenants().stream()
                .flatMap(tenant -> keys.list(tenant.id()).stream())
                .anyMatch(key -> key.id().equals(id) && key.revokedAt() == null);
        return lives && keys.recognise(id) instanceof Authentication.Authenticated known
                ? Optional.of(known.subject())
                : Optional.empty();
    }

    /**
     * @param now when the call would be made, if the question does not say
     * @throws UnknownName if it names something that is not there, or is not a question
     */
    public ExplanationView ask(CallQuestion question, AccessPolicy policy, Instant now) {
        CallSketch call = sketch(question.at() == null ? question.at(now.toString()) : question);
        Places.Explained explained = places.explain(call, policy);
        return ExplanationView.of(call, explained.said(), explained.places());
    }

    /** What the rules say to a call; of a model, at the first place that it may be sent to. */
    public Explanation explain(CallSketch call, AccessPolicy policy) {
        return places.explain(call, policy).said();
    }

    /** @throws UnknownName as the other */
    public CallSketch sketch(CallQuestion question) {
        String as = question.as();
        if (as == null || as.isBlank()) {
            throw new UnknownName("say who would call: a user, an agent or the id of a key");
        }
        Subject subject = people.find(question.tenant(), as);
        return sketch(question, subject, people.roles(subject), things.find(question));
    }

    /**
     * A caller of whom more is said than a name.
     *
     * @param team {@code null}: as the configuration has it
     * @param key {@code null}: with no key that a rule names
     * @param delegatedBy ids of the keys above, the one that an operator made first; {@code null}: none
     * @param session as it names its own; {@code null}: nobody knows
     * @param roles of the member; {@code null}: as the configuration has them
     */
    public record Caller(
            @Nullable String tenant,
            @Nullable String team,
            @Nullable String user,
            @Nullable String agent,
            @Nullable String key,
            @Nullable List<String> delegatedBy,
            @Nullable String session,
            @Nullable List<String> roles) {
        private Subject in(String ownTenant, @Nullable String ownTeam) {
            String name = user == null ? agent : user;
            List<String> above = delegatedBy == null ? List.of() : delegatedBy;
            return new Subject(
                            ownTenant,
                            ownTeam,
                            user == null ? Subject.Kind.AGENT : Subject.Kind.USER,
                            String.valueOf(name),
                            key == null ? "" : key)
                    .by(new Delegation(above, Collections.nCopies(above.size(), Confines.NONE)))
                    .through(new Entrance("", null, session == null ? "" : session));
        }
    }

    /** @throws UnknownName as the others; also if the caller's team or roles are others */
    public CallSketch sketch(CallQuestion question, Caller caller) {
        Subject known = people.find(question.tenant(), String.valueOf(question.as()));
        if (caller.team() != null && !caller.team().equals(known.team())) {
            throw new UnknownName("\"" + known.member() + "\" is not of team \"" + caller.team() + "\"");
        }
        List<String> roles = people.roles(known);
        if (caller.roles() != null && !Set.copyOf(caller.roles()).equals(Set.copyOf(roles))) {
            throw new UnknownName("\"" + known.member() + "\" has "
                    + (roles.isEmpty() ? "no roles" : "the roles " + String.join(", ", roles)) + " and not "
                    + String.join(", ", caller.roles()));
        }
        return sketch(question, caller.in(known.tenant(), known.team()), roles, things.find(question));
    }

    /** Of anybody and anything, where there is no configuration that could know them. */
    public static CallSketch freely(CallQuestion question, Caller caller) {
        String tenant = caller.tenant() == null ? DEFAULT_TENANT : caller.tenant();
        return sketch(question, caller.in(tenant, caller.team()), caller.roles(), Things.ANY.find(question));
    }

    private static CallSketch sketch(
            CallQuestion question, Subject subject, @Nullable List<String> roles, Resource resource) {
        String given = question.arguments();
        List<String> labels = question.labels();
        String view = question.view() == null ? "" : question.view();
        return new CallSketch(
                subject.through(new Entrance(
                        view, address(question.address()), subject.entrance().session())),
                resource,
                given == null ? Arguments.NONE : arguments(given),
                question.maxOutputTokens(),
                micros(question.maxCostUsd(), RoundingMode.CEILING),
                false,
                Map.of(),
                time(question.at()),
                labels == null ? null : Set.copyOf(labels),
                question.said(),
                roles,
                place(question, resource));
    }

    private static @Nullable String place(CallQuestion question, Resource resource) {
        String place = question.target();
        if (place != null && (!(resource instanceof Resource.Model) || place.indexOf('/') < 0)) {
            throw new UnknownName(
                    "a target is where a call of a model is sent, provider/model: \"" + place + "\" is not");
        }
        return place;
    }

    private static @Nullable InetAddress address(@Nullable String text) {
        try {
            return text == null ? null : InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException noAddress) {
            throw new UnknownName("\"" + text + "\" is no address such as 10.0.0.7");
        }
    }

    private static Arguments arguments(String json) {
        return switch (Arguments.parse(json.getBytes(StandardCharsets.UTF_8))) {
            case Arguments.Valid valid -> valid.arguments();
            case Arguments.Invalid invalid ->
                throw new UnknownName("the arguments are no JSON object that all readers agree on: "
                        + invalid.problem().message());
        };
    }

    private static @Nullable Instant time(@Nullable String text) {
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeParseException noTime) {
            throw new UnknownName("\"" + text + "\" is no time such as 2026-11-22T22:30:00Z");
        }
    }

    static @Nullable Long micros(@Nullable String usd, RoundingMode rounding) {
        try {
            if (usd == null) {
                return null;
            }
            long nanos = NanoUsd.ofUsd(usd).nanos();
            return rounding == RoundingMode.CEILING
                    ? Math.ceilDiv(nanos, NANOS_PER_MICRO)
                    : Math.floorDiv(nanos, NANOS_PER_MICRO);
        } catch (IllegalArgumentException | ArithmeticException noAmount) {
            throw new UnknownName("\"" + usd + "\" is no amount of dollars such as 0.25");
        }
    }
}
