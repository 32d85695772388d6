package dev.portreeve.gateway.http;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.gateway.config.CacheConfig;
import dev.portreeve.gateway.config.FilesConfig;
import dev.portreeve.gateway.config.LimitsConfig;
import dev.portreeve.gateway.config.ResponsesConfig;
import dev.portreeve.gateway.config.ServerConfig;
import dev.portreeve.gateway.file.StoredFiles;
import dev.portreeve.gateway.idempotency.Idempotency;
import dev.portreeve.gateway.model.KeptResponses.Action;
import dev.portreeve.gateway.model.ModelRouter;
import dev.portreeve.gateway.response.Conversations;
import dev.portreeve.gateway.response.StoredResponses;
import dev.portreeve.gateway.turn.ThoughtMemory;
import dev.portreeve.hub.McpHub;
import dev.portreeve.hub.catalog.ServerStatus;
import dev.portreeve.policy.CallGovernor;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.approval.Approvals;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.guardrail.GuardrailConfig;
import dev.portreeve.policy.guardrail.GuardrailConfig.Position;
import dev.portreeve.policy.key.KeyDirectory;
import io.helidon.http.Method;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The routes of the data listener. Made and closed by the composition root, which also opens the listener; everything the
 * routes need comes in through the constructor.
 */
public final class HttpEdge implements AutoCloseable {
    private static final String GET_AND_POST = "GET, POST";

    private final ServerConfig config;
    private final LimitsConfig limits;
    private final Services services;
    private final AnswerCaching caching;
    private final Clients clients;
    private final BackgroundResponses background;

    /**
     * What the listener serves with.
     *
     * @param responses whose responses providers keep
     * @param idempotency what was made before under callers' keys
     * @param conversations that the gateway keeps itself
     * @param keeping how
     * @param cache the bounds of what is kept of answers in memory
     * @param batches that callers made
     * @param files that callers uploaded for batches, and that batches made
     * @param filing how
     * @param waiting shows how approvals stand
     * @param guardrails decides whether the texts of requests must be found at all
     * @param callIds names each request; ids ascend with time
     * @param ready whether calls can be served now, for load balancers; asked for each time, and may block shortly
     */
    public record Services(
            KeyDirectory keys,
            Supplier<AccessPolicy> access,
            CallGovernor governor,
            AuditLog audit,
            List<GuardrailConfig> guardrails,
            ModelRouter models,
            StoredResponses responses,
            Idempotency idempotency,
            Conversations conversations,
            ResponsesConfig keeping,
            CacheConfig cache,
            BatchWork batches,
            StoredFiles files,
            FilesConfig filing,
            McpHub hub,
            Approvals approvals,
            WaitingPage waiting,
            Supplier<CallId> callIds,
            Supplier<Readiness> ready,
            InstantSource clock) {}

    public HttpEdge(ServerConfig config, LimitsConfig limits, Services services) {
        this.config = config;
        this.limits = limits;
        this.services = services;
        this.caching = new AnswerCaching(services.cache(), services.clock());
        this.clients = Clients.of(limits.heartbeatEvery(), limits.writeTimeout());
        this.background = new BackgroundResponses(
                services.conversations(),
                services.keeping().maxBackground(),
                services.keeping().maxBackgroundPerMember());
    }

    /** Adds every route of the data listener, with its error handler; called once, before the listener starts. */
    public void addRoutes(HttpRouting.Builder routing) {
        LastResort lastResort = new LastResort(services.callIds());
        routing.addFilter(AccessLog::filter)
                .error(Throwable.class, lastResort::failed)
                .get("/", Front::welcome)
                .route(Method.HEAD, "/", (request, response) -> response.send())
                .get("/health/live", (request, response) -> Health.send(response, Readiness.READY))
                // The listener opens last, so whoever hears this hears a gateway that has started.
                .get("/health/started", (request, response) -> Health.send(response, Readiness.READY))
                .get("/health/ready", this::ready)
                // As load balancers were told to ask LiteLLM.
                .get("/health/liveliness", (request, response) -> Health.send(response, Readiness.READY))
                .get("/health/readiness", this::ready);
        addMcp(routing, lastResort);
        routing.get(WaitingPage.PATH + "{" + WaitingPage.TOKEN + "}", services.waiting()::show);
        addModels(routing, lastResort);
        new BatchRoutes(
                        config,
                        limits,
                        services,
                        new BatchPlanning(routing(), services.callIds()),
                        clients,
                        modelLimits())
                .add(routing, lastResort);
        addKeys(routing, lastResort);
        routing.any(lastResort::notFound);
    }

    private void ready(ServerRequest request, ServerResponse response) {
        Health.send(response, services.ready().get());
    }

    private void addMcp(HttpRouting.Builder routing, LastResort lastResort) {
        KnownHosts hosts = new KnownHosts(config);
        ProtectedResource resource = new ProtectedResource(config, hosts);
        McpEndpoint mcp = new McpEndpoint(
                services.keys(),
                passes(),
                services.hub(),
                hosts,
                resource,
                clients,
                limits.maxBodyBytes(),
                limits.bodyTimeout());
        routing.get(ProtectedResource.WELL_KNOWN, resource::describe);
        for (String path : List.of("/mcp", "/mcp/{" + HelidonExchange.VIEW + "}")) {
            routing.post(path, mcp::handle)
                    .get(path, mcp::handle)
                    .delete(path, mcp::handle)
                    .any(path, lastResort.wants("GET, POST, DELETE"))
                    .get(ProtectedResource.WELL_KNOWN + path, resource::describe);
        }
    }

    private void addModels(HttpRouting.Builder routing, LastResort lastResort) {
        Gatekeeper gatekeeper = new Gatekeeper(services.keys(), services.callIds(), config.acceptKeyInQuery());
        Refusals refusals = new Refusals(services.audit());
        ModelEndpoint models = models(gatekeeper, refusals);
        ModelsEndpoint list = new ModelsEndpoint(
                gatekeeper,
                services.access(),
                services.models(),
                services.clock().instant());
        GeminiEndpoint gemini = new GeminiEndpoint(models, lastResort);
        addGemini(routing, gemini, list, lastResort);
        ResponsesEndpoint kept = kept(gatekeeper, refusals);
        FilesEndpoint files = files(gatekeeper, refusals);
        // Some clients put the version into their base URL, some expect the server to know it.
        for (String base : List.of("/v1", "", "/v1/v1")) {
            routing.post(base + "/chat/completions", models::chat)
                    .any(base + "/chat/completions", lastResort.wants(Method.POST.text()))
                    .post(base + "/completions", models::completions)
                    .any(base + "/completions", lastResort.wants(Method.POST.text()))
                    .post(base + "/embeddings", models::embeddings)
                    .any(base + "/embeddings", lastResort.wants(Method.POST.text()))
                    .post(base + Paths.MESSAGES, models::messages)
                    .any(base + Paths.MESSAGES, lastResort.wants(Method.POST.text()))
                    .post(base + Paths.COUNT_TOKENS, models::countTokens)
                    .any(base + Paths.COUNT_TOKENS, lastResort.wants(Method.POST.text()))
                    .post(base + Paths.RESPONSES, models::responses)
                    .any(base + Paths.RESPONSES, lastResort.wants(Method.POST.text()))
                    .post(base + Paths.INPUT_TOKENS, models::inputTokens)
                    .any(base + Paths.INPUT_TOKENS, lastResort.wants(Method.POST.text()));
            addList(routing, base, list, gemini, lastResort);
            addKept(routing, base + Paths.RESPONSES, kept, lastResort);
            addFiles(routing, base + Paths.FILES, files, lastResort);
        }
    }

    private void addKeys(HttpRouting.Builder routing, LastResort lastResort) {
        Gatekeeper gatekeeper = new Gatekeeper(services.keys(), services.callIds(), config.acceptKeyInQuery());
        ChildKeysEndpoint below = new ChildKeysEndpoint(gatekeeper, services.keys(), limits.bodyTimeout());
        routing.post(Paths.KEYS, below::create)
                .get(Paths.KEYS, below::list)
                .any(Paths.KEYS, lastResort.wants("GET, POST"))
                .delete(Paths.KEYS + "/{id}", below::revoke)
                .any(Paths.KEYS + "/{id}", lastResort.wants(Method.DELETE.text()));
    }

    private HostedPasses passes() {
        return new HostedPasses(services.hub().seal(), services.keys(), limits.callTimeout());
    }

    private ModelEndpoint models(Gatekeeper gatekeeper, Refusals refusals) {
        ResponseWork work =
                new ResponseWork(services.conversations(), services.keeping(), background, services.clock());
        return new ModelEndpoint(
                gatekeeper,
                services.governor(),
                refusals,
                routing(),
                caching,
                work,
                clients,
                new IdempotentCalls(services.idempotency()),
                loops(work),
                modelLimits());
    }

    private ToolLoops loops(ResponseWork work) {
        boolean screened = modelLimits().inputScreened();
        ToolTurns turns = new ToolTurns(
                services.governor(),
                routing(),
                new HubTools(services.hub()),
                services.approvals(),
                services.callIds(),
                limits.callTimeout(),
                screened,
                new ThoughtMemory(services.clock()));
        return new ToolLoops(
                turns,
                work,
                work.desk(limits.maxBodyBytes(), screened),
                clients,
                limits.maxBodyBytes(),
                config.publicUrl(),
                this::slugs);
    }

    private Set<String> slugs() {
        return services.hub().servers().stream().map(ServerStatus::slug).collect(Collectors.toSet());
    }

    private Routing routing() {
        return new Routing(
                services.models(),
                services.access(),
                new HostedRewriting(config.publicUrl(), this::slugs, passes()),
                new ResponseKeeping(services.responses()),
                services.clock(),
                () -> ThreadLocalRandom.current().nextLong(),
                modelLimits().inputScreened());
    }

    /** The versions of Gemini's interface that no other dialect has, and the longer paths of its twin at Vertex. */
    private static void addGemini(
            HttpRouting.Builder routing, GeminiEndpoint gemini, ModelsEndpoint list, LastResort lastResort) {
        for (String base : List.of("/v1beta", "/v1beta1")) {
            addList(routing, base, list, gemini, lastResort);
            routing.post(base + "/publishers/*", gemini::handle).post(base + "/projects/*", gemini::handle);
        }
    }

    /** What stands below {@code /models} is the list's to some dialects, and a model's operation to another. */
    private static void addList(
            HttpRouting.Builder routing,
            String base,
            ModelsEndpoint list,
            GeminiEndpoint gemini,
            LastResort lastResort) {
        routing.get(base + "/models", list::list)
                .any(base + "/models", lastResort.wants(Method.GET.text()))
                .get(base + "/models/*", list::one)
                .post(base + "/models/*", gemini::handle)
                .any(base + "/models/*", lastResort.wants(GET_AND_POST));
    }

    private ResponsesEndpoint kept(Gatekeeper gatekeeper, Refusals refusals) {
        return new ResponsesEndpoint(
                gatekeeper,
                services.governor(),
                refusals,
                services.models(),
                services.responses(),
                services.conversations(),
                background,
                clients,
                limits.callTimeout(),
                services.keeping().backgroundTimeout());
    }

    private FilesEndpoint files(Gatekeeper gatekeeper, Refusals refusals) {
        return new FilesEndpoint(
                gatekeeper,
                refusals,
                services.audit(),
                services.files(),
                services.filing(),
                clients.writes(),
                limits.bodyTimeout());
    }

    private static void addFiles(HttpRouting.Builder routing, String base, FilesEndpoint files, LastResort lastResort) {
        String one = base + "/{" + FilesEndpoint.ID + "}";
        routing.post(base, files.upload())
                .get(base, files.list())
                .any(base, lastResort.wants(GET_AND_POST))
                .get(one, files.one())
                .delete(one, files.delete())
                .any(one, lastResort.wants("GET, DELETE"))
                .get(one + "/content", files.content())
                .any(one + "/content", lastResort.wants(Method.GET.text()));
    }

    private static void addKept(
            HttpRouting.Builder routing, String base, ResponsesEndpoint responses, LastResort lastResort) {
        String one = base + "/{" + ResponsesEndpoint.ID + "}";
        routing.get(one, responses.handler(Action.GET))
                .delete(one, responses.handler(Action.DELETE))
                .any(one, lastResort.wants("GET, DELETE"))
                .get(one + "/input_items", responses.handler(Action.INPUT_ITEMS))
                .any(one + "/input_items", lastResort.wants(Method.GET.text()))
                .post(one + "/cancel", responses.handler(Action.CANCEL))
                .any(one + "/cancel", lastResort.wants(Method.POST.text()));
    }

    private ModelEndpoint.ModelLimits modelLimits() {
        boolean inputScreened = services.guardrails().stream()
                .anyMatch(guardrail -> guardrail.on().contains(Position.INPUT));
        return new ModelEndpoint.ModelLimits(
                limits.maxBodyBytes(), limits.bodyTimeout(), limits.callTimeout(), inputScreened);
    }

    /** Stops what runs in the background and looking after streams. Called after the listener was closed. */
    @Override
    public void close() {
        background.close();
        caching.close();
        clients.close();
    }
}
