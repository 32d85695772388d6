package dev.portreeve.policy.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.portreeve.policy.budget.FrailJournal.Defect;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random histories of calls and misfortunes over several replicas: no budget is ever passed, and at the end the ledger, the
 * records and what the providers billed are the same, and all that is left can be spent.
 *
 * <p>{@code -Dportreeve.histories=500} makes more of them, {@code -Dportreeve.history=17} the one of a seed. One that fails is
 * made as short as it can be in {@code -Dportreeve.shorter=400} tries, and printed.
 */
class BudgetHistoryTest {
    private static final int HISTORIES = Integer.getInteger("portreeve.histories", 4);
    /** How often a shorter history is tried. */
    private static final int TRIES = Integer.getInteger("portreeve.shorter", 400);

    private static final Long ONE = Long.getLong("portreeve.history");

    /** From here on a defect is looked for: the seed at which each was found before, so that it is found soon, and any other will do. */
    private static final long LIKELY = 2;

    private static HistoryStage stage;

    @BeforeAll
    static void open() {
        stage = new HistoryStage();
    }

    @AfterAll
    static void close() {
        stage.close();
    }

    private static AssertionError failure(List<HistoryStep> history, Defect defect) {
        try {
            Histories.happen(stage, history, defect);
            return null;
        } catch (AssertionError | RuntimeException broken) {
            return broken instanceof AssertionError error ? error : new AssertionError(broken);
        }
    }

    private static List<HistoryStep> shortest(List<HistoryStep> history, int tries, Defect defect) {
        return ShortestHistory.smallest(history, tries, shorter -> failure(shorter, defect) != null);
    }

    @Test
    void noHistoryPassesABudgetOrLosesMoney() {
        LongStream seeds = ONE == null ? LongStream.rangeClosed(1, HISTORIES) : LongStream.of(ONE);
        seeds.forEach(seed -> {
            List<HistoryStep> history = Histories.of(seed);
            AssertionError broken = failure(history, Defect.NONE);
            if (broken != null) {
                List<HistoryStep> shortest = shortest(history, TRIES, Defect.NONE);
                AssertionError still = failure(shortest, Defect.NONE);
                fail(
                        "the history of seed " + seed + " fails: " + broken.getMessage() + "\nThe shortest that does:\n"
                                + shortest.stream().map(HistoryStep::toString).collect(Collectors.joining("\n")),
                        still == null ? broken : still);
            }
        });
    }

    /** Where nothing happens at the same time, so that what fails once fails again. */
    private static List<HistoryStep> oneAfterTheOther(long seed) {
        return Histories.of(seed).stream()
                .filter(step -> !(step instanceof HistoryStep.Rush))
                .toList();
    }

    /** So that it is seen that the histories find something, and how little of them is needed for it. */
    @ParameterizedTest
    @EnumSource(
            value = Defect.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"NONE"})
    void aReplicaThatDoesWrongIsFoundAndTheHistoryIsShort(Defect defect) {
        List<HistoryStep> history = LongStream.range(LIKELY, LIKELY + 100)
                .mapToObj(BudgetHistoryTest::oneAfterTheOther)
                // Twice, since what fails by chance alone cannot be made shorter.
                .filter(each -> IntStream.range(0, 2).allMatch(time -> failure(each, defect) != null))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no history found it"));
        List<HistoryStep> shortest = shortest(history, 40, defect);
        assertTrue(failure(shortest, Defect.NONE) == null, "the replica is not what is wrong: " + shortest);
        // What depends on the moment a lease was refilled need not go wrong again in a shorter one.
        assertTrue(defect == Defect.FORGETS_DRAWS || shortest.size() < history.size(), shortest::toString);
    }

    @Test
    void aListIsMadeAsShortAsItCanBe() {
        List<Integer> numbers = IntStream.range(0, 60).boxed().toList();
        assertEquals(
                List.of(7, 41), ShortestHistory.smallest(numbers, 400, some -> some.contains(7) && some.contains(41)));
        assertEquals(List.of(59), ShortestHistory.smallest(numbers, 400, some -> some.contains(59)));
    }
}
