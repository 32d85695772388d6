package dev.portreeve.gateway;

import dev.portreeve.audit.PostgresAuditReader;
import dev.portreeve.audit.payload.PostgresSubjectKeys;
import dev.portreeve.audit.publish.PublishedLog;
import dev.portreeve.gateway.admin.AdminAccess;
import dev.portreeve.gateway.admin.AdminEdge;
import dev.portreeve.gateway.admin.AdminServices;
import dev.portreeve.gateway.admin.SignIns;
import dev.portreeve.gateway.config.DataDirectory;
import dev.portreeve.gateway.config.GatewayConfig;
import dev.portreeve.gateway.config.HostPort;
import dev.portreeve.gateway.config.PublishedRules;
import dev.portreeve.gateway.database.Database;
import dev.portreeve.gateway.database.StartFailure;
import dev.portreeve.gateway.explain.Questions;
import dev.portreeve.gateway.http.HttpEdge;
import dev.portreeve.gateway.http.WaitingPage;
import dev.portreeve.gateway.idempotency.Idempotency;
import dev.portreeve.gateway.idempotency.PostgresKeptAnswers;
import dev.portreeve.gateway.media.MediaFetch;
import dev.portreeve.gateway.model.ModelRouter;
import dev.portreeve.gateway.model.Prices;
import dev.portreeve.gateway.model.Providers;
import dev.portreeve.gateway.notice.HttpWebhooks;
import dev.portreeve.gateway.notice.SmtpMail;
import dev.portreeve.gateway.publish.RulesDesk;
import dev.portreeve.gateway.response.PostgresStoredResponses;
import dev.portreeve.hub.HubLimits;
import dev.portreeve.hub.HubStores;
import dev.portreeve.hub.McpHub;
import dev.portreeve.hub.catalog.ServerMemory;
import dev.portreeve.hub.catalog.ServerStatus;
import dev.portreeve.hub.credential.PostgresTokenStore;
import dev.portreeve.hub.definition.Definitions;
import dev.portreeve.hub.outbound.NameResolver;
import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.seal.SealKey;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.hub.task.PostgresTaskStore;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.PolicyEngine;
import dev.portreeve.policy.budget.Accounts;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.idempotency.IdempotencyKeys;
import dev.portreeve.policy.keeping.CallEvidence;
import dev.portreeve.policy.key.KeyDirectory;
import dev.portreeve.policy.key.Pepper;
import dev.portreeve.policy.version.UnusableRules;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The composition root: the only place where services are made, in the order they need each other, and closed in reverse.
 * Start once, close once; both block.
 */
public final class Gateway implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Gateway.class);

    private static final String SEAL_KEY = "portreeve hub seal 1";
    private static final Duration MEDIA_CONNECT = Duration.ofSeconds(5);
    private static final Duration CATALOG_WAIT = Duration.ofSeconds(20);

    private final GatewayConfig config;
    private final InstantSource clock;
    private final OpenParts parts;
    private final DataDirectory directory;
    private final AdminAccess adminAccess;
    private final Supplier<CallId> callIds;
    private final HttpListener data;
    private final HttpListener admin;
    private final KeyDirectory keys;
    private final McpHub hub;
    private final ModelRouter models;
    private final HttpWebhooks webhooks;
    private volatile boolean draining;

    private Gateway(GatewayConfig config, InstantSource clock, OpenParts parts) {
        SecureRandom random = new SecureRandom();
        TimeOrderedIds ids = new TimeOrderedIds(clock, random);
        this.config = config;
        this.clock = clock;
        this.parts = parts;
        this.directory = new DataDirectory(config.server().dataDirectory());
        this.adminAccess = new AdminAccess(directory.adminToken(), clock);
        this.callIds = () -> new CallId(ids.get());
        HttpListener.Reserved address =
                parts.add(HttpListener.reserve(config.server().adminListen()));
        URI adminBase = AdminEdge.base(config.server(), address.address());

        Database database = parts.add(Database.open(config.database(), directory));
        Evidence evidence = parts.add(
                Evidence.open(config.audit(), config.organisation().tenantIds(), directory, database, clock, random));
        Pepper pepper = pepper(directory);
        SealedTokens seal = seal(pepper, random);
        PostgresSubjectKeys contentKeys =
                new PostgresSubjectKeys(database.pooled(), new SealedSubjectKeys(seal), random);
        this.webhooks = parts.add(HttpWebhooks.of(
                parts.add(new AlarmClock()),
                config.approvals().webhooks(),
                config.notices().webhooks()));
        PolicyEngine policy =
                parts.add(policy(ground(database, evidence, pepper, adminBase, ids, random, contentKeys)));
        this.keys = policy.keys();
        WaitingPage waiting = new WaitingPage(seal, policy.approvals(), this::dataUrl);
        this.hub = connectHub(policy, seal, hubStores(database, evidence, seal, policy), waiting);
        this.models = parts.add(models(config, media(), clock));
        this.admin = startAdmin(
                address,
                adminServices(adminBase, database, evidence, policy, keeping(database, evidence, contentKeys, seal)));
        this.data = startData(database, evidence, policy, seal, idempotency(database, policy, pepper, seal), waiting);
        parts.add(EvidenceDeliveries.start(config.audit(), directory, database, evidence, clock));
        parts.add(directory::withdraw);
        directory.announce(new DataDirectory.Listeners(local(admin), local(data)));
        awaitCatalog(hub);
    }

    /**
     * Opens the database, the evidence, the policy, the tool servers, and at last the listeners.
     *
     * @throws StartFailure for what the operator can remove; the message says how
     */
    public static Gateway start(GatewayConfig config, InstantSource clock) {
        OpenParts parts = new OpenParts();
        boolean started = false;
        try {
            Gateway gateway = new Gateway(config, clock, parts);
            started = true;
            return gateway;
        } finally {
            if (!started) {
                parts.close();
            }
        }
    }

    private PolicyEngine.Ground ground(
            Database database,
            Evidence evidence,
            Pepper pepper,
            URI adminBase,
            TimeOrderedIds ids,
            SecureRandom random,
            PostgresSubjectKeys contentKeys) {
        return new PolicyEngine.Ground(
                database.pooled(),
                database.unpooled(),
                evidence.log(),
                pepper,
                clock,
                webhooks,
                SmtpMail.of(config.notices().email(), clock),
                adminBase.resolve("/api/v1/approvals"),
                ids,
                random,
                new CallEvidence(config.audit().payloads(), config.audit().bestEffort(), contentKeys));
    }

    private PolicyEngine policy(PolicyEngine.Ground ground) {
        // Before the record of the rules, some of which come from it.
        new LoadedConfiguration(directory, ground.pepper(), ground.audit()).record(config);
        try {
            return PolicyEngine.create(
                    config.policy(),
                    ground,
                    new PublishedRules(config),
                    config.publishing().secondPerson());
        } catch (UnusableRules unusable) {
            throw new StartFailure(String.valueOf(unusable.getMessage()), unusable);
        }
    }

    /** Receivers that must be in no private network, as one of the places says in which they stand. */
    private SealedTokens seal(Pepper pepper, SecureRandom random) {
        List<SealKey> keys = config.seal().keys(pepper.derive(SEAL_KEY));
        return new SealedTokens(keys.getFirst(), keys.subList(1, keys.size()), clock, random);
    }

    private McpHub connectHub(PolicyEngine policy, SealedTokens tokens, HubStores stores, WaitingPage waiting) {
        McpHub connected = parts.add(McpHub.connect(
                config.toolServers(),
                config.views(),
                policy.governor(),
                policy.rules(),
                callIds,
                tokens,
                stores,
                clock,
                HubLimits.DEFAULT,
                waiting));
        policy.rules().onChange(connected::rulesChanged);
        return connected;
    }

    private HubStores hubStores(Database database, Evidence evidence, SealedTokens seal, PolicyEngine policy) {
        return new HubStores(
                Definitions.on(database.pooled(), evidence.log(), clock),
                ServerMemory.on(database.pooled(), clock),
                new PostgresTokenStore(database.pooled(), seal, clock),
                policy.approvals(),
                new PostgresTaskStore(database.pooled(), seal, clock));
    }

    private EvidenceKeeping keeping(Database database, Evidence evidence, PostgresSubjectKeys keys, SealedTokens seal) {
        return parts.add(EvidenceKeeping.start(
                config.audit(),
                new EvidenceKeeping.Ground(
                        database,
                        evidence.log(),
                        new PostgresAuditReader(database.pooled()),
                        clock,
                        new SecureRandom()),
                keys,
                MemberContents.stores(config, database.pooled(), seal, clock)));
    }

    private HttpListener startAdmin(HttpListener.Reserved reserved, AdminServices services) {
        AdminEdge edge = new AdminEdge(config.server(), config.limits(), adminAccess, services, clock);
        reserved.close();
        return parts.add(HttpListener.start(
                "server.admin-listen",
                reserved.address(),
                HttpListener.Bounds.ofAdmin(config.limits()),
                edge::register));
    }

    private Idempotency idempotency(Database database, PolicyEngine policy, Pepper pepper, SealedTokens seal) {
        return new Idempotency(
                policy.idempotentRuns(),
                new IdempotencyKeys(pepper),
                new PostgresKeptAnswers(database.pooled(), seal, clock),
                config.idempotency().keep(),
                config.idempotency().maxAnswerBytes());
    }

    private HttpListener startData(
            Database database,
            Evidence evidence,
            PolicyEngine policy,
            SealedTokens seal,
            Idempotency idempotency,
            WaitingPage waiting) {
        BatchParts batches = parts.add(BatchParts.start(config, database.pooled(), seal, policy, models, clock));
        HttpEdge edge = parts.add(new HttpEdge(
                config.server(),
                config.limits(),
                new HttpEdge.Services(
                        policy.keys(),
                        policy.rules(),
                        policy.governor(),
                        evidence.log(),
                        config.guardrails(),
                        models,
                        new PostgresStoredResponses(database.pooled(), clock),
                        idempotency,
                        MemberContents.responses(config, database.pooled(), seal, clock),
                        config.responses(),
                        config.cache(),
                        batches.work(),
                        batches.files(),
                        config.files(),
                        hub,
                        policy.approvals(),
                        waiting,
                        callIds,
                        () -> evidence.readiness()
                                .downIf(draining, "stopping")
                                .downIf(!database.isReachable(), "database")
                                .downIf(policy.rules().state().refused() != null, "rules"),
                        clock)));
        HttpListener listener = parts.add(HttpListener.start(
                "server.listen", config.server().listen(), HttpListener.Bounds.ofData(config), edge::addRoutes));
        // Closed first: the listener lets what runs finish, and a stream one only listens to never does.
        parts.add((AutoCloseable) hub::endStanding);
        return listener;
    }

    /** How callers reach the data listener. */
    public URI dataUrl() {
        URI configured = config.server().publicUrl();
        return configured == null ? local(data) : configured;
    }

    /** A fresh link that signs one browser in to the admin page. */
    public URI newAdminLink() {
        return AdminEdge.link(AdminEdge.base(config.server(), admin.address()), adminAccess.newLinkCode());
    }

    /** How the tool servers are. */
    List<ServerStatus> servers() {
        return hub.servers();
    }

    /** The virtual keys, for the demo, which makes its own. */
    KeyDirectory keys() {
        return keys;
    }

    /** Takes no new calls, lets running ones finish for a while, stores what is queued, and stops the database. */
    @Override
    public void close() {
        LOGGER.info("stopping");
        draining = true;
        parts.close();
        LOGGER.info("stopped");
    }

    private AdminServices adminServices(
            URI adminBase, Database database, Evidence evidence, PolicyEngine policy, EvidenceKeeping keeping) {
        Questions questions = Questions.of(config, policy.keys(), hub.definitions());
        return new AdminServices(
                config.organisation().tenantIds(),
                policy.keys(),
                policy::budgets,
                policy.budgetOrders(),
                new Accounts(database.pooled()),
                new PostgresAuditReader(database.pooled()),
                evidence::statuses,
                evidence.watch()::state,
                hub::servers,
                models::places,
                hub.definitions(),
                hub::refresh,
                policy.approvals(),
                policy.stops(),
                policy.decisions(),
                evidence.verifications(),
                new PublishedLog(database.pooled()),
                evidence.witness(),
                evidence.anchors(),
                policy::access,
                questions,
                new RulesDesk(policy.versions(), questions, hub::misfits),
                policy.outbox(),
                config.approvals().slack(),
                webhooks,
                config.approvals().freshLogin(),
                keeping.services(),
                code -> AdminEdge.link(adminBase, code),
                new SignIns(evidence.log()));
    }

    private MediaFetch media() {
        AlarmClock alarms = parts.add(new AlarmClock());
        OutboundHttp http = parts.add(OutboundHttp.create(MEDIA_CONNECT, NameResolver.SYSTEM, alarms));
        return new MediaFetch(config.media(), config.limits().maxBodyBytes(), http, alarms);
    }

    private static ModelRouter models(GatewayConfig config, MediaFetch media, InstantSource clock) {
        try {
            return new ModelRouter(
                    config.models(),
                    Providers.create(config.providers(), config.limits(), media, clock),
                    Prices.load(config.prices()),
                    config.limits().defaultMaxOutputTokens(),
                    clock);
        } catch (IllegalArgumentException | UncheckedIOException unusable) {
            throw new StartFailure(String.valueOf(unusable.getMessage()), unusable);
        }
    }

    private static Pepper pepper(DataDirectory directory) {
        try {
            return Pepper.inDirectory(directory.root());
        } catch (IOException unusable) {
            throw new StartFailure(String.valueOf(unusable.getMessage()), unusable);
        }
    }

    private static URI local(HttpListener listener) {
        HostPort address = listener.address();
        boolean everywhere = address.host().equals("0.0.0.0") || address.host().equals("::");
        return URI.create("http://" + (everywhere ? new HostPort("127.0.0.1", address.port()) : address));
    }

    private static void awaitCatalog(McpHub hub) {
        try {
            if (!hub.awaitCatalog(CATALOG_WAIT)) {
                LOGGER.warn(
                        "not every tool server answered within {} s; their tools appear when they do",
                        CATALOG_WAIT.toSeconds());
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
