import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Journal;
import dev.portreeve.audit.JournalEntry;
import dev.portreeve.audit.Receipt;
import dev.portreeve.gateway.batch.BatchDesk;
import dev.portreeve.gateway.batch.Batches;
import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.gateway.config.GatewayConfig;
import dev.portreeve.gateway.file.StoredFiles;
import dev.portreeve.gateway.http.BatchWork;
import dev.portreeve.gateway.http.HttpEdge;
import dev.portreeve.gateway.http.Readiness;
import dev.portreeve.gateway.http.WaitingPage;
import dev.portreeve.gateway.idempotency.Idempotency;
import dev.portreeve.gateway.idempotency.KeptAnswer;
import dev.portreeve.gateway.idempotency.KeptAnswers;
import dev.portreeve.gateway.media.MediaFetch;
import dev.portreeve.gateway.model.ModelRouter;
import dev.portreeve.gateway.model.Prices;
import dev.portreeve.gateway.model.Providers;
import dev.portreeve.gateway.response.Conversation;
import dev.portreeve.gateway.response.Conversations;
import dev.portreeve.gateway.response.StoredResponse;
import dev.portreeve.gateway.response.StoredResponses;
import dev.portreeve.hub.HubStores;
import dev.portreeve.hub.McpHub;
import dev.portreeve.hub.outbound.NameResolver;
import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.seal.SealKey;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.CallGovernor;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.approval.ApprovalConfig;
import dev.portreeve.policy.approval.ApprovalGate;
import dev.portreeve.policy.approval.ApprovalLinks;
import dev.portreeve.policy.approval.ApprovalNotices;
import dev.portreeve.policy.approval.ApprovalStore;
import dev.portreeve.policy.approval.Approvals;
import dev.portreeve.policy.approval.Tickets;
import dev.portreeve.policy.budget.Reservation;
import dev.portreeve.policy.call.BudgetState;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.IdempotentRun;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Output;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.Upstream;
import dev.portreeve.policy.call.Usage;
import dev.portreeve.policy.guardrail.Guardrails;
import dev.portreeve.policy.idempotency.FoundRun;
import dev.portreeve.policy.idempotency.IdempotencyKeys;
import dev.portreeve.policy.idempotency.IdempotentRuns;
import dev.portreeve.policy.key.Authentication;
import dev.portreeve.policy.key.Issuance;
import dev.portreeve.policy.key.KeyDirectory;
import dev.portreeve.policy.key.KeyInfo;
import dev.portreeve.policy.key.Pepper;
import io.helidon.common.socket.SocketOptions;
import io.helidon.webserver.WebServer;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The gateway's model endpoint with governance taken out, which the product cannot do: everyone is let in, no money is held,
 * records go nowhere. What is left is what the gateway's own HTTP edge, reader and upstream client cost.
 *
 * <pre>java -cp 'CLASSES:gateway/target/portreeve.jar:gateway/target/lib/*' Ungoverned CONFIG PORT</pre>
 */
public final class Ungoverned {
    private static final Subject ANYONE = new Subject("bench", "load", Subject.Kind.AGENT, "wrk", "benchbenchbe");
    private static final Pepper PEPPER = Pepper.of(new byte[Pepper.BYTES]);
    private static final URI NOWHERE = URI.create("http://127.0.0.1/");

    private Ungoverned() {}

    public static void main(String[] args) {
        GatewayConfig config = ConfigFile.read(Path.of(args[0]), System::getenv);
        InstantSource clock = InstantSource.system();
        AuditLog audit = new AuditLog(new Nowhere());
        AccessPolicy access = AccessPolicy.of(config.policies());
        Tickets tickets = tickets(audit);
        CallGovernor governor = new CallGovernor(
                audit, () -> access, Guardrails.of(List.of()), Ungoverned::reserve, gate(tickets), PEPPER);
        Approvals approvals = new Approvals(tickets, ApprovalConfig.DEFAULT, new ApprovalLinks(NOWHERE, PEPPER));
        SealedTokens seal = new SealedTokens(
                new SealKey(new byte[SealKey.BYTES]), List.of(), clock, new SecureRandom());
        AlarmClock alarms = new AlarmClock();
        OutboundHttp http = OutboundHttp.create(Duration.ofSeconds(5), NameResolver.SYSTEM, alarms);
        ModelRouter models = new ModelRouter(
                config.models(),
                Providers.create(
                        config.providers(),
                        config.limits(),
                        new MediaFetch(config.media(), config.limits().maxBodyBytes(), http, alarms),
                        clock),
                Prices.load(config.prices()),
                config.limits().defaultMaxOutputTokens(),
                clock);
        McpHub hub = McpHub.connect(
                List.of(),
                List.of(),
                governor,
                () -> access,
                Ungoverned::callId,
                seal,
                HubStores.none(audit, clock),
                clock);
        HttpEdge edge = new HttpEdge(
                config.server(),
                config.limits(),
                new HttpEdge.Services(
                        new OpenDoor(),
                        () -> access,
                        governor,
                        audit,
                        List.of(),
                        models,
                        new KeepsNothing(),
                        new Idempotency(
                                new NothingRan(),
                                new IdempotencyKeys(Pepper.of(new byte[Pepper.BYTES])),
                                new NoAnswers(),
                                Duration.ofHours(1),
                                1),
                        new KeepsNoConversation(),
                        config.responses(),
                        config.cache(),
                        batches(config, governor, clock),
                        unused(StoredFiles.class),
                        config.files(),
                        hub,
                        approvals,
                        new WaitingPage(seal, approvals, () -> NOWHERE),
                        Ungoverned::callId,
                        () -> Readiness.READY,
                        clock));
        WebServer.builder()
                .host("127.0.0.1")
                .port(Integer.parseInt(args[1]))
                .backlog(1024)
                .writeBufferSize(8192)
                .connectionOptions(SocketOptions.builder().tcpNoDelay(true).build())
                .routing(edge::addRoutes)
                .build()
                .start();
    }

    private static CallId callId() {
        return new CallId(UUID.randomUUID());
    }

    private static Tickets tickets(AuditLog audit) {
        ApprovalStore none = (ApprovalStore) Proxy.newProxyInstance(
                Ungoverned.class.getClassLoader(), new Class<?>[] {ApprovalStore.class}, (proxy, method, arguments) -> {
                    if (method.isDefault()) {
                        return InvocationHandler.invokeDefault(proxy, method, arguments);
                    }
                    throw new IllegalStateException("asked for an approval: " + method.getName());
                });
        return new Tickets(none, audit, PEPPER);
    }

    private static ApprovalGate gate(Tickets tickets) {
        return new ApprovalGate(
                tickets,
                ApprovalConfig.DEFAULT,
                new ApprovalNotices(List.of(), NOWHERE, UUID::randomUUID),
                "bench",
                UUID::randomUUID);
    }

    private static Reservation reserve(GovernedCall call, AuditTrail trail) {
        trail.admit();
        return new Unheld(call);
    }

    private static final class Unheld implements Reservation {
        private final GovernedCall call;
        private Usage usage = Usage.NO_TOKENS;

        Unheld(GovernedCall call) {
            this.call = call;
        }

        @Override
        public <C extends Output<C>> Upstream<C> metered(Upstream<C> upstream) {
            return (input, out) -> {
                usage = upstream.execute(input, chunk -> {
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
            return null;
        }

        @Override
        public void close() {}
    }

    private static final class Nowhere implements Journal {
        private static final Receipt AT_ONCE = new Receipt() {
            @Override
            public void await() {}

            @Override
            public boolean isDurable() {
                return true;
            }

            @Override
            public List<UUID> recordIds() {
                return List.of();
            }
        };

        @Override
        public Receipt append(JournalEntry<?> entry) {
            return AT_ONCE;
        }

        @Override
        public Receipt appendUnhurried(JournalEntry<?> entry) {
            return AT_ONCE;
        }
    }

    private static final class OpenDoor implements KeyDirectory {
        @Override
        public Authentication authenticate(String presented) {
            return new Authentication.Authenticated(ANYONE);
        }

        @Override
        public Issuance create(String tenant, String member, String name, Instant expiresAt, String actor) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean revoke(String tenant, String keyId, String actor) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<KeyInfo> list(String tenant) {
            return List.of();
        }
    }

    /** The benchmark makes no batches. */
    private static BatchWork batches(GatewayConfig config, CallGovernor governor, InstantSource clock) {
        Batches none = unused(Batches.class);
        BatchDesk.Bounds bounds = new BatchDesk.Bounds(1, Duration.ofSeconds(1), Duration.ofSeconds(1));
        return new BatchWork(
                none, new BatchDesk(none, governor, bounds, new UUID(0, 1), clock), () -> {}, config.batches());
    }

    private static <T> T unused(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, given) -> {
            throw new UnsupportedOperationException("the benchmark uses no " + type.getSimpleName());
        }));
    }

    /** The benchmark asks for no response that a provider keeps. */
    private static final class KeepsNoConversation implements Conversations {
        @Override
        public boolean keep(Conversation conversation) {
            return false;
        }

        @Override
        public boolean begin(Conversation conversation, UUID maker) {
            return false;
        }

        @Override
        public boolean end(Conversation conversation) {
            return false;
        }

        @Override
        public Optional<Conversation> find(String tenant, String member, String id) {
            return Optional.empty();
        }

        @Override
        public boolean cancel(String tenant, String member, String id) {
            return false;
        }

        @Override
        public void forget(String tenant, String member, String id) {}

        @Override
        public Set<String> stillMaking(UUID maker, Set<String> ids) {
            return Set.of();
        }
    }

    private static final class KeepsNothing implements StoredResponses {
        @Override
        public void keep(StoredResponse response) {}

        @Override
        public Optional<StoredResponse> find(String tenant, String member, String id) {
            return Optional.empty();
        }

        @Override
        public void forget(String tenant, String member, String id) {}
    }

    private static final class NothingRan implements IdempotentRuns {
        @Override
        public Optional<FoundRun> find(IdempotentRun.Key key) {
            return Optional.empty();
        }

        @Override
        public Living living(IdempotentRun.Key key, UUID call) {
            return () -> {};
        }
    }

    private static final class NoAnswers implements KeptAnswers {
        @Override
        public void keep(Subject owner, UUID call, KeptAnswer answer, Duration keep) {}

        @Override
        public Optional<KeptAnswer> find(Subject owner, UUID call) {
            return Optional.empty();
        }
    }
}
