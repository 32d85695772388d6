package dev.portreeve.gateway.admin;

import dev.portreeve.hub.catalog.DefinitionDesk;
import dev.portreeve.hub.catalog.Refreshed;
import dev.portreeve.hub.definition.Decided;
import dev.portreeve.hub.definition.DefinitionKind;
import dev.portreeve.hub.definition.Definitions;
import dev.portreeve.hub.definition.StoredDefinition;
import dev.portreeve.hub.definition.Suspicion;
import io.helidon.webserver.http.HttpRules;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/v1/definitions}: what the servers say of themselves, of all kinds, and a person's decision about exactly that; and a
 * look at one server now. A definition is addressed by its server, kind and hash.
 */
final class DefinitionsApi {
    /** Who decides when an operator does not say who they are. */
    static final String OPERATOR = "admin";

    private static final int MAX_FOUND = 1000;

    private final DefinitionDesk desk;
    private final AdminServices.Refresh refresh;
    private final AdminJson json;

    DefinitionsApi(DefinitionDesk desk, AdminServices.Refresh refresh, AdminJson json) {
        this.desk = desk;
        this.refresh = refresh;
        this.json = json;
    }

    /** What the servers offer. */
    record Offered(List<DefinitionView> definitions) {}

    /**
     * A definition that a server offers now; the hash stands for the whole of it.
     *
     * @param own what its server calls it
     * @param tool the same, of a tool
     */
    record DefinitionView(
            String name,
            String kind,
            String server,
            String own,
            @Nullable String tool,
            String verdict,
            String hash,
            @Nullable String replaces,
            List<SuspicionView> suspicions,
            Instant seenAt,
            @Nullable Instant decidedAt,
            @Nullable String decidedBy,
            @Nullable String reason) {

        static DefinitionView of(DefinitionDesk.Offer offer, StoredDefinition now) {
            StoredDefinition replaces = offer.replaces();
            return new DefinitionView(
                    offer.name(),
                    now.kind().code(),
                    now.server(),
                    now.name(),
                    now.kind() == DefinitionKind.TOOL ? now.name() : null,
                    now.verdict().code(),
                    now.hash(),
                    replaces == null ? null : replaces.hash(),
                    offer.suspicions().stream().map(SuspicionView::of).toList(),
                    now.seenAt(),
                    now.decidedAt(),
                    now.decidedBy(),
                    now.reason());
        }
    }

    /** Something to look at. */
    record SuspicionView(String kind, String place, String detail) {
        static SuspicionView of(Suspicion suspicion) {
            return new SuspicionView(suspicion.kind().code(), suspicion.place(), suspicion.detail());
        }
    }

    /** One definition with what is different; values are JSON text in which hidden characters are written out. */
    record DefinitionWithDiff(DefinitionView definition, List<LineView> diff) {}

    /** A place that differs. */
    record LineView(
            String change,
            String place,
            @Nullable String before,
            @Nullable String after) {
        static List<LineView> of(DefinitionDesk.Offer offer) {
            return offer.diff().stream()
                    .map(line -> new LineView(
                            line.kind().name().toLowerCase(Locale.ROOT), line.place(), line.before(), line.after()))
                    .toList();
        }
    }

    /** A decision as it is sent; it counts only for the definition with this hash. */
    record Decision(
            @Nullable String decision,
            @Nullable String hash,
            @Nullable String by,
            @Nullable String reason) {}

    /** What a look found; {@code left_out} of it are not listed here. */
    record Look(
            String server, String state, @Nullable String problem, List<FoundView> found, int leftOut, int waiting) {
        static Look of(Refreshed refreshed) {
            List<FoundView> found = refreshed.found().stream()
                    .limit(MAX_FOUND)
                    .map(FoundView::of)
                    .toList();
            return new Look(
                    refreshed.server(),
                    refreshed.state().name().toLowerCase(Locale.ROOT),
                    refreshed.problem(),
                    found,
                    refreshed.found().size() - found.size(),
                    refreshed.waiting());
        }
    }

    /** One difference; its verdict is the one from before where it is gone. */
    record FoundView(String change, String name, String kind, String verdict, String hash) {
        static FoundView of(Refreshed.Difference found) {
            return new FoundView(
                    found.change().name().toLowerCase(Locale.ROOT),
                    DefinitionDesk.shownName(found.now()),
                    found.now().kind().code(),
                    found.now().verdict().code(),
                    found.now().hash());
        }
    }

    void register(AdminRoutes routes, HttpRules rules) {
        routes.api(rules::get, "/api/v1/definitions", this::list);
        routes.api(rules::get, "/api/v1/definitions/{server}/{kind}/{hash}", this::show);
        routes.api(rules::post, "/api/v1/definitions/{server}/{kind}/{hash}/decision", this::decide);
        routes.api(rules::post, "/api/v1/servers/{slug}/refresh", this::look);
    }

    private void list(AdminExchange exchange) {
        boolean waiting = isWaitingOnly(exchange);
        String kind = exchange.query("kind");
        DefinitionKind only = kind == null ? null : kind(kind);
        exchange.json(
                200,
                json.write(new Offered((waiting ? desk.waiting(Integer.MAX_VALUE) : desk.offers())
                        .stream()
                                .filter(offer ->
                                        only == null || offer.definition().kind() == only)
                                .map(offer -> DefinitionView.of(offer, offer.definition()))
                                .toList())));
    }

    static boolean isWaitingOnly(AdminExchange exchange) {
        String state = exchange.query("state");
        if (state != null && !state.equals("waiting")) {
            throw new AdminRefusal(Problem.badRequest("\"state\" can only be waiting; leave it out for all"));
        }
        return state != null;
    }

    private static DefinitionKind kind(String code) {
        return DefinitionKind.of(code)
                .orElseThrow(() -> new AdminRefusal(Problem.badRequest("\"kind\" can only be one of "
                        + Arrays.stream(DefinitionKind.values())
                                .map(DefinitionKind::code)
                                .collect(Collectors.joining(", ")))));
    }

    private void show(AdminExchange exchange) {
        DefinitionDesk.Offer offer = find(desk, exchange);
        exchange.json(
                200,
                json.write(new DefinitionWithDiff(DefinitionView.of(offer, offer.definition()), LineView.of(offer))));
    }

    private void decide(AdminExchange exchange) {
        Decision decision = read(json, exchange.body());
        DefinitionDesk.Offer offer = find(desk, exchange);
        String hash = decision.hash();
        StoredDefinition now = decide(
                desk,
                offer,
                choice(decision.decision()),
                hash == null ? offer.definition().hash() : hash,
                Decider.of(decision, "api"));
        exchange.json(200, json.write(DefinitionView.of(offer, now)));
    }

    private void look(AdminExchange exchange) {
        try {
            Optional<Refreshed> refreshed = refresh.refresh(exchange.path("slug"));
            exchange.json(
                    200,
                    json.write(Look.of(refreshed.orElseThrow(() -> new AdminRefusal(Problem.notFound(
                            "no tool server of this slug is connected: it is unknown or disabled"))))));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new AdminRefusal(Problem.unavailable("the gateway stops"));
        }
    }

    /** Who decides, by which way, and why. */
    record Decider(String by, String via, @Nullable String reason) {
        private static final int MAX_NAME = 100;

        Decider {
            if (by.length() > MAX_NAME) {
                throw new AdminRefusal(Problem.badRequest("a name has at most " + MAX_NAME + " characters"));
            }
        }

        static Decider of(Decision decision, String via) {
            String by = decision.by();
            return new Decider(by == null || by.isBlank() ? OPERATOR : by, via, decision.reason());
        }
    }

    /** The offer that an address means. */
    static DefinitionDesk.Offer find(DefinitionDesk desk, AdminExchange exchange) {
        return desk.find(exchange.path("server"), kind(exchange.path("kind")), exchange.path("hash"))
                .orElseThrow(() -> new AdminRefusal(
                        Problem.notFound("the server does not offer this definition now: look at it again")));
    }

    /** @param hash of the definition the person saw */
    static StoredDefinition decide(
            DefinitionDesk desk,
            DefinitionDesk.Offer offer,
            Definitions.Choice choice,
            @Nullable String hash,
            Decider decider) {
        if (!offer.definition().hash().equals(hash)) {
            throw new AdminRefusal(changed());
        }
        return switch (desk.decide(offer.definition(), choice, decider.by(), decider.via(), decider.reason())) {
            case Decided.Done done -> done.definition();
            case Decided.Already already -> already.definition();
            case Decided.NotOffered gone -> throw new AdminRefusal(changed());
        };
    }

    private static Problem changed() {
        return Problem.conflict("\"hash\" is not that of the definition the server offers now: look at it again");
    }

    static Definitions.Choice choice(@Nullable String decision) {
        return switch (decision) {
            case "accept" -> Definitions.Choice.ACCEPT;
            case "reject" -> Definitions.Choice.REJECT;
            case null, default -> throw new AdminRefusal(Problem.badRequest("\"decision\" must be accept or reject"));
        };
    }

    static Decision read(AdminJson json, byte[] body) {
        try {
            return json.read(body, Decision.class);
        } catch (IllegalArgumentException wrong) {
            throw new AdminRefusal(Problem.badRequest(String.valueOf(wrong.getMessage())));
        }
    }
}
