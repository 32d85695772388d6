package dev.portreeve.policy;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.policy.Housekeeping.Chore;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.access.MemberRoles;
import dev.portreeve.policy.approval.ApprovalGate;
import dev.portreeve.policy.approval.ApprovalLinks;
import dev.portreeve.policy.approval.Approvals;
import dev.portreeve.policy.approval.People;
import dev.portreeve.policy.approval.PostgresApprovalStore;
import dev.portreeve.policy.approval.ReceiverAnswers;
import dev.portreeve.policy.approval.SignedDecisions;
import dev.portreeve.policy.approval.Tickets;
import dev.portreeve.policy.brake.Brakes;
import dev.portreeve.policy.budget.BudgetNews;
import dev.portreeve.policy.budget.BudgetOrders;
import dev.portreeve.policy.budget.BudgetReport;
import dev.portreeve.policy.budget.LeaseRecalls;
import dev.portreeve.policy.budget.LeaseReturns;
import dev.portreeve.policy.budget.LeaseSweeper;
import dev.portreeve.policy.budget.ParkedHoldSweeper;
import dev.portreeve.policy.budget.PostgresBudgetGauge;
import dev.portreeve.policy.budget.PostgresBudgetLedger;
import dev.portreeve.policy.budget.PostgresBudgets;
import dev.portreeve.policy.budget.PostgresCarvedBudgets;
import dev.portreeve.policy.budget.PostgresClock;
import dev.portreeve.policy.budget.PostgresOrganisation;
import dev.portreeve.policy.budget.PostgresSessionCounts;
import dev.portreeve.policy.budget.ReservationSweeper;
import dev.portreeve.policy.guardrail.Guardrails;
import dev.portreeve.policy.idempotency.IdempotentRuns;
import dev.portreeve.policy.idempotency.PostgresIdempotentRuns;
import dev.portreeve.policy.keeping.CallEvidence;
import dev.portreeve.policy.key.JournalledKeys;
import dev.portreeve.policy.key.KeyDirectory;
import dev.portreeve.policy.key.Pepper;
import dev.portreeve.policy.limit.RateLimits;
import dev.portreeve.policy.notice.JournalledOutbox;
import dev.portreeve.policy.notice.MailChannel;
import dev.portreeve.policy.notice.Outbox;
import dev.portreeve.policy.notice.PostgresOutbox;
import dev.portreeve.policy.notice.WebhookChannel;
import dev.portreeve.policy.session.PostgresSessionLabels;
import dev.portreeve.policy.signal.PostgresNotifications;
import dev.portreeve.policy.stop.Stops;
import dev.portreeve.policy.version.PolicyVersions;
import dev.portreeve.policy.version.RuleReader;
import dev.portreeve.policy.version.RulesInForce;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The module's one factory: the recipe with all its steps, on PostgreSQL, and the chores that go with them. Make one for each
 * process; its parts are thread-safe and live until it is closed.
 */
public final class PolicyEngine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyEngine.class);
    /** How long a budget changed by another replica may go unnoticed. */
    private static final Duration BUDGETS_EVERY = Duration.ofSeconds(1);

    /** How often gateways tell each other what their brakes count. */
    private static final Duration BRAKES_EVERY = Duration.ofMillis(500);

    /** How long a database whose clock was set may go unnoticed. */
    private static final Duration CLOCK_EVERY = Duration.ofSeconds(1);

    /** How long a stop may go unnoticed by a replica that was not told. */
    private static final Duration STOPS_EVERY = Duration.ofSeconds(1);

    /** How long published rules may go unnoticed by a replica that was not told. */
    private static final Duration RULES_EVERY = Duration.ofSeconds(1);

    private static final Duration SWEEP_EVERY = Duration.ofSeconds(5);
    /** With the second a share may lie idle: how long another replica may miss it. */
    private static final Duration LEASES_EVERY = Duration.ofMillis(500);

    private static final Duration TICKETS_EVERY = Duration.ofSeconds(1);

    private static final Duration REJECTIONS_EVERY = Duration.ofSeconds(1);
    private static final Duration SESSIONS_EVERY = Duration.ofMinutes(10);
    private static final Duration KEYS_FORGOTTEN_EVERY = Duration.ofMinutes(1);

    private final CallGovernor governor;
    private final PolicyVersions versions;
    private final JournalledKeys keys;
    private final Approvals approvals;
    private final SignedDecisions decisions;
    private final Outbox outbox;
    private final PostgresBudgets budgets;
    private final PostgresClock clock;
    private final LeaseSweeper leases;
    private final BudgetNews news;
    private final BudgetOrders orders;
    private final PostgresIdempotentRuns runs;
    private final Housekeeping housekeeping;
    private final Housekeeping watch;
    private final Housekeeping braking;
    private final Housekeeping publication;
    private final List<Housekeeping> post;
    /** Parts that want to hear of a channel say so in the constructor. */
    private final PostgresNotifications notifications;

    private final RateLimits limits;
    private final Stops stops;

    /**
     * What the engine stands on; all of it outlives the engine.
     *
     * @param database a pool with the application's role; used for reads, administration and sweeping
     * @param unpooled the same, with a new connection at each request; one is kept, to hear what other replicas say
     * @param audit the log whose journal commits on the same database
     * @param webhooks sends to webhooks
     * @param mail sends to mailboxes
     * @param decisions the URL under which their receivers answer: {@code <decisions>/<ticket>/decision}
     * @param ids gives unique ids for tickets and notices
     * @param random spreads retries
     * @param evidence what calls leave beside their records
     */
    public record Ground(
            DataSource database,
            DataSource unpooled,
            AuditLog audit,
            Pepper pepper,
            InstantSource clock,
            WebhookChannel webhooks,
            MailChannel mail,
            URI decisions,
            Supplier<UUID> ids,
            RandomGenerator random,
            CallEvidence evidence) {
        /** Where no contents are kept. */
        public Ground(
                DataSource database,
                DataSource unpooled,
                AuditLog audit,
                Pepper pepper,
                InstantSource clock,
                WebhookChannel webhooks,
                MailChannel mail,
                URI decisions,
                Supplier<UUID> ids,
                RandomGenerator random) {
            this(database, unpooled, audit, pepper, clock, webhooks, mail, decisions, ids, random, CallEvidence.NONE);
        }
    }

    /** The budgets that are in force, how full they are, and by which clock. */
    private record Purse(PostgresBudgets budgets, PostgresBudgetGauge gauge, PostgresClock clock) {}

    private PolicyEngine(PolicyConfig config, Ground ground, PolicyVersions versions, Purse purse) {
        this.versions = versions;
        this.budgets = purse.budgets();
        this.clock = purse.clock();
        AuditLog audit = ground.audit();
        PostgresBudgetLedger ledger =
                new PostgresBudgetLedger(budgets, ground.ids().get(), clock);
        this.leases = new LeaseSweeper(ground.database(), audit, ledger, ground.ids());
        PostgresCarvedBudgets carved = new PostgresCarvedBudgets(ground.database(), budgets);
        this.keys = JournalledKeys.on(ground.database(), carved, audit, ground.pepper(), ground.clock());
        Tickets tickets = new Tickets(new PostgresApprovalStore(ground.database()), audit, ground.pepper());
        this.approvals = approvals(config, ground, versions.inForce(), tickets);
        this.decisions = new SignedDecisions(config.approvals().webhooks(), ground.clock());
        this.notifications = new PostgresNotifications(ground.unpooled());
        this.limits = limits(config, ground, notifications);
        this.stops = Stops.on(ground.database(), audit);
        this.news = new BudgetNews(budgets, leases);
        this.orders = new BudgetOrders(audit, ground.ids(), news::look);
        Brakes brakes = brakes(config, ground);
        this.braking = braking(brakes);
        this.publication = publication(versions.inForce());
        listen(ledger);
        this.governor = new CallGovernor(
                audit,
                versions.inForce(),
                Guardrails.of(config.guardrails()),
                ledger,
                gate(config, ground, versions.inForce(), tickets),
                limits,
                stops,
                brakes,
                ground.pepper(),
                config.recordedArguments(),
                ground.evidence());
        this.runs = new PostgresIdempotentRuns(ground.database());
        this.housekeeping = housekeeping(ground, ledger, carved, purse.gauge());
        this.watch = Telling.watch(config, ground, tickets, stops);
        this.outbox = new JournalledOutbox(new PostgresOutbox(ground.database()), ground.audit());
        this.post = Telling.post(config, ground, outbox, new ReceiverAnswers(approvals, decisions));
    }

    private Brakes brakes(PolicyConfig config, Ground ground) {
        return Brakes.on(
                OrganisationBrakes.of(config.organisation()),
                stops,
                ground.database(),
                ground.ids().get(),
                clock,
                digest -> HexFormat.of().formatHex(ground.pepper().hash("brake", digest)));
    }

    private Housekeeping housekeeping(
            Ground ground, PostgresBudgetLedger ledger, PostgresCarvedBudgets carved, PostgresBudgetGauge gauge) {
        ReservationSweeper sweeper = swept(ground, ledger);
        return new Housekeeping("policy-housekeeping", chores(ground, ledger, sweeper, carved, gauge));
    }

    /** What an earlier crash left is resolved before anybody is let in. */
    private static ReservationSweeper swept(Ground ground, PostgresBudgetLedger ledger) {
        ReservationSweeper sweeper = new ReservationSweeper(ground.database(), ground.audit(), ledger);
        sweeper.runOnce();
        return sweeper;
    }

    private void listen(PostgresBudgetLedger ledger) {
        notifications.listen(Stops.CHANNEL, stops);
        notifications.listen(RulesInForce.CHANNEL, hurry(publication));
        notifications.listen(LeaseRecalls.CHANNEL, new LeaseRecalls(leases));
        notifications.listen(BudgetNews.CHANNEL, news);
        notifications.listen(LeaseReturns.CHANNEL, ledger.returns());
    }

    /** On a thread of its own: to compile many rules takes its time, and stops must not wait for that. */
    private static Housekeeping publication(RulesInForce rules) {
        return new Housekeeping("rules", List.of(new Chore("reading published rules", RULES_EVERY, rules::refresh)));
    }

    /** On a thread of its own: what is said late is counted late. */
    private static Housekeeping braking(Brakes brakes) {
        return new Housekeeping(
                "brakes",
                List.of(
                        new Chore("counting for brakes with other gateways", BRAKES_EVERY, brakes::share),
                        new Chore("forgetting what brakes counted", SESSIONS_EVERY, brakes::forget)));
    }

    /** Hands the work over to the chores' own thread. */
    private static PostgresNotifications.Listener hurry(Housekeeping chores) {
        return new PostgresNotifications.Listener() {
            @Override
            public void notified(String payload) {
                chores.hurry();
            }

            @Override
            public void connected() {
                chores.hurry();
            }
        };
    }

    private static RateLimits limits(PolicyConfig config, Ground ground, PostgresNotifications notifications) {
        return RateLimits.on(
                OrganisationLimits.of(config.organisation()),
                ground.database(),
                ground.ids().get(),
                notifications);
    }

    private static Approvals approvals(
            PolicyConfig config, Ground ground, Supplier<AccessPolicy> access, Tickets tickets) {
        return new Approvals(
                tickets,
                config.approvals(),
                new ApprovalLinks(ground.decisions(), ground.pepper()),
                config.sessions(),
                new EditedCalls(access, Guardrails.of(config.guardrails())),
                ground.ids());
    }

    private static ApprovalGate gate(
            PolicyConfig config, Ground ground, Supplier<AccessPolicy> access, Tickets tickets) {
        return new ApprovalGate(
                tickets,
                config.approvals(),
                Telling.notices(config, ground),
                People.of(config.organisation(), config.approvals(), ground.clock()),
                config.sessions(),
                new EditedCalls(access, Guardrails.of(config.guardrails())),
                access.get().version(),
                ground.ids());
    }

    private List<Chore> chores(
            Ground ground,
            PostgresBudgetLedger ledger,
            ReservationSweeper sweeper,
            PostgresCarvedBudgets carved,
            PostgresBudgetGauge gauge) {
        ParkedHoldSweeper parked = new ParkedHoldSweeper(ground.database(), ground.audit(), ledger);
        PostgresSessionCounts sessions = new PostgresSessionCounts(ground.database());
        return List.of(
                new Chore("reading the database's clock", CLOCK_EVERY, clock::set),
                new Chore("reading changed budgets", BUDGETS_EVERY, news::look),
                new Chore("reading budgets that rules ask about", BUDGETS_EVERY, gauge::refresh),
                new Chore("reading who is stopped", STOPS_EVERY, stops::refresh),
                new Chore("giving unused leases back", LEASES_EVERY, leases::giveBackUnused),
                new Chore("sweeping expired holds", SWEEP_EVERY, sweeper::runOnce),
                new Chore("charging calls that could not be recorded", SWEEP_EVERY, leases::chargeLost),
                new Chore("ending leases of dead gateways", SWEEP_EVERY, leases::forfeitDead),
                new Chore("expiring approval tickets", TICKETS_EVERY, approvals::expireDue),
                new Chore("giving back what was kept for approvals", TICKETS_EVERY, parked::runOnce),
                new Chore("renewing calls under idempotency keys", PostgresIdempotentRuns.TOUCH_EVERY, runs::touch),
                new Chore("retiring budgets of keys that ended", SWEEP_EVERY, carved::retireEnded),
                new Chore("forgetting sessions nobody uses", SESSIONS_EVERY, sessions::forget),
                new Chore(
                        "forgetting labels that ended",
                        SWEEP_EVERY,
                        () -> PostgresSessionLabels.forget(ground.database())),
                new Chore("forgetting idempotency keys", KEYS_FORGOTTEN_EVERY, runs::sweep),
                new Chore("telling rejections left out", REJECTIONS_EVERY, keys::flushRejections));
    }

    /**
     * As the longer form, for a program whose rules are those of the configuration only: nothing may be published in the database.
     */
    public static PolicyEngine create(PolicyConfig config, Ground ground) {
        return create(config, ground, RuleReader.NONE, false);
    }

    /**
     * Compiles the policy, brings the organisation's tables to what the configuration says, resolves what an earlier crash left,
     * records which policy holds from now on, and starts the chores.
     *
     * @param reader reads the rules that are published in the database
     * @param twoPeople whether the author of a version may not publish it
     * @throws dev.portreeve.policy.access.InvalidPolicy if a rule is wrong; nothing has changed then
     * @throws dev.portreeve.policy.version.UnusableRules if what is published in the database cannot be in force beside the configuration
     * @throws dev.portreeve.audit.EvidenceUnavailable if the start cannot be recorded
     * @throws org.jooq.exception.DataAccessException if the database does not answer
     */
    public static PolicyEngine create(PolicyConfig config, Ground ground, RuleReader reader, boolean twoPeople) {
        PostgresSessionLabels labels = new PostgresSessionLabels(ground.database(), ground.audit(), config.sessions());
        PostgresClock clock = new PostgresClock(ground.database(), System::nanoTime);
        PostgresBudgets budgets = new PostgresBudgets(
                ground.database(), clock, config.organisation().oldestRate());
        PostgresBudgetGauge gauge = new PostgresBudgetGauge(ground.database(), budgets, clock);
        MemberRoles roles = MemberRoles.of(config.organisation().roles());
        PolicyVersions versions = PolicyVersions.load(
                ground.database(),
                config.policies(),
                rules -> AccessPolicy.of(rules, ground.clock(), labels, roles, gauge),
                reader,
                ground.audit(),
                twoPeople);
        new PostgresOrganisation(ground.database(), clock).sync(config.organisation());
        budgets.refresh();
        PolicyEngine engine = new PolicyEngine(config, ground, versions, new Purse(budgets, gauge, clock));
        versions.inForce().recordStart();
        engine.stops.refresh();
        engine.housekeeping.start();
        engine.watch.start();
        engine.publication.start();
        engine.braking.start();
        engine.post.forEach(Housekeeping::start);
        engine.notifications.start();
        engine.limits.start();
        return engine;
    }

    /** The one way a model call or a tool call runs. */
    public CallGovernor governor() {
        return governor;
    }

    /** The rules that are in force now, for lists of what a caller may use: {@link #rules} says when they are others. */
    public AccessPolicy access() {
        return rules().get();
    }

    /** The rules by which calls are decided, whichever these are. */
    public RulesInForce rules() {
        return versions.inForce();
    }

    /** Where rules are changed while calls run. */
    public PolicyVersions versions() {
        return versions;
    }

    /** What ran under which idempotency key. */
    public IdempotentRuns idempotentRuns() {
        return runs;
    }

    public KeyDirectory keys() {
        return keys;
    }

    /** The kill switch. */
    public Stops stops() {
        return stops;
    }

    public Approvals approvals() {
        return approvals;
    }

    /** The messages that are owed, for whoever looks after those that nobody took. */
    public Outbox outbox() {
        return outbox;
    }

    /** What decisions that receivers of messages sign are worth. */
    public SignedDecisions decisions() {
        return decisions;
    }

    /** What people change about budgets while calls run. */
    public BudgetOrders budgetOrders() {
        return orders;
    }

    /** What every tenant's budgets have left now; one look at the database. */
    public BudgetReport budgets() {
        return budgets.report(null);
    }

    /** What one tenant's budgets have left now; one look at the database. */
    public BudgetReport budgets(@Nullable String tenant) {
        return budgets.report(tenant);
    }

    /** Ends the chores; calls under way go on and settle through the journal, which must be closed after this. */
    @Override
    public void close() {
        notifications.close();
        limits.close();
        post.forEach(Housekeeping::close);
        watch.close();
        publication.close();
        braking.close();
        housekeeping.close();
        keys.flushRejections();
        try {
            leases.giveBackAll();
        } catch (EvidenceUnavailable away) {
            LOG.warn("what is leased of budgets could not be given back and will be charged: {}", away.getMessage());
        }
    }
}
