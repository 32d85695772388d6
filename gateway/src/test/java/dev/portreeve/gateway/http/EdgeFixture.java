package dev.portreeve.gateway.http;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.InMemoryJournal;
import dev.portreeve.gateway.batch.BatchDesk;
import dev.portreeve.gateway.batch.Batches;
import dev.portreeve.gateway.config.BatchesConfig;
import dev.portreeve.gateway.config.CacheConfig;
import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.gateway.config.FilesConfig;
import dev.portreeve.gateway.config.HostPort;
import dev.portreeve.gateway.config.LimitsConfig;
import dev.portreeve.gateway.config.MediaConfig;
import dev.portreeve.gateway.config.ModelConfig;
import dev.portreeve.gateway.config.PricesConfig;
import dev.portreeve.gateway.config.ProviderConfig;
import dev.portreeve.gateway.config.ResponsesConfig;
import dev.portreeve.gateway.config.ServerConfig;
import dev.portreeve.gateway.file.FileRoom;
import dev.portreeve.gateway.file.InMemoryFiles;
import dev.portreeve.gateway.idempotency.Idempotency;
import dev.portreeve.gateway.idempotency.InMemoryAnswers;
import dev.portreeve.gateway.media.MediaFetch;
import dev.portreeve.gateway.model.ModelRouter;
import dev.portreeve.gateway.model.Prices;
import dev.portreeve.gateway.model.Providers;
import dev.portreeve.gateway.response.InMemoryConversations;
import dev.portreeve.gateway.response.InMemoryResponses;
import dev.portreeve.hub.HubStores;
import dev.portreeve.hub.McpHub;
import dev.portreeve.hub.outbound.NameResolver;
import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.seal.SealKey;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.CallGovernor;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.access.Rule;
import dev.portreeve.policy.access.Selectors;
import dev.portreeve.policy.approval.ApprovalConfig;
import dev.portreeve.policy.approval.ApprovalGate;
import dev.portreeve.policy.approval.ApprovalLinks;
import dev.portreeve.policy.approval.ApprovalNotices;
import dev.portreeve.policy.approval.ApprovalStore;
import dev.portreeve.policy.approval.Approvals;
import dev.portreeve.policy.approval.Tickets;
import dev.portreeve.policy.budget.BudgetLedger;
import dev.portreeve.policy.budget.InMemoryBudgetLedger;
import dev.portreeve.policy.budget.InMemoryClaims;
import dev.portreeve.policy.budget.Reservation;
import dev.portreeve.policy.call.BudgetState;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Output;
import dev.portreeve.policy.call.Secret;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.Upstream;
import dev.portreeve.policy.call.Usage;
import dev.portreeve.policy.guardrail.GuardrailConfig;
import dev.portreeve.policy.guardrail.Guardrails;
import dev.portreeve.policy.idempotency.IdempotencyKeys;
import dev.portreeve.policy.key.Authentication;
import dev.portreeve.policy.key.Issuance;
import dev.portreeve.policy.key.KeyDirectory;
import dev.portreeve.policy.key.KeyInfo;
import dev.portreeve.policy.key.Pepper;
import io.helidon.common.socket.SocketOptions;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The data listener on a real port, over everything real except the two stores: keys are a fixed list, money is a number.
 * The journal is the in-memory one, so tests can look at the records and let them fail.
 */
final class EdgeFixture implements AutoCloseable {
    static final String KEY = "prk_test_key";
    static final String STRANGER_KEY = "prk_stranger_key";
    private static final Pepper PEPPER = Pepper.of(new byte[Pepper.BYTES]);
    static final Subject AGENT = new Subject("acme", "support", Subject.Kind.AGENT, "triage-bot", "abcdefghijkl");

    final LeftThreads threads = new LeftThreads();
    final InMemoryJournal journal = new InMemoryJournal();
    final Purse purse = new Purse();
    final InMemoryResponses responses = new InMemoryResponses();
    final InMemoryConversations conversations = new InMemoryConversations(1 << 20);
    final InMemoryFiles files = new InMemoryFiles(new FileRoom(10, 1 << 24, 1 << 23), InstantSource.system());
    private final FilesConfig filing =
            new FilesConfig(1 << 20, 100, 1 << 16, 10, 1 << 24, 1 << 23, Duration.ofDays(7), Duration.ofDays(30));
    private ResponsesConfig keeping =
            new ResponsesConfig(true, Duration.ofDays(30), 1 << 20, 4, 2, Duration.ofSeconds(60));
    private CacheConfig cache = new CacheConfig(1 << 20, 64 << 10, 100);
    private final List<ProviderConfig> providers = new ArrayList<>();
    private final List<ModelConfig> models = new ArrayList<>();
    private final List<GuardrailConfig> guardrails = new ArrayList<>();
    private final List<Rule> rules = new ArrayList<>(List.of(
            rule("agents", Rule.Effect.ALLOW, "triage-bot", "*"),
            rule("never", Rule.Effect.DENY, "triage-bot", "forbidden")));
    private final AlarmClock alarms = new AlarmClock();
    private OutboundHttp media = OutboundHttp.create(Duration.ofSeconds(5), NameResolver.SYSTEM, alarms);
    private MediaConfig mediaConfig = new MediaConfig(List.of(), 1 << 20, 16, Duration.ofSeconds(20), false);
    private @Nullable Boolean inlineMedia;
    private LimitsConfig limits = limits(1 << 20, Duration.ofSeconds(30), Duration.ofSeconds(15));
    private InstantSource clock = InstantSource.system();
    private BudgetLedger ledger = purse;
    private Prices prices = Prices.load(new PricesConfig(null, NanoUsd.ofUsd("30"), NanoUsd.ofUsd("180")));
    private boolean keyInQuery;
    private @Nullable URI publicUrl;
    private @Nullable WebServer server;
    private @Nullable HttpEdge edge;
    private @Nullable ModelRouter router;
    private @Nullable McpHub hub;

    static LimitsConfig limits(int maxBody, Duration callTimeout, Duration heartbeat) {
        return new LimitsConfig(
                maxBody,
                1 << 20,
                1 << 20,
                1024,
                4096,
                callTimeout,
                callTimeout,
                callTimeout,
                4096,
                heartbeat,
                Duration.ZERO);
    }

    /** Providers added from now on take pictures in the request only, which are fetched so. */
    EdgeFixture inlining(MediaConfig config, OutboundHttp http) {
        inlineMedia = true;
        mediaConfig = config;
        media = http;
        return this;
    }

    EdgeFixture caching(CacheConfig config) {
        cache = config;
        return this;
    }

    EdgeFixture keepingNothing() {
        keeping = new ResponsesConfig(false, Duration.ofDays(30), 1 << 20, 4, 2, Duration.ofSeconds(60));
        return this;
    }

    EdgeFixture limited(LimitsConfig config) {
        limits = config;
        return this;
    }

    EdgeFixture provider(String id, URI baseUrl) {
        return provider(id, baseUrl, null, Duration.ofSeconds(20));
    }

    EdgeFixture anthropic(String id, URI baseUrl) {
        return provider(id, baseUrl, null, Duration.ofSeconds(20), ProviderConfig.Dialect.ANTHROPIC_MESSAGES);
    }

    EdgeFixture gemini(String id, URI baseUrl) {
        return provider(id, baseUrl, null, Duration.ofSeconds(20), ProviderConfig.Dialect.GEMINI);
    }

    EdgeFixture keyInQuery() {
        keyInQuery = true;
        return this;
    }

    /** Where providers are told to find the listener. */
    EdgeFixture reachedAt(URI url) {
        publicUrl = url;
        return this;
    }

    EdgeFixture responses(String id, URI baseUrl) {
        return provider(id, baseUrl, null, Duration.ofSeconds(20), ProviderConfig.Dialect.OPENAI_RESPONSES);
    }

    EdgeFixture provider(String id, URI baseUrl, @Nullable Path trust, Duration idleTimeout) {
        return provider(id, baseUrl, trust, idleTimeout, ProviderConfig.Dialect.OPENAI_CHAT);
    }

    private EdgeFixture provider(
            String id, URI baseUrl, @Nullable Path trust, Duration idleTimeout, ProviderConfig.Dialect dialect) {
        providers.add(new ProviderConfig(
                id,
                ProviderConfig.Kind.OPENAI_COMPATIBLE,
                baseUrl,
                new Secret("sk-upstream"),
                Set.of(dialect),
                null,
                Duration.ofSeconds(2),
                idleTimeout,
                64,
                trust == null ? null : new ProviderConfig.Tls(trust),
                ProviderConfig.OutputCap.MAX_COMPLETION_TOKENS,
                null,
                inlineMedia));
        return this;
    }

    EdgeFixture provider(ProviderConfig provider) {
        providers.add(provider);
        return this;
    }

    /** One as a configuration file would have it. */
    EdgeFixture configured(String entry) {
        providers.addAll(ConfigFile.parse("test.yaml", "providers: [ " + entry + " ]", Path.of(""), name -> null)
                .providers());
        return this;
    }

    EdgeFixture demo() {
        providers.add(new ProviderConfig(
                "demo",
                ProviderConfig.Kind.DEMO,
                null,
                null,
                null,
                null,
                Duration.ofSeconds(2),
                Duration.ofSeconds(5),
                64,
                null,
                ProviderConfig.OutputCap.MAX_COMPLETION_TOKENS,
                null,
                inlineMedia));
        return this;
    }

    /** A model that is tried once, whatever happens. */
    EdgeFixture model(String name, String target) {
        return model(name, target, null, ModelConfig.HostedTools.STRIP);
    }

    /** As {@link #model(String, String)}. */
    EdgeFixture model(
            String name,
            String target,
            ModelConfig.@Nullable Unsupported unsupported,
            ModelConfig.HostedTools hostedTools) {
        return model(new ModelConfig(
                name,
                new ModelConfig.Route(
                        List.of(new ModelConfig.Target(target)),
                        unsupported,
                        hostedTools,
                        ModelConfig.Strategy.PRIORITY,
                        0,
                        List.of(),
                        new ModelConfig.FallbacksOn(List.of(), List.of()),
                        ModelConfig.CoolDown.USUAL),
                null));
    }

    EdgeFixture model(ModelConfig model) {
        models.add(model);
        return this;
    }

    /** The clock of everything that can be told the time. */
    EdgeFixture at(InstantSource source) {
        clock = source;
        return this;
    }

    /** A price list of its own, and money held to the nano-dollar: the ledger in memory. */
    EdgeFixture budget(InMemoryBudgetLedger purse, Prices list) {
        ledger = purse;
        prices = list;
        return this;
    }

    EdgeFixture guardrail(
            GuardrailConfig.Detector detector, GuardrailConfig.Position on, GuardrailConfig.Action action) {
        guardrails.add(new GuardrailConfig(
                "g" + guardrails.size(), detector, Set.of(), Set.of(on), action, GuardrailConfig.FailureMode.CLOSED));
        return this;
    }

    /** A rule about tools of providers. */
    EdgeFixture hostedTools(String id, Rule.Effect effect, String when, String... names) {
        rules.add(new Rule(
                id,
                effect,
                Rule.Who.ANYBODY,
                new Selectors(List.of(), List.of(), List.of(), List.of(), List.of(names)),
                when.isEmpty() ? null : when,
                List.of(),
                null));
        return this;
    }

    /** A rule that forbids places. */
    EdgeFixture closed(String id, String when, String... places) {
        rules.add(new Rule(id, Rule.Effect.DENY, Rule.Who.ANYBODY, Selectors.targets(places), when, List.of(), null));
        return this;
    }

    /** For what knows nothing of batches. */
    private BatchWork noBatches(CallGovernor governor) {
        InvocationHandler nobody = (proxy, method, arguments) -> {
            throw new UnsupportedOperationException("there are no batches here");
        };
        Batches none = (Batches)
                Proxy.newProxyInstance(Batches.class.getClassLoader(), new Class<?>[] {Batches.class}, nobody);
        BatchDesk.Bounds bounds = new BatchDesk.Bounds(1, Duration.ofSeconds(1), Duration.ofSeconds(1));
        return new BatchWork(
                none,
                new BatchDesk(none, governor, bounds, new UUID(0, 1), clock),
                () -> {},
                new BatchesConfig(10, 1 << 20, 1, 1 << 20, Duration.ofDays(29), Duration.ofSeconds(30)));
    }

    /** Starts with rules that let the agent use everything but {@code forbidden} and the tools of providers. */
    EdgeFixture start() {
        AuditLog audit = new AuditLog(journal);
        AccessPolicy access = AccessPolicy.of(rules);
        CallGovernor governor =
                new CallGovernor(audit, () -> access, Guardrails.of(guardrails), ledger, noApprovals(audit), PEPPER);
        ServerConfig config = new ServerConfig(
                new HostPort("127.0.0.1", 0),
                new HostPort("127.0.0.1", 0),
                publicUrl,
                null,
                List.of("gateway.internal"),
                Path.of("data"),
                keyInQuery);
        router = new ModelRouter(
                models,
                Providers.create(
                        providers, limits, new MediaFetch(mediaConfig, limits.maxBodyBytes(), media, alarms), clock),
                prices,
                limits.defaultMaxOutputTokens(),
                clock);
        hub = McpHub.connect(
                List.of(),
                List.of(),
                governor,
                () -> access,
                EdgeFixture::callId,
                new SealedTokens(new SealKey(new byte[SealKey.BYTES]), List.of(), clock, new SecureRandom()),
                HubStores.none(audit, clock),
                clock);
        Approvals approvals = new Approvals(
                tickets(audit), ApprovalConfig.DEFAULT, new ApprovalLinks(URI.create("http://127.0.0.1/"), PEPPER));
        edge = new HttpEdge(
                config,
                limits,
                new HttpEdge.Services(
                        new FixedKeys(),
                        () -> access,
                        governor,
                        audit,
                        guardrails,
                        router,
                        responses,
                        new Idempotency(
                                new InMemoryClaims(),
                                new IdempotencyKeys(PEPPER),
                                new InMemoryAnswers(),
                                Duration.ofHours(1),
                                1 << 20),
                        conversations,
                        keeping,
                        cache,
                        noBatches(governor),
                        files,
                        filing,
                        hub,
                        approvals,
                        new WaitingPage(hub.seal(), approvals, () -> uri("")),
                        EdgeFixture::callId,
                        () -> Readiness.READY,
                        clock));
        HttpRouting.Builder routing = HttpRouting.builder();
        edge.addRoutes(routing);
        server = WebServer.builder()
                // Its timer keeps a stopped server, and all of an edge, until it looks the next time.
                .idleConnectionPeriod(Duration.ofSeconds(1))
                .host("127.0.0.1")
                .port(0)
                .connectionOptions(SocketOptions.builder().tcpNoDelay(true).build())
                .shutdownHook(false)
                .routing(routing)
                .build()
                .start();
        return this;
    }

    private static CallId callId() {
        return new CallId(UUID.randomUUID());
    }

    private static Rule rule(String id, Rule.Effect effect, String agent, String models) {
        return new Rule(
                id,
                effect,
                new Rule.Who(null, null, null, agent, null),
                List.of(models),
                List.of(),
                null,
                List.of(),
                null);
    }

    /** No rule here asks for an approval, so nothing may ever look for one. */
    private static Tickets tickets(AuditLog audit) {
        ApprovalStore none = (ApprovalStore) Proxy.newProxyInstance(
                EdgeFixture.class.getClassLoader(),
                new Class<?>[] {ApprovalStore.class},
                (proxy, method, arguments) -> {
                    if (method.isDefault()) {
                        return InvocationHandler.invokeDefault(proxy, method, arguments);
                    }
                    throw new AssertionError("asked for an approval: " + method.getName());
                });
        return new Tickets(none, audit, PEPPER);
    }

    private static ApprovalGate noApprovals(AuditLog audit) {
        return new ApprovalGate(
                tickets(audit),
                ApprovalConfig.DEFAULT,
                new ApprovalNotices(List.of(), URI.create("http://127.0.0.1/"), UUID::randomUUID),
                "test",
                UUID::randomUUID);
    }

    URI uri(String path) {
        if (server == null) {
            throw new IllegalStateException("not started");
        }
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }

    /** The one record of the last call, or the closing one of two. */
    AuditEvent lastRecord() {
        List<AuditEvent> events = journal.events();
        return events.get(events.size() - 1);
    }

    @Override
    public void close() {
        if (server != null) {
            server.stop();
        }
        if (edge != null) {
            edge.close();
        }
        if (hub != null) {
            hub.close();
        }
        if (router != null) {
            router.close();
        }
        media.close();
        alarms.close();
        threads.awaitNone();
    }

    /** Money as a number: holds while it lasts, and remembers what each call was charged. */
    static final class Purse implements BudgetLedger {
        final List<Usage> settled = new CopyOnWriteArrayList<>();
        /** What chunks said was used by then. */
        final List<Usage> said = new CopyOnWriteArrayList<>();

        final List<GovernedCall> held = new CopyOnWriteArrayList<>();
        volatile boolean empty;

        @Override
        public Reservation reserve(GovernedCall call, AuditTrail trail) throws CallEnded {
            if (empty) {
                throw new CallEnded(new CallOutcome.Denied(
                        new Denial(Denial.Stage.BUDGET, Denial.Reason.BUDGET_EXHAUSTED, "budget of agent is used up"),
                        new BudgetState(NanoUsd.ZERO, Instant.EPOCH)));
            }
            held.add(call);
            trail.admitted(trail.admit());
            return new Held(call, settled, said);
        }
    }

    private static final class Held implements Reservation {
        private final GovernedCall call;
        private final List<Usage> settled;
        private final List<Usage> said;
        private Usage usage = new Usage(0, 0, 0, Usage.Basis.ESTIMATED);

        Held(GovernedCall call, List<Usage> settled, List<Usage> said) {
            this.said = said;
            this.call = call;
            this.settled = settled;
        }

        @Override
        public <C extends Output<C>> Upstream<C> metered(Upstream<C> upstream) {
            return (cleared, out) -> {
                usage = upstream.execute(cleared, chunk -> {
                    long length = chunk.text().stream()
                            .mapToLong(run -> run.text().length())
                            .sum();
                    Usage soFar = chunk.soFar();
                    if (soFar != null) {
                        said.add(soFar);
                    }
                    usage = new Usage(0, 0, usage.outputTokens() + length, Usage.Basis.ESTIMATED);
                    if (!chunk.isSilent()) {
                        out.emit(chunk);
                    }
                });
                return usage;
            };
        }

        @Override
        public NanoUsd cost() {
            return call.estimate().price().of(usage);
        }

        @Override
        public BudgetState budget() {
            return new BudgetState(NanoUsd.ofUsd("1.5"), Instant.parse("2030-01-01T00:00:00Z"));
        }

        @Override
        public void close() {
            settled.add(usage);
        }
    }

    /** Two keys, of which the second is nobody's that a rule knows. */
    static final class FixedKeys implements KeyDirectory {
        @Override
        public Authentication recognise(String keyId) {
            return keyId.equals(AGENT.keyId())
                    ? new Authentication.Authenticated(AGENT)
                    : new Authentication.Rejected(Authentication.Reason.UNKNOWN, "there is no such key");
        }

        @Override
        public Authentication authenticate(@Nullable String presented) {
            if (presented == null) {
                return new Authentication.Rejected(Authentication.Reason.MISSING, "no key was presented");
            }
            return switch (presented) {
                case KEY -> new Authentication.Authenticated(AGENT);
                case STRANGER_KEY ->
                    new Authentication.Authenticated(
                            new Subject("acme", null, Subject.Kind.USER, "stranger", "zzzzzzzzzzzz"));
                default ->
                    new Authentication.Rejected(
                            Authentication.Reason.CHECKSUM, "the key's checksum is wrong: a typing mistake");
            };
        }

        @Override
        public Issuance create(String tenant, String member, String name, @Nullable Instant expiresAt, String actor) {
            throw new AssertionError("the edge makes no keys");
        }

        @Override
        public boolean revoke(String tenant, String keyId, String actor) {
            throw new AssertionError("the edge revokes no keys");
        }

        @Override
        public List<KeyInfo> list(String tenant) {
            throw new AssertionError("the edge lists no keys");
        }
    }
}
