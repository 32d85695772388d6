package dev.portreeve.gateway.admin;

import dev.portreeve.hub.catalog.ServerStatus;
import io.helidon.webserver.http.HttpRules;
import java.time.InstantSource;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** {@code /api/v1}: what programs and the command line ask. Every address needs the admin token but the signed decision. */
final class AdminApi {
    private final AdminServices services;
    private final AdminAccess access;
    private final AdminJson json;
    private final KeysApi keys;
    private final AccountsApi accounts;
    private final ApprovalsApi approvals;
    private final SlackInteractions slack;
    private final NoticesApi notices;
    private final BundlesApi bundles;
    private final RememberedApi remembered;
    private final ToolsApi tools;
    private final DefinitionsApi definitions;
    private final LogApi log;
    private final CallFeed calls;
    private final StopsApi stops;
    private final BudgetOrdersApi orders;
    private final PolicyApi policy;
    private final RulesVersionsApi versions;
    private final RecordsApi records;
    private final KeepingApi keeping;
    private final EvidenceApi evidence;
    private final DeliveriesApi deliveries;

    AdminApi(AdminServices services, AdminAccess access, AdminJson json, InstantSource clock) {
        this.services = services;
        this.access = access;
        this.json = json;
        TenantChoice tenants = new TenantChoice(services.tenants());
        this.keys = new KeysApi(services.keys(), tenants, clock, json);
        this.accounts = new AccountsApi(services.accounts(), tenants, clock, json);
        this.notices = new NoticesApi(services.outbox(), json);
        RememberedDesk remembered = new RememberedDesk(services.approvals().remembered(), services.tenants());
        this.remembered = new RememberedApi(remembered, json);
        ApprovalDesk desk = new ApprovalDesk(services.approvals(), services.tools(), services.tenants());
        this.slack = new SlackInteractions(desk, services.slack(), services.posts(), clock);
        this.bundles = new BundlesApi(desk, json);
        this.approvals = new ApprovalsApi(desk, remembered, services.approvals().links(), services.decisions(), json);
        this.tools = new ToolsApi(services.tools(), json);
        this.definitions = new DefinitionsApi(services.tools(), services.refresh(), json);
        this.log = new LogApi(
                services.publishedLog(),
                services.verifications(),
                new WitnessApi(services.witness(), services.anchors(), json),
                json);
        this.calls = new CallFeed(services.records());
        this.stops = new StopsApi(services.stops(), services.tenants(), json);
        this.policy = new PolicyApi(
                services.policy(), services.questions(), services.records(), services.tenants(), json, clock);
        this.versions = new RulesVersionsApi(services.rules(), json);
        this.records = new RecordsApi(services.keeping(), tenants, json);
        this.keeping = new KeepingApi(services.keeping(), tenants, json);
        this.evidence = new EvidenceApi(services.evidence(), json);
        this.deliveries = new DeliveriesApi(services.keeping(), tenants, json);
        this.orders = new BudgetOrdersApi(services.budgetOrders(), tenants, json);
    }

    /** A fresh one-time link. */
    record Link(String url) {}

    /** The last calls with their records. */
    record Calls(List<Call> calls) {}

    /** One call. */
    record Call(String id, List<JsonNode> records) {}

    /** The tool servers. */
    record Servers(List<ServerStatus> servers) {}

    void register(AdminRoutes routes, HttpRules rules) {
        registerParts(routes, rules);
        routes.api(rules::post, "/api/v1/links", this::link);
        routes.api(
                rules::get,
                "/api/v1/budgets",
                exchange -> exchange.json(
                        200, json.write(BudgetsApi.of(services.budgets().get()))));
        routes.api(
                rules::get,
                "/api/v1/models",
                exchange -> exchange.json(
                        200, json.write(ModelsApi.of(services.models().get()))));
        routes.api(rules::get, "/api/v1/calls", this::calls);
        routes.api(
                rules::get,
                "/api/v1/servers",
                exchange -> exchange.json(
                        200, json.write(new Servers(services.servers().get()))));
        routes.open(rules::any, "/api/*", exchange -> {
            throw new AdminRefusal(Problem.notFound("there is no such address"));
        });
    }

    private void registerParts(AdminRoutes routes, HttpRules rules) {
        keys.register(routes, rules);
        accounts.register(routes, rules);
        bundles.register(routes, rules);
        approvals.register(routes, rules);
        slack.register(routes, rules);
        notices.register(routes, rules);
        remembered.register(routes, rules);
        tools.register(routes, rules);
        definitions.register(routes, rules);
        log.register(routes, rules);
        stops.register(routes, rules);
        orders.register(routes, rules);
        policy.register(routes, rules);
        versions.register(routes, rules);
        records.register(routes, rules);
        keeping.register(routes, rules);
        evidence.register(routes, rules);
        deliveries.register(routes, rules);
    }

    private void link(AdminExchange exchange) {
        services.signIns().linkMade();
        exchange.json(
                201,
                json.write(new Link(services.links().apply(access.newLinkCode()).toString())));
    }

    private void calls(AdminExchange exchange) {
        List<Call> list = this.calls.byCall().entrySet().stream()
                .map(entry -> new Call(entry.getKey(), entry.getValue()))
                .toList();
        exchange.json(200, json.write(new Calls(list)));
    }
}
