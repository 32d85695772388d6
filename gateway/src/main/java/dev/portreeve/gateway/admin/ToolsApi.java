package dev.portreeve.gateway.admin;

import dev.portreeve.hub.catalog.DefinitionDesk;
import dev.portreeve.hub.definition.Decided;
import dev.portreeve.hub.definition.DefinitionDiff;
import dev.portreeve.hub.definition.Definitions;
import dev.portreeve.hub.definition.StoredDefinition;
import dev.portreeve.hub.definition.Suspicion;
import io.helidon.webserver.http.HttpRules;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/tools}: what the servers offer, what is different, and a person's decision about exactly that. */
final class ToolsApi {
    /** Who decides when an operator does not say who they are. */
    static final String OPERATOR = "admin";

    private final DefinitionDesk desk;
    private final AdminJson json;

    ToolsApi(DefinitionDesk desk, AdminJson json) {
        this.desk = desk;
        this.json = json;
    }

    /** What the servers offer. */
    record Tools(List<ToolView> tools) {}

    /** A definition that a server offers now; the hash stands for the whole of it. */
    record ToolView(
            String name,
            String server,
            String tool,
            String verdict,
            String hash,
            @Nullable String replaces,
            List<SuspicionView> suspicions,
            Instant seenAt,
            @Nullable Instant decidedAt,
            @Nullable String decidedBy,
            @Nullable String reason) {

        static ToolView of(DefinitionDesk.Offer offer, StoredDefinition now) {
            StoredDefinition replaces = offer.replaces();
            return new ToolView(
                    offer.name(),
                    now.server(),
                    now.name(),
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

    /** One tool with what is different; values are JSON text in which hidden characters are written out. */
    record ToolDiff(ToolView tool, List<LineView> diff) {}

    /** A place that differs. */
    record LineView(
            String change,
            String place,
            @Nullable String before,
            @Nullable String after) {
        static LineView of(DefinitionDiff.Line line) {
            return new LineView(line.kind().name().toLowerCase(Locale.ROOT), line.place(), line.before(), line.after());
        }
    }

    /** A decision as it is sent; it counts only for the definition with this hash. */
    record Decision(
            @Nullable String decision,
            @Nullable String hash,
            @Nullable String by,
            @Nullable String reason) {}

    void register(AdminRoutes routes, HttpRules rules) {
        routes.api(rules::get, "/api/v1/tools", this::list);
        routes.api(rules::get, "/api/v1/tools/{name}", this::show);
        routes.api(rules::post, "/api/v1/tools/{name}/decision", this::decide);
    }

    private void list(AdminExchange exchange) {
        String state = exchange.query("state");
        if (state != null && !state.equals("waiting")) {
            throw new AdminRefusal(Problem.badRequest("\"state\" can only be waiting; leave it out for all"));
        }
        List<ToolView> tools = desk.offers().stream()
                .filter(offer -> state == null || offer.definition().verdict().waits())
                .map(offer -> ToolView.of(offer, offer.definition()))
                .toList();
        exchange.json(200, json.write(new Tools(tools)));
    }

    private void show(AdminExchange exchange) {
        DefinitionDesk.Offer offer = find(desk, exchange.path("name"));
        exchange.json(
                200,
                json.write(new ToolDiff(
                        ToolView.of(offer, offer.definition()),
                        offer.diff().stream().map(LineView::of).toList())));
    }

    private void decide(AdminExchange exchange) {
        Decision decision = read(exchange.body());
        DefinitionDesk.Offer offer = find(desk, exchange.path("name"));
        String by = decision.by();
        StoredDefinition now = decide(
                desk,
                offer,
                choice(decision.decision()),
                decision.hash(),
                new Decider(by == null || by.isBlank() ? OPERATOR : by, "api", decision.reason()));
        exchange.json(200, json.write(ToolView.of(offer, now)));
    }

    /** Who decides, by which way, and why. */
    record Decider(String by, String via, @Nullable String reason) {
        private static final int MAX_NAME = 100;

        Decider {
            if (by.length() > MAX_NAME) {
                throw new AdminRefusal(Problem.badRequest("a name has at most " + MAX_NAME + " characters"));
            }
        }
    }

    static DefinitionDesk.Offer find(DefinitionDesk desk, String name) {
        return desk.find(name)
                .orElseThrow(() -> new AdminRefusal(Problem.notFound("no server offers a tool of this name")));
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

    private Decision read(byte[] body) {
        try {
            return json.read(body, Decision.class);
        } catch (IllegalArgumentException wrong) {
            throw new AdminRefusal(Problem.badRequest(String.valueOf(wrong.getMessage())));
        }
    }
}
