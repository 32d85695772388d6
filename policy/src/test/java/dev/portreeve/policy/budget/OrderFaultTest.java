package dev.portreeve.policy.budget;

import static dev.portreeve.policy.budget.PurseFixture.BOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Secret;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.key.Authentication;
import dev.portreeve.policy.key.ChildWish;
import dev.portreeve.policy.key.Issuance;
import dev.portreeve.policy.key.JournalledKeys;
import dev.portreeve.policy.key.Pepper;
import dev.portreeve.policy.notice.NoticeConfig;
import dev.portreeve.policy.notice.Receivers;
import dev.portreeve.policy.notice.Webhook;
import dev.portreeve.policy.stop.Stop;
import dev.portreeve.policy.stop.StopOwner;
import dev.portreeve.policy.stop.Stops;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What people and keys change while calls run, with each way in which its write can go wrong: the change and its record are there
 * once, or neither is; whoever is told that it is done finds it so; and it can be done again.
 */
class OrderFaultTest {
    private static final String BUDGET = "member:bot:total";
    private static final Duration HOUR = Duration.ofHours(1);

    private PostgresPurse observer;

    @BeforeEach
    void open() {
        observer = PostgresPurse.open(Instant.now().toString());
        observer.organise(Purses.ofBot(Purses.of(1000).warnAt(50)));
    }

    @AfterEach
    void close() {
        PostgresBudgetLedgerTest.assertReplayEqualsBalances(observer);
        observer.close();
    }

    /** What is written through this replica, and whether that was said to be done. */
    private interface Act {
        boolean by(PostgresPurse replica, Subject root);
    }

    /**
     * A write.
     *
     * @param rows how often it is there, in SQL; less than none where only a part of it is
     * @param record what is said in its record and no other
     * @param most how often it can be there, if it is done again and again
     */
    private record Write(String name, Act act, String rows, String record, int most) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static boolean become(PostgresPurse replica, BudgetStatus.State state) {
        return replica.orders().become("acme", BUDGET, state, "why", "ops") instanceof BudgetOrders.Result.Done;
    }

    private static boolean raise(PostgresPurse replica) {
        return replica.orders()
                        .raise(
                                "acme",
                                BUDGET,
                                new BigDecimal("0.0000001"),
                                Instant.now().plus(HOUR),
                                "why",
                                "ops")
                instanceof BudgetOrders.Result.Done;
    }

    private static Stops stops(PostgresPurse replica) {
        return Stops.on(replica.database.app().dataSource(), replica.audit());
    }

    private static boolean stop(PostgresPurse replica) {
        StopOwner bot = StopOwner.parse("acme", "agent:bot");
        return stops(replica).stop(bot, Stop.Cause.PERSON, "why", "ops") instanceof Stops.Result.Done;
    }

    private static JournalledKeys keys(PostgresPurse replica) {
        return JournalledKeys.on(
                replica.database.app().dataSource(),
                new PostgresCarvedBudgets(replica.database.app().dataSource(), replica.budgets()),
                replica.audit(),
                Pepper.of(new byte[Pepper.BYTES]),
                replica.clock());
    }

    private static boolean child(PostgresPurse replica, Subject root) {
        ChildWish wish = new ChildWish("child", HOUR, CarvedBudgetsContract.given(CarvedBudgetsContract.carve(300)));
        return keys(replica).delegate(root, wish) instanceof Issuance.Issued;
    }

    static Stream<Write> writes() {
        return Stream.of(
                new Write(
                        "a freeze",
                        (replica, root) -> become(replica, BudgetStatus.State.FROZEN),
                        "SELECT count(*) FROM policy.budget WHERE state = 'frozen'",
                        "\"freeze_budget\"",
                        1),
                new Write(
                        "a raise",
                        (replica, root) -> raise(replica),
                        "SELECT count(*) FROM policy.budget_raise",
                        "\"raise_budget\"",
                        2),
                new Write("a child key with a budget", OrderFaultTest::child, """
                        SELECT CASE WHEN k = c AND c = b THEN k ELSE -1 END FROM
                            (SELECT count(*) AS k FROM policy.virtual_key WHERE name = 'child') keys,
                            (SELECT count(*) AS c FROM policy.child_key) children,
                            (SELECT count(*) AS b FROM policy.budget WHERE origin = 'key') budgets""", "\"budget_usd\"", 2),
                new Write(
                        "a stop", (replica, root) -> stop(replica), "SELECT count(*) FROM policy.stop", "\"stop\"", 1));
    }

    static Stream<Arguments> lines() {
        return writes().flatMap(
                        write -> Stream.of(FrailDatabase.Fault.values()).map(fault -> Arguments.of(write, fault)));
    }

    static Stream<Arguments> entries() {
        return writes().flatMap(
                        write -> Stream.of(FaultyJournal.Fault.values()).map(fault -> Arguments.of(write, fault)));
    }

    private Subject root() {
        JournalledKeys keys = keys(observer);
        Issuance.Issued made = assertInstanceOf(Issuance.Issued.class, keys.create("acme", "bot", "root", null, "cli"));
        return assertInstanceOf(
                        Authentication.Authenticated.class,
                        keys.authenticate(made.key().reveal()))
                .subject();
    }

    private long there(Write write) {
        return observer.query(write.rows(), row -> row.getLong(1)).getFirst();
    }

    private long recorded(Write write) {
        return observer.query(
                        "SELECT count(*) FROM audit.record WHERE position(? IN convert_from(leaf, 'UTF8')) > 0",
                        row -> row.getLong(1),
                        write.record())
                .getFirst();
    }

    private void assertThere(Write write, int times) {
        assertEquals(times, there(write), write.name());
        assertEquals(times, recorded(write), "records of " + write.name());
    }

    /** The journal mends what the line did. */
    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("lines")
    void whateverTheLineDoesItIsThereOnce(Write write, FrailDatabase.Fault fault) {
        FrailDatabase database = new FrailDatabase(observer.database.app().dataSource());
        Subject root = root();
        try (PostgresPurse replica = observer.replica(journal -> journal, database.dataSource())) {
            database.breakNext(fault);
            assertTrue(write.act().by(replica, root));
            assertThere(write, 1);
        }
    }

    /** Whoever did not hear what became of it is told so, and does it again. */
    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("entries")
    void whatNobodyHeardOfIsThereWithItsRecordOrNotAtAll(Write write, FaultyJournal.Fault fault) {
        FaultyJournal[] journal = new FaultyJournal[1];
        Subject root = root();
        try (PostgresPurse replica = observer.replica(
                real -> journal[0] = new FaultyJournal(real),
                observer.database.app().dataSource())) {
            journal[0].breakEntry(0, fault);
            assertThrows(EvidenceUnavailable.class, () -> write.act().by(replica, root));
            int before = fault == FaultyJournal.Fault.FAILS_BUT_PERSISTED ? 1 : 0;
            assertThere(write, before);
            assertTrue(write.act().by(replica, root));
            int after = Math.min(write.most(), before + 1);
            assertEquals(after, there(write));
        }
    }

    /** What was made and nobody heard of binds all the same, on every replica that looks. */
    @ParameterizedTest
    @EnumSource(
            value = FaultyJournal.Fault.class,
            names = {"FAILS", "FAILS_BUT_PERSISTED"})
    void aFreezeThatNobodyHeardOfHolds(FaultyJournal.Fault fault) {
        FaultyJournal[] journal = new FaultyJournal[1];
        try (PostgresPurse replica = observer.replica(
                real -> journal[0] = new FaultyJournal(real),
                observer.database.app().dataSource())) {
            journal[0].breakEntry(0, fault);
            assertThrows(EvidenceUnavailable.class, () -> become(replica, BudgetStatus.State.FROZEN));
            observer.budgets().refresh();
            CallOutcome outcome = observer.run(PurseFixture.call(BOT, 10), new PurseFixture.Ending.Reports(10));
            boolean frozen = fault == FaultyJournal.Fault.FAILS_BUT_PERSISTED;
            assertEquals(frozen, outcome instanceof CallOutcome.Denied, outcome::toString);
        }
    }

    private static final Receivers HOOK = new Receivers(
            new NoticeConfig(
                    List.of(new Webhook(
                            URI.create("https://hooks.example.com/budgets"),
                            new Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))),
                    null),
            UUID::randomUUID);

    /** The row that says that it was told and the message that is owed are one transaction: nobody is told twice or never. */
    @ParameterizedTest
    @EnumSource(FrailDatabase.Fault.class)
    void aThresholdIsToldOnce(FrailDatabase.Fault fault) {
        FrailDatabase database = new FrailDatabase(observer.database.app().dataSource());
        PostgresBudgetWatch watch = new PostgresBudgetWatch(database.dataSource(), HOOK);
        CallOutcome spent = observer.run(PurseFixture.call(BOT, 600), new PurseFixture.Ending.Reports(600));
        assertInstanceOf(CallOutcome.Completed.class, spent);
        database.breakNext(fault);
        if (fault == FrailDatabase.Fault.SLOW) {
            assertEquals(1, watch.thresholds());
        } else {
            assertThrows(DataAccessException.class, watch::thresholds);
        }
        int unused = watch.thresholds();
        assertEquals(
                List.of("1 1"),
                observer.query(
                        "SELECT (SELECT count(*) FROM policy.budget_warning) || ' ' || (SELECT count(*) FROM"
                                + " policy.notice)",
                        row -> row.getString(1)));
    }
}
