package dev.portreeve.policy.budget;

import dev.portreeve.policy.budget.FaultyJournal.Fault;
import dev.portreeve.policy.budget.FrailJournal.Defect;
import dev.portreeve.policy.budget.HistoryStep.Again;
import dev.portreeve.policy.budget.HistoryStep.Become;
import dev.portreeve.policy.budget.HistoryStep.Begin;
import dev.portreeve.policy.budget.HistoryStep.Below;
import dev.portreeve.policy.budget.HistoryStep.Break;
import dev.portreeve.policy.budget.HistoryStep.Configure;
import dev.portreeve.policy.budget.HistoryStep.Crash;
import dev.portreeve.policy.budget.HistoryStep.Cut;
import dev.portreeve.policy.budget.HistoryStep.End;
import dev.portreeve.policy.budget.HistoryStep.Give;
import dev.portreeve.policy.budget.HistoryStep.GiveBack;
import dev.portreeve.policy.budget.HistoryStep.Has;
import dev.portreeve.policy.budget.HistoryStep.Late;
import dev.portreeve.policy.budget.HistoryStep.Midway;
import dev.portreeve.policy.budget.HistoryStep.Pass;
import dev.portreeve.policy.budget.HistoryStep.Raise;
import dev.portreeve.policy.budget.HistoryStep.Revoke;
import dev.portreeve.policy.budget.HistoryStep.Rush;
import dev.portreeve.policy.budget.HistoryStep.Shape;
import dev.portreeve.policy.budget.HistoryStep.Shrink;
import dev.portreeve.policy.budget.HistoryStep.Sweep;
import dev.portreeve.policy.budget.HistoryStep.Unpark;
import dev.portreeve.policy.call.CallEnded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;

/** Makes histories from seeds, and lets them happen. */
final class Histories {
    private static final int STEPS = 80;
    private static final int MOST_BUDGETS = 6;
    /** So that there is an hour of which nobody used anything, and what it left can be spent. */
    private static final Duration LATER = Duration.ofHours(2);

    private static final List<String> UNITS = List.of(" tokens", "/50 calls", " EUR", "");

    private Histories() {}

    private record Kind(int weight, Function<Random, HistoryStep> make) {}

    /** Everything that can happen, and how often it does. */
    private static final List<Kind> KINDS = List.of(
            new Kind(34, Histories::begin),
            new Kind(28, Histories::end),
            new Kind(4, Histories::overrun),
            new Kind(6, random -> new GiveBack(random.nextInt(HistoryWorld.REPLICAS))),
            new Kind(5, Histories::pass),
            new Kind(4, Histories::rush),
            new Kind(3, Histories::breaking),
            new Kind(2, random -> new Cut(random.nextInt(HistoryWorld.REPLICAS))),
            new Kind(2, random -> new Crash(random.nextInt(HistoryWorld.REPLICAS))),
            new Kind(4, random -> new Sweep()),
            new Kind(5, Histories::again),
            new Kind(2, random -> new Late(random.nextInt(100), random.nextInt(101))),
            new Kind(2, random -> new Unpark(random.nextInt(HistoryWorld.REPLICAS))),
            new Kind(2, random -> new Become(random.nextInt(MOST_BUDGETS), BudgetStatus.State.FROZEN, deaf(random))),
            new Kind(2, random -> new Become(random.nextInt(MOST_BUDGETS), BudgetStatus.State.CLOSED, deaf(random))),
            new Kind(6, random -> new Become(random.nextInt(MOST_BUDGETS), BudgetStatus.State.OPEN, deaf(random))),
            new Kind(3, random -> new Midway(random.nextInt(MOST_BUDGETS), random.nextInt(100), random.nextInt(101))),
            new Kind(8, Histories::shrink),
            new Kind(5, random -> new Give(random.nextInt(100), 1 + random.nextLong(400), deaf(random))),
            new Kind(12, random -> new Below(random.nextInt(100), begin(random))),
            new Kind(2, random -> new Revoke(random.nextInt(100), deaf(random))),
            new Kind(3, Histories::raise),
            new Kind(3, random -> new Configure(random.nextInt(MOST_BUDGETS), 20 + random.nextInt(180), deaf(random))));

    private static final int ALL_WEIGHTS = KINDS.stream().mapToInt(Kind::weight).sum();

    /** The history of this seed; always the same. */
    static List<HistoryStep> of(long seed) {
        Random random = new Random(seed);
        List<HistoryStep> steps = new ArrayList<>();
        int budgets = 1 + random.nextInt(MOST_BUDGETS);
        for (int i = 0; i < budgets; i++) {
            steps.add(has(random, i));
        }
        while (steps.size() < budgets + STEPS) {
            steps.add(step(random));
        }
        return steps;
    }

    private static HistoryStep step(Random random) {
        int at = random.nextInt(ALL_WEIGHTS);
        for (Kind kind : KINDS) {
            at -= kind.weight();
            if (at < 0) {
                return kind.make().apply(random);
            }
        }
        throw new AssertionError("weights");
    }

    private static Has has(Random random, int ordinal) {
        long amount = 100 + random.nextLong(random.nextBoolean() ? 900 : 5000);
        int unit = random.nextInt(6);
        Purses budget = switch (unit) {
            case 0 -> Purses.ofTokens(amount);
            case 1 -> Purses.ofRequests(amount / 50);
            case 2 -> Purses.of(amount).in("EUR");
            default -> Purses.of(amount);
        };
        List<String> words = new ArrayList<>(List.of(amount + UNITS.get(Math.min(unit, UNITS.size() - 1))));
        boolean begins = window(random, budget, words);
        switch (random.nextInt(7)) {
            case 0 -> {
                budget.models("fast");
                words.add("for models=fast");
            }
            case 1 -> {
                budget.perSession();
                words.add("per session");
            }
            case 2 -> {
                budget.soft();
                words.add("soft");
            }
            case 3, 4 -> {
                if (begins) {
                    long most = 1 + amount * random.nextInt(150) / 100 / (unit == 1 ? 50 : 1);
                    budget.rollingOver(most);
                    words.add("rolling over " + most);
                }
            }
            default -> {
                if (unit != 1) {
                    long least = 1 + random.nextLong(40);
                    budget.shrinking(least);
                    words.add("shrinking to " + least);
                }
            }
        }
        Has.Owner[] owners = Has.Owner.values();
        return new Has(owners[random.nextInt(owners.length)], budget.named("b" + ordinal), String.join(" ", words));
    }

    /** Gives it a window, and says whether that begins again. */
    private static boolean window(Random random, Purses budget, List<String> words) {
        switch (random.nextInt(6)) {
            case 0, 1 -> {
                budget.window(BudgetConfig.Window.HOURLY);
                words.add("hourly");
                return true;
            }
            case 2 -> {
                budget.window(BudgetConfig.Window.DAILY);
                words.add("daily");
                return true;
            }
            case 3 -> {
                budget.rolling("PT2H");
                words.add("rolling 2h");
                return false;
            }
            default -> {
                words.add("ever");
                return false;
            }
        }
    }

    private static Shape shape(Random random) {
        return new Shape(
                random.nextInt(4) > 0,
                List.of("fast", "fast", "slow", "").get(random.nextInt(4)),
                random.nextInt(3) == 0 ? "s" + random.nextInt(2) : "");
    }

    private static Begin begin(Random random) {
        return new Begin(
                random.nextInt(HistoryWorld.REPLICAS),
                shape(random),
                random.nextInt(3) == 0 ? random.nextLong(60) : 0,
                1 + random.nextLong(random.nextInt(6) == 0 ? 1200 : 90),
                fault(random));
    }

    /** A session's budget is of no matter to it, and a tool cannot be made shorter. */
    private static Shrink shrink(Random random) {
        Shape shape = new Shape(random.nextInt(4) > 0, random.nextInt(3) > 0 ? "fast" : "slow", "");
        return new Shrink(
                new Begin(
                        random.nextInt(HistoryWorld.REPLICAS),
                        shape,
                        random.nextLong(30),
                        20 + random.nextLong(3000),
                        fault(random)),
                1 + random.nextInt(3));
    }

    private static End end(Random random) {
        HistoryEnding[] endings = HistoryEnding.values();
        return new End(
                random.nextInt(100),
                random.nextBoolean() ? HistoryEnding.REPORTED : endings[random.nextInt(endings.length)],
                random.nextInt(101),
                random.nextInt(3) > 0,
                fault(random));
    }

    private static End overrun(Random random) {
        return new End(random.nextInt(100), HistoryEnding.OVERRUN, random.nextInt(30), random.nextBoolean(), null);
    }

    private static Again again(Random random) {
        return new Again(
                random.nextInt(100),
                random.nextInt(HistoryWorld.REPLICAS),
                shape(random),
                0,
                1 + random.nextLong(random.nextInt(4) == 0 ? 600 : 90));
    }

    private static Fault fault(Random random) {
        Fault[] faults = Fault.values();
        return random.nextInt(12) == 0 ? faults[random.nextInt(faults.length)] : null;
    }

    private static Break breaking(Random random) {
        FrailDatabase.Fault[] faults = FrailDatabase.Fault.values();
        return new Break(random.nextInt(HistoryWorld.REPLICAS), faults[random.nextInt(faults.length)]);
    }

    private static Pass pass(Random random) {
        return new Pass(
                Duration.ofMinutes(random.nextInt(3) == 0 ? 60 + random.nextLong(120) : 1 + random.nextLong(30)));
    }

    private static Rush rush(Random random) {
        return new Rush(2 + random.nextInt(12), shape(random), 1 + random.nextLong(60), random.nextLong(1000));
    }

    /** Who hears of something later; often nobody. */
    private static int deaf(Random random) {
        return random.nextInt(2 * HistoryWorld.REPLICAS);
    }

    private static Raise raise(Random random) {
        return new Raise(
                random.nextInt(MOST_BUDGETS),
                1 + random.nextInt(100),
                Duration.ofMinutes(10 + random.nextLong(120)),
                deaf(random));
    }

    /** Lets it happen on new replicas, to a new tenant; throws an {@link AssertionError} where a promise is broken. */
    static void happen(HistoryStage stage, List<HistoryStep> history, Defect defect) {
        String tenant = stage.newTenant();
        try (HistoryWorld world = new HistoryWorld(stage, tenant, defect, new HistoryLimits(tenant, history))) {
            for (HistoryStep step : history) {
                step.in(world);
                world.check();
            }
            HistorySettling settling = new HistorySettling(world);
            settling.settle();
            settling.spend(shapes(history));
            if (defect == Defect.NONE) {
                settling.outlive(shapes(history));
                new Pass(LATER).in(world);
                settling.spend(shapes(history));
            }
        } catch (CallEnded bug) {
            throw new AssertionError(bug);
        }
    }

    private static Set<Shape> shapes(List<HistoryStep> history) {
        Set<Shape> shapes = new LinkedHashSet<>();
        for (HistoryStep step : history) {
            switch (step) {
                case Begin begin -> shapes.add(begin.shape());
                case Shrink shrink -> shapes.add(shrink.begin().shape());
                default -> {}
            }
        }
        return shapes;
    }
}
