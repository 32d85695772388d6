package dev.portreeve.policy.budget;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.portreeve.policy.budget.FrailDatabase.Fault;
import dev.portreeve.policy.budget.FrailJournal.Defect;
import dev.portreeve.policy.budget.HistoryStep.Begin;
import dev.portreeve.policy.budget.HistoryStep.Break;
import dev.portreeve.policy.budget.HistoryStep.Crash;
import dev.portreeve.policy.budget.HistoryStep.End;
import dev.portreeve.policy.budget.HistoryStep.GiveBack;
import dev.portreeve.policy.budget.HistoryStep.Has;
import dev.portreeve.policy.budget.HistoryStep.Shape;
import dev.portreeve.policy.budget.HistoryStep.Sweep;
import dev.portreeve.policy.call.CallOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each write of the ledger, under budgets that count different things, with each way in which its commit can go wrong: afterwards
 * ledger, records and bills agree and all that is left can be spent, as if nothing had been.
 */
class LedgerFaultTest {
    private static final Shape CALL = new Shape(true, "fast", "");
    private static final List<HistoryStep> BUDGETS = List.of(
            new Has(Has.Owner.TENANT, Purses.of(2000).named("dollars"), "2000"),
            new Has(Has.Owner.TEAM, Purses.ofTokens(2000).named("tokens"), "2000 tokens"),
            new Has(Has.Owner.MEMBER, Purses.ofRequests(40).named("requests"), "40 calls"),
            new Has(Has.Owner.KEY, Purses.of(1500).rolling("PT2H").named("recent"), "1500 rolling 2h"));

    private static HistoryStage stage;

    @BeforeAll
    static void open() {
        stage = new HistoryStage();
    }

    @AfterAll
    static void close() {
        stage.close();
    }

    private static Begin begin(int replica, long worst) {
        return new Begin(replica, CALL, 0, worst, null);
    }

    private static End end(HistoryEnding ending) {
        return new End(0, ending, 40, true, null);
    }

    /** What happens before the write, and the steps with it. */
    private record Write(String name, List<HistoryStep> before, List<HistoryStep> with) {}

    private static List<Write> writes() {
        List<HistoryStep> warm = List.of(begin(0, 50), end(HistoryEnding.REPORTED));
        List<HistoryStep> running = List.of(begin(0, 50), end(HistoryEnding.REPORTED), begin(0, 50));
        return List.of(
                new Write("a hold that is decided there", List.of(), List.of(begin(0, 700))),
                new Write("the opening record of a call from memory", warm, List.of(begin(0, 50))),
                new Write("the end of a call from memory", running, List.of(end(HistoryEnding.REPORTED))),
                new Write("the end of a call that used more", running, List.of(end(HistoryEnding.OVERRUN))),
                new Write("the release of a call that failed", running, List.of(end(HistoryEnding.FAILED))),
                new Write("a raise", List.of(begin(0, 300)), List.of(end(HistoryEnding.RETRIED_BILLABLE))),
                new Write("a lease that goes back, with a running call's hold", running, List.of(new GiveBack(0))),
                new Write("a recall", warm, List.of(begin(1, 1400))),
                new Write(
                        "the lease and the hold of a dead replica",
                        List.of(begin(1, 50), end(HistoryEnding.REPORTED), begin(1, 50), new Crash(1)),
                        List.of(new Sweep())));
    }

    static Stream<Arguments> table() {
        return writes().stream()
                .flatMap(write -> Stream.of(Fault.values()).map(fault -> Arguments.of(write.name(), fault, write)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("table")
    void nothingIsLostOrCountedTwice(String name, Fault fault, Write write) {
        List<HistoryStep> history = new ArrayList<>(BUDGETS);
        history.addAll(write.before());
        history.add(new Break(0, fault));
        history.addAll(write.with());
        Histories.happen(stage, history, Defect.NONE);
    }

    /** The row of its window was made by the transaction that the line broke, and must be made again. */
    @ParameterizedTest
    @EnumSource(Fault.class)
    void theFirstCallOfAWindowIsLetInWhateverTheLineDoes(Fault fault) {
        try (PostgresPurse observer = PostgresPurse.open("2026-05-14T12:00:00Z")) {
            observer.organise(Purses.ofBot(Purses.of(1000)));
            FrailDatabase database = new FrailDatabase(observer.database.app().dataSource());
            try (PostgresPurse replica = observer.replica(journal -> journal, database.dataSource())) {
                database.breakNext(fault);
                CallOutcome outcome =
                        replica.run(PurseFixture.call(PurseFixture.BOT, 10), new PurseFixture.Ending.Reports(10));
                assertInstanceOf(CallOutcome.Completed.class, outcome);
            }
        }
    }
}
