package dev.portreeve.gateway.admin;

import dev.portreeve.hub.catalog.DefinitionDesk;
import dev.portreeve.hub.definition.DefinitionKind;
import dev.portreeve.hub.definition.StoredDefinition;
import io.helidon.webserver.http.HttpRules;
import java.util.List;

/** {@code /api/v1/tools}: the same as {@link DefinitionsApi}, of tools alone, by the names callers use. */
final class ToolsApi {
    private final DefinitionDesk desk;
    private final AdminJson json;

    ToolsApi(DefinitionDesk desk, AdminJson json) {
        this.desk = desk;
        this.json = json;
    }

    /** What the servers offer. */
    record Tools(List<DefinitionsApi.DefinitionView> tools) {}

    /** One tool with what is different. */
    record ToolDiff(DefinitionsApi.DefinitionView tool, List<DefinitionsApi.LineView> diff) {}

    void register(AdminRoutes routes, HttpRules rules) {
        routes.api(rules::get, "/api/v1/tools", this::list);
        routes.api(rules::get, "/api/v1/tools/{name}", this::show);
        routes.api(rules::post, "/api/v1/tools/{name}/decision", this::decide);
    }

    private void list(AdminExchange exchange) {
        boolean waiting = DefinitionsApi.isWaitingOnly(exchange);
        List<DefinitionsApi.DefinitionView> tools = desk.offers().stream()
                .filter(offer -> offer.definition().kind() == DefinitionKind.TOOL)
                .filter(offer -> !waiting || offer.definition().verdict().waits())
                .map(offer -> DefinitionsApi.DefinitionView.of(offer, offer.definition()))
                .toList();
        exchange.json(200, json.write(new Tools(tools)));
    }

    private void show(AdminExchange exchange) {
        DefinitionDesk.Offer offer = find(desk, exchange.path("name"));
        exchange.json(
                200,
                json.write(new ToolDiff(
                        DefinitionsApi.DefinitionView.of(offer, offer.definition()),
                        DefinitionsApi.LineView.of(offer))));
    }

    private void decide(AdminExchange exchange) {
        DefinitionsApi.Decision decision = DefinitionsApi.read(json, exchange.body());
        DefinitionDesk.Offer offer = find(desk, exchange.path("name"));
        StoredDefinition now = DefinitionsApi.decide(
                desk,
                offer,
                DefinitionsApi.choice(decision.decision()),
                decision.hash(),
                DefinitionsApi.Decider.of(decision, "api"));
        exchange.json(200, json.write(DefinitionsApi.DefinitionView.of(offer, now)));
    }

    static DefinitionDesk.Offer find(DefinitionDesk desk, String name) {
        return desk.find(name)
                .orElseThrow(() -> new AdminRefusal(Problem.notFound("no server offers a tool of this name")));
    }
}
