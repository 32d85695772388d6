package dev.portreeve.policy.budget;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.Journal;
import dev.portreeve.audit.JournalEntry;
import dev.portreeve.audit.PostingBook;
import dev.portreeve.audit.Receipt;
import dev.portreeve.policy.budget.Ruling.CallKey;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What it takes to admit a call whose money this replica leased before, under five budgets (tenant, team, two of the agent, its key):
 * without the journal's work, which runs beside the call.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AdmissionBenchmark {
    private static final Subject WHO = new Subject("acme", "support", Subject.Kind.AGENT, "bot", "keykeykey001");
    private static final Price PRICE =
            new Price(NanoUsd.ofUsd("0.25"), NanoUsd.ofUsd("0.025"), NanoUsd.ofUsd("2"), NanoUsd.ZERO, "bench");
    private static final Load EVERYTHING = new Load(new NanoUsd(1L << 56), 0, 0);
    private static final InstantSource CLOCK = InstantSource.system();

    private final Leases leases = new Leases(UUID.randomUUID());
    private final Budgets budgets = new Budgets(List.of(
            budget("a", BudgetOwner.Kind.TENANT, "acme", BudgetConfig.Window.MONTHLY),
            budget("b", BudgetOwner.Kind.TEAM, "support", BudgetConfig.Window.WEEKLY),
            budget("c", BudgetOwner.Kind.MEMBER, "bot", BudgetConfig.Window.DAILY),
            budget("d", BudgetOwner.Kind.MEMBER, "bot", BudgetConfig.Window.TOTAL),
            budget("e", BudgetOwner.Kind.KEY, "keykeykey001", BudgetConfig.Window.TOTAL)));
    private final PostingBook<BudgetPosting> book = (transaction, postings) -> {};
    private final HoldDesk desk = new HoldDesk(() -> budgets, book, leases, new LeaseReturns(), CLOCK);
    private final AuditLog audit = new AuditLog(new Taken());

    /** One of each benchmark's threads. */
    @State(Scope.Thread)
    public static class Caller {
        private static final AtomicLong NUMBERS = new AtomicLong();

        final LlmCall call = new LlmCall(
                new CallId(new UUID(0x7000L, NUMBERS.incrementAndGet())),
                WHO,
                new Resource.Model("fast"),
                "chat",
                Content.EMPTY,
                new Estimate(450, 256, PRICE),
                Deadline.in(Duration.ofHours(10)));
        final List<CallKey> key = List.of(new CallKey("acme", call.id().value()));
    }

    /** Takes everything, and does nothing with it. */
    private record Taken() implements Journal, Receipt {
        @Override
        public Receipt append(JournalEntry<?> entry) {
            return this;
        }

        @Override
        public Receipt appendUnhurried(JournalEntry<?> entry) {
            return this;
        }

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
    }

    private static Budget budget(String id, BudgetOwner.Kind kind, String owner, BudgetConfig.Window window) {
        return new Budget(
                id,
                new BudgetOwner("acme", kind, owner),
                BudgetUnit.USD,
                Long.MAX_VALUE / 2,
                new BudgetTurn(window, ZoneOffset.UTC, null, null, null),
                BudgetScope.ALL,
                new BudgetTerms(0, new Shortage(false, BudgetConfig.LEAST_OUTPUT), BudgetWarnings.NONE),
                BudgetStatus.OPEN,
                ExchangeRates.NONE);
    }

    /** The lease is confirmed, as each commit does. */
    @Setup(org.openjdk.jmh.annotations.Level.Iteration)
    public void lease() {
        Hold wish = new Hold("acme", UUID.randomUUID(), EVERYTHING, levels(), Duration.ofMinutes(1), null);
        if (leases.draw(wish)) {
            leases.undo(wish);
        }
        Map<WindowKey, Long> granted = new HashMap<>();
        for (Level level : levels()) {
            granted.put(
                    level.key(),
                    leases.renew(level.key(), Balance.empty(Long.MAX_VALUE / 2), 0, 0, 0, 0, false));
        }
        leases.committed(List.of(), granted);
    }

    private List<Level> levels() {
        return budgets.above(new Caller().call, CLOCK.instant());
    }

    /** The draw alone: the budgets above the call, its worst case on each, and its money back. */
    @Benchmark
    public Hold draw(Caller caller) {
        LlmCall call = caller.call;
        Load worst = Load.worst(call);
        Hold hold = new Hold(
                "acme", call.id().value(), worst, budgets.above(call, CLOCK.instant()), Duration.ofMinutes(1), null);
        if (!leases.draw(hold)) {
            throw new IllegalStateException("the lease is not warm");
        }
        leases.committed(caller.key, Map.of());
        return hold;
    }

    /** All that stands between a call and its provider: the same, with its meter and the opening record handed to the journal. */
    @Benchmark
    public Reservation reserve(Caller caller) throws CallEnded {
        AuditTrail trail = audit.open("acme", caller.call.id().value(), new Facts());
        Reservation reservation = desk.reserve(caller.call, trail);
        leases.committed(caller.key, Map.of());
        return reservation;
    }
}
