package dev.portreeve.policy.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class InMemoryRolloverTest extends RolloverContract {
    private static String refused(Executable definition) {
        return assertThrows(IllegalArgumentException.class, definition).getMessage();
    }

    @Test
    void whatCouldNeverRollOverIsRefused() {
        assertEquals(
                "a budget without a window never starts again, so nothing could roll over: give it a window such as"
                        + " monthly, or leave rollover out",
                refused(() -> Purses.of(100).rollingOver(10).config()));
        assertTrue(refused(() -> Purses.of(100).rolling("PT5H").rollingOver(10).config())
                .startsWith("what a rolling budget has spent leaves it piece by piece"));
        assertTrue(refused(() -> Purses.of(100)
                        .window(BudgetConfig.Window.DAILY)
                        .rollingOver(0)
                        .config())
                .startsWith("rollover is more than 0"));
        assertEquals(
                "rollover 9223372036854775807 is more, or finer, than tokens are counted",
                refused(() -> organise(
                        Purses.ofTokens(1).window(BudgetConfig.Window.DAILY).rollingOver(Long.MAX_VALUE))));
    }

    private static void organise(Purses purse) {
        List<Budget> unused = ConfiguredBudgets.of(Purses.ofBot(purse));
    }

    @Override
    PurseFixture open() {
        return new InMemoryPurse(NOON);
    }
}
