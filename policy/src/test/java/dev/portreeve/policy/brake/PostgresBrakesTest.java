package dev.portreeve.policy.brake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.JournalSettings;
import dev.portreeve.audit.PostgresJournal;
import dev.portreeve.migrations.TestDatabase;
import dev.portreeve.policy.budget.OrganisationConfig;
import dev.portreeve.policy.budget.PostgresOrganisation;
import dev.portreeve.policy.budget.TestClock;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Calls;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.ToolCall;
import dev.portreeve.policy.call.Usage;
import dev.portreeve.policy.stop.Stop;
import dev.portreeve.policy.stop.StopOwner;
import dev.portreeve.policy.stop.Stops;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Brakes of several gateways on one database. */
class PostgresBrakesTest {
    private static final Subject BOT = new Subject("acme", null, Subject.Kind.AGENT, "bot", "keykeykey001");
    private static final StopOwner MEMBER = new StopOwner("acme", StopOwner.Kind.MEMBER, "bot");

    private final TestClock clock = new TestClock("2026-11-22T12:00:00.123456789Z");
    private TestDatabase database;
    private PostgresJournal journal;
    private Stops stops;

    @BeforeEach
    void open() {
        database = TestDatabase.fresh();
        journal = PostgresJournal.start(
                database.app().dataSource(), JournalSettings.defaults(), InstantSource.system(), new Random(1));
        stops = Stops.on(database.app().dataSource(), new AuditLog(journal));
        new PostgresOrganisation(database.app().dataSource(), clock)
                .sync(new OrganisationConfig(List.of(new OrganisationConfig.Tenant(
                        "acme",
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(new OrganisationConfig.Member("bot", List.of()))))));
    }

    @AfterEach
    void close() {
        journal.close();
        database.close();
    }

    private Brakes gateway(BrakeConfig config) {
        return Brakes.on(
                Map.of(new Brakes.Owner("acme", Brakes.Owner.Kind.TENANT, "acme"), config),
                stops,
                database.app().dataSource(),
                UUID.randomUUID(),
                clock,
                digest -> Integer.toHexString(digest.hashCode()));
    }

    private static BrakeConfig same(int times, Duration within) {
        return new BrakeConfig(times, within, null, null, null);
    }

    private void calls(Brakes gateway, String arguments, String cost) {
        ToolCall call = new ToolCall(
                new CallId(UUID.randomUUID()),
                BOT,
                new Resource.Tool("files", "read", "d".repeat(64)),
                Calls.arguments(arguments),
                Content.EMPTY,
                new Estimate(0, 0, Price.perCall(NanoUsd.ZERO, "test")),
                false,
                Deadline.in(Duration.ofSeconds(30)));
        Usage usage = new Usage(0, 0, 0, Usage.Basis.REPORTED);
        gateway.ended(call, new CallOutcome.Completed(usage, NanoUsd.ZERO, null), NanoUsd.ofUsd(cost));
    }

    private boolean isPaused() {
        return stops.inForce().stream().anyMatch(stop -> stop.owner().equals(MEMBER));
    }

    /** It goes from one gateway to the next; they tell each other after every so many calls, so it gets so many more at most. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 7})
    void whoRepeatsACallOverSeveralGatewaysIsPausedWhenTheyHaveToldEachOther(int between) {
        List<Brakes> gateways = List.of(
                gateway(same(10, Duration.ofMinutes(1))),
                gateway(same(10, Duration.ofMinutes(1))),
                gateway(same(10, Duration.ofMinutes(1))));
        int made = 0;
        while (!isPaused()) {
            calls(gateways.get(made % 3), "{\"path\":\"a\"}", "0");
            made++;
            if (made % between == 0) {
                // Each says, then each hears.
                gateways.forEach(Brakes::share);
                gateways.forEach(Brakes::share);
            }
            assertTrue(made < 10 + between, "nobody stopped it after " + made);
        }
        assertTrue(made >= 10, () -> "too soon");
        assertEquals(
                "it called files__read 10 times with the same arguments within 60s",
                stops.inForce().getFirst().reason());
        assertEquals(Stop.Cause.BRAKE, stops.inForce().getFirst().cause());
    }

    @Test
    void otherArgumentsAndOldCallsAreNotAddedUp() {
        Brakes here = gateway(same(4, Duration.ofMinutes(1)));
        Brakes there = gateway(same(4, Duration.ofMinutes(1)));
        calls(here, "{\"path\":\"a\"}", "0");
        calls(here, "{\"path\":\"a\"}", "0");
        here.share();
        clock.advance(Duration.ofSeconds(61));
        calls(there, "{\"path\":\"a\"}", "0");
        calls(there, "{\"path\":\"a\"}", "0");
        calls(there, "{\"path\":\"b\"}", "0");
        calls(there, "{\"path\":\"b\"}", "0");
        there.share();
        here.share();
        calls(here, "{\"path\":\"a\"}", "0");
        assertEquals(false, isPaused());
        calls(here, "{\"path\":\"a\"}", "0");
        assertTrue(isPaused());
    }

    @Test
    void whatIsSpentOnSeveralGatewaysIsAddedUp() {
        BrakeConfig config = new BrakeConfig(null, null, new BigDecimal("1"), Duration.ofMinutes(10), null);
        Brakes here = gateway(config);
        Brakes there = gateway(config);
        calls(here, "{}", "0.6");
        calls(there, "{}", "0.4");
        here.share();
        there.share();
        here.share();
        assertEquals(false, isPaused(), "as much as is allowed");
        clock.advance(Duration.ofMinutes(11));
        calls(here, "{}", "0.9");
        here.share();
        there.share();
        assertEquals(false, isPaused(), "the first lie too far back");
        calls(there, "{}", "0.2");
        assertTrue(isPaused());
        assertTrue(
                stops.inForce().getFirst().reason().startsWith("it spent $1.1 within 10m"), stops.inForce()::toString);
    }

    @Test
    void afterAPauseAllGatewaysCountAnew() {
        Brakes here = gateway(same(4, Duration.ofHours(1)));
        Brakes there = gateway(same(4, Duration.ofHours(1)));
        for (int i = 0; i < 3; i++) {
            calls(there, "{}", "0");
        }
        there.share();
        here.share();
        calls(here, "{}", "0");
        assertTrue(isPaused());
        here.share();
        there.share();
        clock.advance(Duration.ofSeconds(5));
        stops.resume(MEMBER, "it waited for a lock", "maria");
        for (int i = 0; i < 3; i++) {
            calls(there, "{}", "0");
            there.share();
            here.share();
        }
        assertEquals(false, isPaused(), "what was before the pause counts nowhere");
        calls(here, "{}", "0");
        assertTrue(isPaused());
    }

    /** What could not be told is told later, and no call fails of it. */
    @Test
    void aDatabaseThatIsAwayDelaysWhatIsTold() throws SQLException {
        Brakes here = gateway(same(3, Duration.ofHours(1)));
        Brakes there = gateway(same(3, Duration.ofHours(1)));
        calls(here, "{}", "0");
        calls(here, "{}", "0");
        try (Connection owner = database.owner().dataSource().getConnection()) {
            owner.createStatement().execute("REVOKE INSERT ON policy.brake_count FROM portreeve_app");
            assertThrows(RuntimeException.class, here::share);
            owner.createStatement().execute("GRANT INSERT ON policy.brake_count TO portreeve_app");
        }
        here.share();
        there.share();
        calls(there, "{}", "0");
        assertTrue(isPaused());
    }

    @Test
    void argumentsCannotBeGuessedFromWhatIsTold() throws SQLException {
        Brakes gateway = gateway(same(5, Duration.ofMinutes(1)));
        calls(gateway, "{\"pin\":\"1234\"}", "0");
        gateway.share();
        String digest = Calls.arguments("{\"pin\":\"1234\"}").digest();
        try (Connection connection = database.app().dataSource().getConnection();
                PreparedStatement told = connection.prepareStatement("SELECT call FROM policy.brake_count");
                ResultSet rows = told.executeQuery()) {
            assertTrue(rows.next());
            assertEquals(-1, rows.getString(1).indexOf(digest), rows.getString(1));
        }
    }
}
