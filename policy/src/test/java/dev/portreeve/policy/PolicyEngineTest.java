package dev.portreeve.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.EngineFixture.Words;
import dev.portreeve.policy.access.InvalidPolicy;
import dev.portreeve.policy.budget.BudgetConfig;
import dev.portreeve.policy.budget.BudgetReport;
import dev.portreeve.policy.budget.OrganisationConfig;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.Usage;
import dev.portreeve.policy.key.Authentication;
import dev.portreeve.policy.key.Issuance;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PolicyEngineTest {
    private EngineFixture fixture;

    @BeforeEach
    void open() {
        fixture = EngineFixture.open(journal -> journal);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private static CallOutcome run(EngineFixture on, LlmCall call) {
        return on.engine
                .governor()
                .<Words>govern(call, (input, out) -> new Usage(10, 0, 15, Usage.Basis.REPORTED), w -> {});
    }

    @Test
    void aKeyOfTheOrganisationPaysFromItsOwnersBudget() {
        Issuance.Issued issued = assertInstanceOf(
                Issuance.Issued.class, fixture.engine.keys().create("acme", "bot", "ci", null, "test"));
        Authentication.Authenticated caller = assertInstanceOf(
                Authentication.Authenticated.class,
                fixture.engine.keys().authenticate(issued.key().reveal()));
        assertEquals("bot", caller.subject().member());
        run(fixture, EngineFixture.llm("fast", "hello", 50));
        // A completed call's settlement is queued when it returns.
        Awaitility.await().until(() -> fixture.held() == 0);
        BudgetReport.Line line = fixture.engine.budgets("acme").lines().getFirst();
        assertEquals("member:bot:total", line.id());
        assertEquals(25, line.spent().count());
        assertEquals(975, line.remaining().count());
        assertEquals(List.of(), fixture.engine.budgets("globex").lines());
    }

    @Test
    void eachStartIsRecordedWithThePolicyItLoaded() {
        try (EngineFixture again = fixture.restart()) {
            List<String> loaded =
                    fixture.query("SELECT convert_from(leaf, 'UTF8') FROM audit.record WHERE kind = 'policy.loaded'");
            assertEquals(2, loaded.size());
            String version = again.engine.access().version();
            assertTrue(loaded.getLast().contains("\"policy_version\":\"" + version + "\""), loaded.getLast());
            assertEquals(List.of(version), fixture.query("SELECT version FROM policy.policy_version"));
        }
    }

    @Test
    void theNextStartResolvesWhatACrashLeft() throws Exception {
        LlmCall call = EngineFixture.llm("fast", "hello", 50);
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        Thread caller = Thread.startVirtualThread(() -> fixture.engine
                .governor()
                .<Words>govern(
                        call,
                        (input, out) -> {
                            running.countDown();
                            try {
                                end.await();
                            } catch (InterruptedException e) {
                                throw new AssertionError(e);
                            }
                            return Usage.UNREPORTED;
                        },
                        words -> {}));
        running.await();
        assertEquals(60, fixture.held());
        fixture.execute("UPDATE policy.hold SET expires_at = now() - interval '1 second'");
        try (EngineFixture next = fixture.restart()) {
            assertEquals("assumed 60", fixture.posting(call.id().value()));
            assertEquals(0, next.held());
        }
        end.countDown();
        caller.join();
        assertEquals("assumed 60", fixture.posting(call.id().value()), "who comes too late changes nothing");
    }

    @Test
    void aHoldThatExpiresLaterIsFoundByTheChore() {
        fixture.execute("INSERT INTO policy.budget_window (tenant, budget_id, starts_at, limit_nanos, held_nanos)"
                + " VALUES ('acme', 'member:bot:total', 'epoch', 1000, 40)");
        fixture.execute(
                "INSERT INTO policy.hold (tenant, call_id, amount_nanos, budget_ids, window_starts, expires_at)"
                        + " VALUES ('acme', '00000000-0000-7000-8000-000000000001', 40, '{member:bot:total}', '{epoch}', now())");
        Awaitility.await().until(() -> fixture.held() == 0);
    }

    @Test
    void aBudgetChangedElsewhereHoldsSoon() {
        fixture.execute("UPDATE policy.budget SET limit_nanos = 10");
        Awaitility.await()
                .until(() -> run(fixture, EngineFixture.llm("fast", "hello", 50)) instanceof CallOutcome.Denied);
    }

    /** The database's clock says which window a call falls into, whatever the machine's says. */
    @Test
    void gatewaysWhoseClocksAreAnHourOffHoldInTheSameWindow() {
        PolicyConfig config = EngineFixture.config();
        PolicyConfig hourly = new PolicyConfig(
                new OrganisationConfig(List.of(new OrganisationConfig.Tenant(
                        "acme",
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(new OrganisationConfig.Member(
                                "bot",
                                List.of(new BudgetConfig(
                                        BigDecimal.ONE, BudgetConfig.Window.HOURLY, ZoneOffset.UTC))))))),
                config.policies(),
                config.guardrails(),
                config.approvals());
        String hour = "SELECT date_trunc('hour', now())::text";
        List<String> hours = new ArrayList<>(fixture.query(hour));
        for (Duration off : List.of(Duration.ofHours(-1), Duration.ZERO, Duration.ofHours(1))) {
            PolicyEngine.Ground ground = fixture.ground;
            PolicyEngine.Ground skewed = new PolicyEngine.Ground(
                    ground.database(),
                    ground.unpooled(),
                    ground.audit(),
                    ground.pepper(),
                    () -> Instant.now().plus(off),
                    ground.webhooks(),
                    ground.mail(),
                    ground.decisions(),
                    ground.ids(),
                    ground.random());
            try (PolicyEngine engine = PolicyEngine.create(hourly, skewed)) {
                CallOutcome outcome = engine.governor()
                        .<Words>govern(
                                EngineFixture.llm("fast", "hello", 50),
                                (input, out) -> new Usage(10, 0, 15, Usage.Basis.REPORTED),
                                w -> {});
                assertInstanceOf(CallOutcome.Completed.class, outcome);
            }
        }
        hours.addAll(fixture.query(hour));
        List<String> windows =
                fixture.query("SELECT starts_at::text FROM policy.budget_window WHERE budget_id = 'member:bot:hourly'");
        assertTrue(!windows.isEmpty() && hours.containsAll(windows), hours + " " + windows);
    }

    @Test
    void aWrongRuleStopsTheStartBeforeAnythingChanged() {
        PolicyConfig config = EngineFixture.config();
        PolicyConfig broken = new PolicyConfig(
                config.organisation(),
                List.of(config.policies().getFirst(), config.policies().getFirst()),
                config.guardrails(),
                config.approvals());
        fixture.execute("DELETE FROM policy.policy_version");
        assertThrows(InvalidPolicy.class, () -> PolicyEngine.create(broken, fixture.ground));
        assertEquals(List.of(), fixture.query("SELECT version FROM policy.policy_version"));
    }
}
