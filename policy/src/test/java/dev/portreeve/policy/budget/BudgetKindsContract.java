package dev.portreeve.policy.budget;

import static dev.portreeve.policy.budget.PurseFixture.BOT;
import static dev.portreeve.policy.budget.PurseFixture.NANO_A_TOKEN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Facts;
import dev.portreeve.policy.budget.PurseFixture.Ending;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Calls;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.Labels;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.Terms;
import dev.portreeve.policy.call.TokenCount;
import dev.portreeve.policy.call.ToolCall;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What budgets may be narrowed to, and when they begin again: the same promises of every book. */
abstract class BudgetKindsContract {
    static final String NOON = "2026-05-14T12:00:00Z";

    PurseFixture purse;

    abstract PurseFixture open();

    @BeforeEach
    void openPurse() {
        purse = open();
    }

    @AfterEach
    void closePurse() {
        purse.close();
    }

    static LlmCall model(Subject subject, String model, long worst) {
        return new LlmCall(
                new CallId(UUID.randomUUID()),
                subject,
                new Resource.Model(model),
                "chat",
                Content.EMPTY,
                new Estimate(0, worst, NANO_A_TOKEN),
                Deadline.in(Duration.ofMinutes(5)));
    }

    static LlmCall call(long worst) {
        return model(BOT, "fast", worst);
    }

    static ToolCall tool(Subject subject, String server, String tool, long price) {
        Arguments none = Calls.arguments("{}");
        return new ToolCall(
                new CallId(UUID.randomUUID()),
                subject,
                new Resource.Tool(server, tool, "d".repeat(64)),
                none,
                Content.EMPTY,
                new Estimate(0, 0, Price.perCall(new NanoUsd(price), "test")),
                false,
                Deadline.in(Duration.ofSeconds(30)));
    }

    void completes(GovernedCall call, long used) {
        CallOutcome outcome = purse.run(call, new Ending.Reports(used));
        assertInstanceOf(CallOutcome.Completed.class, outcome, outcome::toString);
    }

    String denied(GovernedCall call) {
        return assertInstanceOf(CallOutcome.Denied.class, purse.run(call, new Ending.Reports(0)))
                .denial()
                .detail();
    }

    private Balance ever(String budget) {
        return purse.balance(new WindowKey("acme", budget, Instant.EPOCH));
    }

    @Test
    void aModelsBudgetBoundsThatModelAlone() {
        purse.organise(Purses.ofBot(Purses.of(100).models("slow", "openai/*"), Purses.of(1000)));
        completes(model(BOT, "openai/gpt-5", 60), 60);
        completes(model(BOT, "fast", 300), 300);
        completes(tool(BOT, "files", "read", 200), 0);
        assertEquals(
                "total budget of member bot for models=openai/*+slow is exhausted: limit $0.0000001, spent $0.00000006,"
                        + " held by running calls $0, this call needs up to $0.000000041; it never resets",
                denied(model(BOT, "slow", 41)));
        assertEquals(new Balance(100, 0, 60, 0), ever("member:bot:total:models=openai/*+slow"));
        assertEquals(new Balance(1000, 0, 560, 0), ever("member:bot:total"), "the refused call took nothing of it");
    }

    @Test
    void aToolsBudgetBoundsToolsAndServers() {
        purse.organise(Purses.ofBot(
                Purses.of(100).tools("files__write_*").servers("mail").named("writes")));
        completes(tool(BOT, "files", "write_file", 60), 0);
        completes(tool(BOT, "mail", "send", 40), 0);
        completes(tool(BOT, "files", "read_file", 500), 0);
        completes(call(500), 500);
        denied(tool(BOT, "mail", "send", 1));
        assertEquals(new Balance(100, 0, 100, 0), ever("member:bot:writes"));
    }

    @Test
    void aTagsBudgetBoundsWhatCarriesIt() {
        purse.organise(Purses.ofBot(Purses.of(100).tags("batch", "night")));
        Subject night = BOT.saying(new Labels("", List.of("blue", "night")));
        completes(model(night, "fast", 100), 100);
        denied(model(night, "fast", 1));
        completes(model(BOT.saying(new Labels("", List.of("blue"))), "fast", 100), 100);
        completes(call(100), 100);
    }

    @Test
    void aKeyHasABudgetOfItsOwn() {
        purse.organise(Purses.ofBot(List.of(), List.of(Purses.of(100).config())));
        completes(call(100), 100);
        denied(call(1));
        completes(model(new Subject("acme", "support", Subject.Kind.AGENT, "bot", "otherkey0001"), "fast", 100), 100);
    }

    @Test
    void eachSessionHasItsOwnLimit() {
        purse.organise(Purses.ofBot(Purses.of(100).perSession(), Purses.of(250)));
        Subject first = BOT.saying(new Labels("s-1", List.of()));
        Subject second = BOT.saying(new Labels("s-2", List.of()));
        completes(model(first, "fast", 100), 90);
        completes(model(second, "fast", 100), 80);
        assertTrue(
                denied(model(first, "fast", 11)).startsWith("total budget of member bot for per-session is exhausted"));
        completes(model(second, "fast", 20), 20);
        assertEquals(new Balance(100, 0, 90, 0), ever("member:bot:total:per-session~s-1"));
        assertEquals(new Balance(100, 0, 100, 0), ever("member:bot:total:per-session~s-2"));
        completes(call(60), 30);
        assertEquals(
                new Balance(100, 0, 30, 0),
                ever("member:bot:total:per-session~"),
                "calls that name no session share one count");
        assertTrue(
                denied(call(31)).startsWith("total budget of member bot is exhausted"), "and all count for the rest");
    }

    @Test
    void fiveBudgetsAreHeldTogetherOrNotAtAll() {
        purse.organise(Purses.ofBot(
                List.of(
                        Purses.of(1000).config(),
                        Purses.of(900).window(BudgetConfig.Window.DAILY).config(),
                        Purses.of(800).models("fast").config(),
                        Purses.of(700).rolling("PT5H").config()),
                List.of(Purses.of(50).config())));
        denied(call(51));
        for (String budget : List.of("member:bot:total", "member:bot:total:models=fast")) {
            assertEquals(0, ever(budget).held() + ever(budget).settled(), budget);
        }
        completes(call(50), 20);
        assertEquals(20, ever("member:bot:total").settled());
        assertEquals(20, ever("member:bot:total:models=fast").settled());
        assertEquals(20, purse.balance(purse.today("member:bot:daily")).settled());
        assertEquals(new Balance(700, 0, 20, 0), rolling("member:bot:rolling-5h"));
    }

    private Balance rolling(String budget) {
        return purse.balance(new WindowKey("acme", budget, WindowSpan.ROLLING_START));
    }

    @Test
    void aCallIsHeldInEachUnitAtOnce() throws Exception {
        purse.organise(
                Purses.ofBot(Purses.of(1000), Purses.of(1000).in("EUR"), Purses.ofTokens(100), Purses.ofRequests(3)));
        LlmCall call = call(70);
        try (AuditTrail trail = purse.trail(call)) {
            try (Reservation reservation = purse.ledger().reserve(call, trail)) {
                assertEquals(new Balance(1000, 70, 0, 0), ever("member:bot:total"));
                assertEquals(new Balance(1000, 61, 0, 0), ever("member:bot:total:eur"), "rounded up");
                assertEquals(new Balance(100, 70, 0, 0), ever("member:bot:total:tokens"));
                assertEquals(new Balance(3, 1, 0, 0), ever("member:bot:total:requests"));
                assertEquals(NanoUsd.ZERO, reservation.cost());
            }
            trail.conclude(new Facts().put("outcome", "test")).await();
        }
        assertEquals(new Balance(3, 0, 0, 0), ever("member:bot:total:requests"), "it never ran");
        completes(call(70), 25);
        assertEquals(new Balance(1000, 0, 25, 0), ever("member:bot:total"));
        assertEquals(new Balance(1000, 0, 22, 0), ever("member:bot:total:eur"));
        assertEquals(new Balance(100, 0, 25, 0), ever("member:bot:total:tokens"));
        assertEquals(new Balance(3, 0, 1, 0), ever("member:bot:total:requests"));
        assertEquals(
                "total budget of member bot is exhausted: limit 100 tokens, spent 25 tokens, held by running calls 0 tokens,"
                        + " this call needs up to 76 tokens; it never resets",
                denied(call(76)));
        completes(call(75), 90);
        assertEquals(new Balance(100, 0, 100, 15), ever("member:bot:total:tokens"), "more was billed than was held");
        assertEquals(new Balance(1000, 0, 100, 15), ever("member:bot:total"));
        completes(tool(BOT, "files", "read", 0), 0);
        assertEquals(new Balance(3, 0, 3, 0), ever("member:bot:total:requests"));
        assertTrue(denied(tool(BOT, "files", "read", 0)).contains("limit 3 requests"), "a free tool is a request too");
    }

    private static LlmCall counted(long bytes, long tokens) {
        TokenCount vocabulary = new TokenCount() {
            @Override
            public long input() {
                return tokens;
            }

            @Override
            public long output(Collection<String> texts) {
                return UNKNOWN;
            }
        };
        return new LlmCall(
                new CallId(UUID.randomUUID()),
                BOT,
                new Resource.Model("fast"),
                "chat",
                Content.EMPTY,
                new Estimate(bytes, 10, NANO_A_TOKEN, List.of(Terms.USUAL), Estimate.Apart.NONE, vocabulary),
                Deadline.in(Duration.ofMinutes(5)));
    }

    private void holds(String budget, long amount, LlmCall call) throws Exception {
        try (AuditTrail trail = purse.trail(call)) {
            try (Reservation reservation = purse.ledger().reserve(call, trail)) {
                assertEquals(amount, ever(budget).held(), budget);
                assertEquals(NanoUsd.ZERO, reservation.cost());
            }
            trail.conclude(new Facts().put("outcome", "test")).await();
        }
    }

    @Test
    void whatDoesNotFitByItsSizeIsCounted() throws Exception {
        purse.organise(Purses.ofBot(Purses.ofTokens(100)));
        holds("member:bot:total:tokens", 90, counted(400, 80));
        assertTrue(denied(counted(400, 91)).endsWith("this call needs up to 101 tokens; it never resets"));
        purse.organise(Purses.ofBot(Purses.of(100)));
        holds("member:bot:total", 90, counted(400, 80));
        assertTrue(denied(counted(400, 91)).contains("up to $0.000000101"), "dollars are counted in the same way");
        purse.organise(Purses.ofBot(Purses.ofRequests(0)));
        assertTrue(denied(counted(400, 80)).contains("limit 0 requests"), "no counting makes a request smaller");
    }

    @Test
    void aFailedCallThatCostNothingIsNoRequest() {
        purse.organise(Purses.ofBot(Purses.ofRequests(1)));
        purse.run(call(5), new Ending.Fails());
        purse.run(call(5), new Ending.NeverRuns());
        completes(call(5), 5);
        denied(call(0));
    }

    @Test
    void aQuarterBeginsAgain() {
        purse.organise(Purses.ofBot(Purses.of(100).window(BudgetConfig.Window.QUARTERLY)));
        completes(call(100), 100);
        assertTrue(denied(call(1)).endsWith("it resets at 2026-07-01T00:00:00Z"));
        purse.clock().advance(Duration.ofDays(48));
        completes(call(100), 100);
    }

    @Test
    void aBudgetBoundsNothingOutsideItsDays() {
        purse.organise(Purses.ofBot(Purses.of(100).days("2026-05-15", "2026-05-16")));
        completes(call(500), 500);
        purse.clock().advance(Duration.ofHours(12));
        completes(call(100), 100);
        assertTrue(denied(call(1)).endsWith("it resets at 2026-05-17T00:00:00Z"));
        purse.clock().advance(Duration.ofHours(47));
        denied(call(1));
        purse.clock().advance(Duration.ofHours(1));
        completes(call(500), 500);
        assertEquals(new Balance(100, 0, 100, 0), ever("member:bot:total"));
    }

    @Test
    void aRollingBudgetForgetsPieceByPiece() {
        purse.organise(Purses.ofBot(Purses.of(100).rolling("PT1H")));
        completes(call(60), 60);
        purse.age(Duration.ofMinutes(30));
        completes(call(40), 40);
        assertTrue(
                denied(call(1)).endsWith("what was spent stops counting as it gets older than the window"),
                "the hour holds both");
        purse.age(Duration.ofMinutes(29));
        denied(call(1));
        purse.age(Duration.ofMinutes(3));
        completes(call(60), 50);
        assertEquals(new Balance(100, 0, 90, 0), rolling("member:bot:rolling-1h"), "the first went, the second stays");
        denied(call(11));
        purse.age(Duration.ofMinutes(30));
        completes(call(50), 50);
        assertEquals(new Balance(100, 0, 100, 0), rolling("member:bot:rolling-1h"));
    }

    @Test
    void aRollingBudgetForgetsWhatWasBilledAboveItToo() {
        purse.organise(Purses.ofBot(Purses.of(100).rolling("PT1H")));
        completes(call(60), 140);
        assertEquals(new Balance(100, 0, 60, 80), rolling("member:bot:rolling-1h"));
        denied(call(1));
        purse.age(Duration.ofMinutes(62));
        completes(call(100), 100);
        assertEquals(new Balance(100, 0, 100, 0), rolling("member:bot:rolling-1h"));
    }

    @Test
    void aCallThatRunsIsHeldForInARollingBudgetHoweverLongItTakes() throws Exception {
        purse.organise(Purses.ofBot(Purses.of(100).rolling("PT1H")));
        LlmCall late = call(100);
        try (AuditTrail trail = purse.trail(late)) {
            try (Reservation reservation = purse.ledger().reserve(late, trail)) {
                purse.age(Duration.ofHours(3));
                denied(call(1));
                assertEquals(NanoUsd.ZERO, reservation.cost());
            }
            trail.conclude(new Facts().put("outcome", "test")).await();
        }
        completes(call(100), 1);
    }
}
