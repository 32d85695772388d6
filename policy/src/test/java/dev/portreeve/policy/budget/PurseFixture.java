package dev.portreeve.policy.budget;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.PostingBook;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Clearance;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Output;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.TextRun;
import dev.portreeve.policy.call.UpstreamFault;
import dev.portreeve.policy.call.Usage;
import dev.portreeve.policy.idempotency.IdempotentRuns;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;

/** A ledger with its journal, and the calls the tests make through it: one nano-dollar a token, in and out. */
interface PurseFixture extends AutoCloseable {
    BudgetLedger ledger();

    PostingBook<BudgetPosting> book();

    AuditLog audit();

    TestClock clock();

    /** Puts these budgets in force. */
    void organise(OrganisationConfig organisation);

    /** An operator opens, freezes or closes a budget of acme's; it is in force here at once. */
    void become(String budgetId, BudgetStatus.State state, String reason);

    /** An operator raises a budget of acme's for a while; it is in force here at once. */
    void raise(String budgetId, String by, Duration time);

    /** A quiet moment: what nobody uses of what is set aside goes back. */
    default void rest() {}

    /** The row as it is stored; all zero if there is none. */
    Balance balance(WindowKey window);

    /** What ran under which key. */
    IdempotentRuns runs();

    /** Nobody has touched what runs for so long that it counts as dead. */
    void presumeDead();

    /** Time passes, also for what rolling budgets have spent. */
    void age(Duration time);

    /** The kinds of this call's records, in order. */
    List<String> records(UUID callId);

    @Override
    void close();

    Price NANO_A_TOKEN =
            new Price(NanoUsd.ofUsd("0.001"), NanoUsd.ofUsd("0.001"), NanoUsd.ofUsd("0.001"), NanoUsd.ZERO, "test");
    Subject BOT = new Subject("acme", "support", Subject.Kind.AGENT, "bot", "keykeykey001");
    Subject OTHER = new Subject("acme", null, Subject.Kind.USER, "ana", "keykeykey002");

    record Words(String words) implements Output<Words> {
        @Override
        public List<TextRun> text() {
            return List.of(new TextRun("choice 0", words));
        }

        @Override
        public Words withText(List<TextRun> text) {
            return new Words(text.getFirst().text());
        }
    }

    /** Budgets of tenant acme, its team support, and the agent bot in it; {@code null}: none on that level. */
    static OrganisationConfig organisation(Long tenant, Long team, Long bot) {
        OrganisationConfig.Member agent = new OrganisationConfig.Member("bot", daily(bot));
        OrganisationConfig.Member ana = new OrganisationConfig.Member("ana", List.of());
        OrganisationConfig.Team support =
                new OrganisationConfig.Team("support", daily(team), List.of(), List.of(agent));
        return new OrganisationConfig(List.of(
                new OrganisationConfig.Tenant("acme", daily(tenant), List.of(support), List.of(ana), List.of())));
    }

    /** Nano-dollars, and nothing else that budgets count. */
    static Load money(long nanos) {
        return new Load(new NanoUsd(nanos), 0, 0);
    }

    static List<BudgetConfig> daily(Long nanos) {
        return nanos == null
                ? List.of()
                : List.of(new BudgetConfig(BigDecimal.valueOf(nanos, 9), BudgetConfig.Window.DAILY, ZoneOffset.UTC));
    }

    static LlmCall call(Subject subject, long input, long output) {
        return new LlmCall(
                new CallId(timeOrdered(UUID.randomUUID())),
                subject,
                new Resource.Model("fast"),
                "chat",
                Content.EMPTY,
                new Estimate(input, output, NANO_A_TOKEN),
                Deadline.in(Duration.ofMinutes(5)));
    }

    /** Of version 7, as the ids of calls are: a raise of a hold is told by its version; and of some moment before the year 6429. */
    private static UUID timeOrdered(UUID random) {
        long most = random.getMostSignificantBits() & Long.MAX_VALUE;
        return new UUID((most & ~0xF000L) | 0x7000L, random.getLeastSignificantBits());
    }

    /** A call that holds {@code worst} nano-dollars. */
    static LlmCall call(Subject subject, long worst) {
        return call(subject, 0, worst);
    }

    default WindowKey today(String budgetId) {
        return new WindowKey(
                "acme",
                budgetId,
                WindowSpan.at(clock().instant(), BudgetConfig.Window.DAILY, ZoneOffset.UTC)
                        .start());
    }

    default Balance today(BudgetOwner.Kind kind, String owner) {
        return balance(today(kind.code() + ":" + owner + ":daily"));
    }

    default AuditTrail trail(GovernedCall call) {
        return audit().open(call.subject().tenant(), call.id().value(), new Facts().put("test", true));
    }

    /** How a call goes on once it is admitted. */
    sealed interface Ending {
        /** The upstream reports this many output tokens. */
        record Reports(long output) implements Ending {}

        /** The upstream emits this and reports nothing. */
        record Emits(String words) implements Ending {}

        /** The upstream fails without having done anything. */
        record Fails() implements Ending {}

        /** A later step says no before the upstream is asked. */
        record NeverRuns() implements Ending {}
    }

    /** Runs a call as the governor does, from reservation to the durable end; gives its outcome. */
    default CallOutcome run(GovernedCall call, Ending ending) {
        try (AuditTrail trail = trail(call)) {
            CallOutcome outcome = attempt(call, ending, trail);
            if (call.run() != null && outcome instanceof CallOutcome.Completed) {
                call.run().complete();
            }
            trail.conclude(new Facts().put("outcome", outcome.getClass().getSimpleName()))
                    .await();
            return outcome;
        }
    }

    private CallOutcome attempt(GovernedCall call, Ending ending, AuditTrail trail) {
        try (Reservation reservation = ledger().reserve(call, trail)) {
            if (ending instanceof Ending.NeverRuns) {
                return new CallOutcome.AwaitingApproval(call.id().value(), clock().instant());
            }
            Usage usage = reservation
                    .<Words>metered((input, out) -> upstream(call, ending, out))
                    .execute(Clearance.of(Content.EMPTY), words -> {});
            return new CallOutcome.Completed(usage, reservation.cost(), reservation.budget());
        } catch (CallEnded ended) {
            return ended.outcome();
        }
    }

    private static Usage upstream(GovernedCall call, Ending ending, OutputSink<Words> out) throws CallEnded {
        return switch (ending) {
            case Ending.Reports reports ->
                new Usage(call.estimate().inputTokens(), 0, reports.output(), Usage.Basis.REPORTED);
            case Ending.Emits emits -> {
                out.emit(new Words(emits.words()));
                yield Usage.UNREPORTED;
            }
            case Ending.Fails ignored ->
                throw new CallEnded(new CallOutcome.Failed(
                        new UpstreamFault(UpstreamFault.Kind.UNREACHABLE, 0, "nobody there", false)));
            case Ending.NeverRuns ignored -> throw new AssertionError("does not run");
        };
    }
}
