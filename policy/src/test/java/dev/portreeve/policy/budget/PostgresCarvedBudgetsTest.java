package dev.portreeve.policy.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.budget.PurseFixture.Ending;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Carve;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.key.Authentication;
import dev.portreeve.policy.key.ChildWish;
import dev.portreeve.policy.key.Issuance;
import dev.portreeve.policy.key.JournalledKeys;
import dev.portreeve.policy.key.KeyDirectory;
import dev.portreeve.policy.key.Pepper;
import dev.portreeve.policy.key.VirtualKey;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The same on PostgreSQL, and how much a key may give. */
class PostgresCarvedBudgetsTest extends CarvedBudgetsContract {
    @Override
    PurseFixture open() {
        return PostgresPurse.open(Instant.now().toString());
    }

    @AfterEach
    @Override
    void closePurse() {
        PostgresBudgetLedgerTest.assertReplayEqualsBalances(postgres());
        super.closePurse();
    }

    private PostgresPurse postgres() {
        return (PostgresPurse) purse;
    }

    @Override
    void exists(String keyId, Carve carve) {
        execute("INSERT INTO policy.budget (tenant, id, owner_kind, owner_id, limit_nanos, time_window, origin) VALUES"
                + " ('acme', 'key:" + keyId + ":carved:usd', 'key', '" + keyId + "', "
                + carve.limit().nanos()
                + ", 'total', 'key')");
    }

    private void execute(String sql) {
        try (var connection = postgres().database.owner().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failed) {
            throw new AssertionError(sql, failed);
        }
    }

    private PostgresCarvedBudgets carved(PostgresBudgets budgets) {
        return new PostgresCarvedBudgets(postgres().database.app().dataSource(), budgets);
    }

    /** The keys of one replica, which has read the budgets there are now. */
    private KeyDirectory keys() {
        PostgresBudgets budgets = new PostgresBudgets(postgres().database.app().dataSource(), purse.clock());
        budgets.refresh();
        return JournalledKeys.on(
                postgres().database.app().dataSource(),
                carved(budgets),
                purse.audit(),
                Pepper.of(new byte[Pepper.BYTES]),
                purse.clock());
    }

    private static VirtualKey root(KeyDirectory keys) {
        return assertInstanceOf(Issuance.Issued.class, keys.create("acme", "bot", "root", null, "cli"))
                .key();
    }

    private static Subject subject(KeyDirectory keys, VirtualKey key) {
        return assertInstanceOf(Authentication.Authenticated.class, keys.authenticate(key.reveal()))
                .subject();
    }

    private static Issuance made(KeyDirectory keys, Subject parent, long nanos) {
        return keys.delegate(parent, new ChildWish("child", Duration.ofHours(1), given(carve(nanos))));
    }

    private static VirtualKey given(KeyDirectory keys, Subject parent, long nanos) {
        Issuance made = made(keys, parent, nanos);
        return assertInstanceOf(Issuance.Issued.class, made, made::toString).key();
    }

    private static String refused(KeyDirectory keys, Subject parent, long nanos) {
        return assertInstanceOf(Issuance.Beyond.class, made(keys, parent, nanos))
                .detail();
    }

    private CallOutcome spend(PurseFixture replica, Subject subject, long nanos) {
        return replica.run(PurseFixture.call(subject, nanos), new Ending.Reports(nanos));
    }

    @Test
    void aKeyGivesNoMoreThanIsLeftAndWhatComesBackCanBeGivenAgain() {
        purse.organise(
                Purses.ofBot(Purses.of(1000), Purses.ofTokens(5), Purses.of(10).models("dear")));
        KeyDirectory keys = keys();
        Subject root = subject(keys, root(keys));
        String said = refused(keys, root, 1001);
        assertTrue(
                said.startsWith("a key gives no more than it has: $0.000001 at most; the total budget of member bot"),
                said);
        VirtualKey first = given(keys, root, 600);
        refused(keys, root, 401);
        given(keys, root, 400);
        refused(keys, root, 1);
        assertTrue(keys.revoke(root, first.id()));
        given(keys, root, 600);
        refused(keys, subject(keys, given(keys, subject(keys, root(keys)), 5)), 6);
    }

    @Test
    void whatAChildSpentIsGivenAndGone() {
        purse.organise(Purses.ofBot(Purses.of(1000)));
        KeyDirectory keys = keys();
        Subject root = subject(keys, root(keys));
        Subject child = subject(keys, given(keys, root, 600));
        assertInstanceOf(CallOutcome.Completed.class, spend(purse, child, 500));
        postgres().writeHolds();
        refused(keys, root, 401);
        given(keys, root, 400);
        refused(keys, child, 101);
        given(keys, child, 100);
    }

    @Test
    void anotherReplicaBoundsAKeyItHasNeverHeardOf() {
        purse.organise(Purses.ofBot(Purses.of(1000)));
        KeyDirectory keys = keys();
        try (PostgresPurse replica = postgres().replica()) {
            VirtualKey key = given(keys, subject(keys, root(keys)), 100);
            Subject child = subject(keys(), key);
            assertInstanceOf(CallOutcome.Denied.class, spend(replica, child, 101));
            assertInstanceOf(CallOutcome.Completed.class, spend(replica, child, 60));
            assertInstanceOf(CallOutcome.Denied.class, spend(purse, child, 41));
            assertInstanceOf(CallOutcome.Completed.class, spend(purse, child, 40));
        }
    }

    @Test
    void twoGiftsAtOnceDoNotLookPastEachOther() throws Exception {
        purse.organise(Purses.ofBot(Purses.of(1000)));
        KeyDirectory keys = keys();
        Subject root = subject(keys, root(keys));
        List<Future<Issuance>> gifts = new ArrayList<>();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 12; i++) {
                KeyDirectory replica = keys();
                gifts.add(callers.submit(() -> made(replica, root, 300)));
            }
        }
        int made = 0;
        for (Future<Issuance> gift : gifts) {
            made += gift.get() instanceof Issuance.Issued ? 1 : 0;
        }
        assertEquals(3, made);
    }

    @Test
    void budgetsOfKeysThatEndedAreRetired() {
        purse.organise(Purses.ofBot(Purses.of(1000)));
        KeyDirectory keys = keys();
        Subject root = subject(keys, root(keys));
        VirtualKey parent = given(keys, root, 500);
        given(keys, subject(keys, parent), 100);
        given(keys, root, 200);
        PostgresBudgets budgets = new PostgresBudgets(postgres().database.app().dataSource(), purse.clock());
        PostgresCarvedBudgets carved = carved(budgets);
        assertEquals(0, carved.retireEnded());
        assertEquals(4, budgets.report("acme").lines().size());
        assertTrue(keys.revoke(root, parent.id()));
        assertEquals(2, carved.retireEnded(), "with the one below it");
        assertEquals(2, budgets.report("acme").lines().size());
    }
}
