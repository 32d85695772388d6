package dev.portreeve.audit;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each write fails, or fails but was persisted: records and money agree, and nothing is there twice. */
class PostgresJournalFaultTest {
    private static final JournalSettings SETTINGS = new JournalSettings(
            8,
            4,
            Duration.ofMillis(5),
            Duration.ofMillis(20),
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10));

    private final Database database = new Database();
    private final FaultyDatabase faulty = new FaultyDatabase(database.app());
    private PostgresJournal journal;

    /** Adds amounts to one row, without any key that would make repeating harmless. */
    private static class Purse implements PostingBook<Integer> {
        @Override
        public void apply(Transaction transaction, List<Integer> amounts) throws SQLException {
            try (PreparedStatement update =
                    transaction.connection().prepareStatement("UPDATE purse SET spent = spent + ?")) {
                for (int amount : amounts) {
                    update.setInt(1, amount);
                    update.executeUpdate();
                }
            }
        }
    }

    /** The same on the round trip of the commit, as a book does that knows its transaction's id. */
    private static final class LatePurse extends Purse {
        @Override
        public void apply(Transaction transaction, List<Integer> amounts) throws SQLException {
            int sum = amounts.stream().mapToInt(Integer::intValue).sum();
            try (Statement statement = transaction.connection().createStatement();
                    ResultSet id = statement.executeQuery("SELECT pg_current_xact_id()::text")) {
                id.next();
                transaction.identify(id.getString(1));
            }
            transaction.atLast("UPDATE purse SET spent = spent + ?", (update, first) -> {
                update.setInt(first, sum);
                return first + 1;
            });
        }
    }

    @BeforeEach
    void start() throws SQLException {
        database.tamper(
                "CREATE TABLE public.purse (spent int NOT NULL)",
                "INSERT INTO public.purse VALUES (0)",
                "GRANT SELECT, UPDATE ON public.purse TO PUBLIC");
        journal = journal(SETTINGS);
        // The first record is stored by a session whose preparations are done: what fails next is what the test says.
        journal.append(JournalEntry.of(event(0))).await();
    }

    private PostgresJournal journal(JournalSettings settings) {
        return PostgresJournal.start(faulty, settings, InstantSource.system(), new Random(1));
    }

    @AfterEach
    void close() {
        faulty.up();
        journal.close();
        database.close();
    }

    private static AuditEvent event(int n) {
        return new AuditEvent("acme", EventKind.ADMIN_ACTION, UUID.randomUUID(), new Facts().put("n", n));
    }

    private static JournalEntry<Integer> spend(Purse purse, int amount) {
        return JournalEntry.of(purse, amount, () -> List.of(event(amount)));
    }

    private long spent() throws SQLException {
        return database.number("SELECT spent FROM purse");
    }

    private long records() throws SQLException {
        return database.number("SELECT count(*) FROM audit.record");
    }

    @ParameterizedTest
    @EnumSource(FaultyDatabase.Fault.class)
    void aCommitWhoseLineBreaksIsStoredOnce(FaultyDatabase.Fault fault) throws SQLException {
        storedOnce(fault, new Purse());
    }

    @ParameterizedTest
    @EnumSource(FaultyDatabase.Fault.class)
    void aWriteWithTheCommitWhoseLineBreaksIsStoredOnce(FaultyDatabase.Fault fault) throws SQLException {
        storedOnce(fault, new LatePurse());
    }

    private void storedOnce(FaultyDatabase.Fault fault, Purse purse) throws SQLException {
        faulty.commits(fault);
        Receipt receipt = journal.append(spend(purse, 7));
        if (fault == FaultyDatabase.Fault.LOST_THEN_COMMITTED) {
            assertFalse(receipt.isDurable());
            faulty.commitLate();
        }
        receipt.await();
        journal.append(spend(new Purse(), 1)).await();
        assertEquals(8, spent());
        assertEquals(3, records());
        assertEquals(
                1,
                database.number(
                        "SELECT count(*) FROM audit.record WHERE id = ?",
                        receipt.recordIds().getFirst()));
    }

    @ParameterizedTest
    @EnumSource(FaultyDatabase.Fault.class)
    void aPostingWithoutARecordIsAppliedOnce(FaultyDatabase.Fault fault) throws SQLException {
        appliedOnce(fault, new Purse());
    }

    @ParameterizedTest
    @EnumSource(FaultyDatabase.Fault.class)
    void aPostingWithTheCommitAndWithoutARecordIsAppliedOnce(FaultyDatabase.Fault fault) throws SQLException {
        appliedOnce(fault, new LatePurse());
    }

    private void appliedOnce(FaultyDatabase.Fault fault, Purse purse) throws SQLException {
        faulty.commits(fault);
        Receipt receipt = journal.append(JournalEntry.of(purse, 7, List::of));
        faulty.commitLate();
        receipt.await();
        assertEquals(7, spent());
        assertEquals(1, records());
    }

    @Test
    void aLineThatBreaksAgainAndAgainLosesNothing() throws SQLException {
        Purse purse = new Purse();
        List<Receipt> receipts = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            faulty.commits(
                    FaultyDatabase.Fault.LOST_AFTER,
                    FaultyDatabase.Fault.NONE,
                    FaultyDatabase.Fault.LOST_BEFORE,
                    FaultyDatabase.Fault.LOST_AFTER);
            for (int j = 0; j < 6; j++) {
                receipts.add(journal.append(spend(purse, 1)));
            }
            receipts.forEach(Receipt::await);
        }
        assertEquals(30, spent());
        assertEquals(31, records());
    }

    @Test
    void aWriteThatIsRefusedTakesNothingOfItsCommitAlong() throws SQLException {
        database.tamper("ALTER TABLE public.purse ADD CHECK (spent < 5)");
        Receipt refused = journal.append(spend(new LatePurse(), 7));
        assertThrows(EvidenceUnavailable.class, refused::await);
        assertEquals(1, records());
        journal.append(spend(new LatePurse(), 4)).await();
        assertEquals(4, spent());
        assertEquals(2, records());
    }

    @Test
    void booksThatWriteAtOnceAndAtLastShareACommit() throws SQLException {
        List<Receipt> receipts = List.of(
                journal.append(spend(new Purse(), 1)),
                journal.append(spend(new LatePurse(), 2)),
                journal.append(spend(new Purse(), 4)));
        receipts.forEach(Receipt::await);
        assertEquals(7, spent());
        assertEquals(4, records());
    }

    @Test
    void aBackendKilledInMidBatchIsReplaced() throws SQLException {
        Purse killed = new Purse() {
            private boolean done;

            @Override
            public void apply(Transaction transaction, List<Integer> amounts) throws SQLException {
                super.apply(transaction, amounts);
                if (!done) {
                    done = true;
                    terminate(transaction.connection());
                }
            }
        };
        List<Receipt> receipts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            receipts.add(journal.append(spend(killed, 1)));
        }
        receipts.forEach(Receipt::await);
        assertEquals(4, spent());
        assertEquals(5, records());
    }

    private void terminate(Connection connection) throws SQLException {
        int pid = connection.unwrap(org.postgresql.PGConnection.class).getBackendPID();
        database.tamper("SELECT pg_terminate_backend(" + pid + ")");
    }

    @Test
    void anEntryThatAlwaysTakesItsLineDownIsRefusedInTheEnd() throws SQLException {
        Purse poison = new Purse() {
            @Override
            public void apply(Transaction transaction, List<Integer> amounts) throws SQLException {
                terminate(transaction.connection());
            }
        };
        Receipt refused = journal.append(spend(poison, 1));
        Receipt well = journal.append(spend(new Purse(), 2));
        assertThrows(EvidenceUnavailable.class, refused::await);
        well.await();
        assertEquals(2, spent());
    }

    @Test
    void anOutageFailsReceiptsInTimeAndEndsByItself() throws SQLException {
        journal.close();
        journal = journal(new JournalSettings(
                8,
                4,
                Duration.ofMillis(5),
                Duration.ofMillis(20),
                Duration.ofMillis(100),
                Duration.ofSeconds(5),
                Duration.ofSeconds(10)));
        Purse purse = new Purse();
        faulty.down();
        List<Receipt> receipts = new ArrayList<>();
        EvidenceUnavailable full = assertThrows(EvidenceUnavailable.class, () -> {
            while (true) {
                receipts.add(journal.append(spend(purse, 1)));
            }
        });
        assertTrue(full.getMessage().contains("queue of 8 entries is full"), full.getMessage());
        EvidenceUnavailable late = assertThrows(EvidenceUnavailable.class, receipts.getFirst()::await);
        assertTrue(late.getMessage().contains("within 100 ms"), late.getMessage());
        // Unless it was just under way, what its owner was told is not stored never will be.
        List<Receipt> stored =
                late.getMessage().contains("may be stored yet") ? receipts : receipts.subList(1, receipts.size());
        faulty.up();
        await().until(() -> stored.stream().allMatch(Receipt::isDurable));
        journal.append(spend(purse, 1)).await();
        assertEquals(stored.size() + 1, spent());
        assertEquals(stored.size() + 2, records());
    }

    @Test
    void whatWasGivenUpDuringAnOutageDoesNotHappenAfterIt() throws SQLException {
        journal.close();
        journal = journal(new JournalSettings(
                8,
                4,
                Duration.ofMillis(5),
                Duration.ofMillis(20),
                Duration.ofMillis(300),
                Duration.ofSeconds(5),
                Duration.ofSeconds(10)));
        faulty.down();
        Purse purse = new Purse();
        // This one meets the broken line; the next ones wait behind it.
        Receipt happened = journal.append(JournalEntry.of(event(1)).keep());
        Receipt change = journal.append(spend(purse, 1));
        assertThrows(EvidenceUnavailable.class, happened::await);
        EvidenceUnavailable refused = assertThrows(EvidenceUnavailable.class, change::await);
        assertFalse(refused.getMessage().contains("may be stored yet"), refused.getMessage());
        faulty.up();
        await().until(happened::isDurable);
        journal.append(JournalEntry.of(event(2))).await();
        assertFalse(change.isDurable());
        assertEquals(0, spent());
        assertEquals(3, records());
    }

    @Test
    void aJournalMayStartBeforeItsDatabase() throws SQLException {
        journal.close();
        faulty.down();
        journal = journal(SETTINGS);
        Receipt receipt = journal.append(JournalEntry.of(event(1)));
        faulty.up();
        receipt.await();
        assertEquals(2, records());
    }

    @Test
    void closingDuringAnOutageIsBoundedAndFailsWhatIsQueued() throws SQLException {
        journal.close();
        journal = journal(new JournalSettings(
                8,
                4,
                Duration.ofMillis(5),
                Duration.ofMillis(20),
                Duration.ofSeconds(60),
                Duration.ofSeconds(5),
                Duration.ofMillis(200)));
        faulty.down();
        List<Receipt> receipts = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            receipts.add(journal.append(JournalEntry.of(event(i))));
        }
        journal.close();
        receipts.forEach(receipt -> assertThrows(EvidenceUnavailable.class, receipt::await));
        assertEquals(1, records());
    }

    @Test
    void whatNobodyWaitsForSharesTheNextCommitOrIsStoredOnClosing() throws SQLException {
        journal.close();
        journal = journal(new JournalSettings(
                8,
                4,
                Duration.ofDays(1),
                Duration.ofMillis(20),
                Duration.ofSeconds(10),
                Duration.ofSeconds(5),
                Duration.ofSeconds(10)));
        Receipt company = journal.appendUnhurried(JournalEntry.of(event(1)));
        journal.append(JournalEntry.of(event(2))).await();
        assertTrue(company.isDurable());
        assertEquals(
                1,
                database.number("SELECT count(DISTINCT txid) FROM audit.record"
                        + " WHERE convert_from(leaf, 'UTF8')::jsonb ->> 'n' IN ('1', '2')"));
        Receipt alone = journal.appendUnhurried(JournalEntry.of(event(3)));
        journal.close();
        assertTrue(alone.isDurable());
    }

    @Test
    void whatNobodyWaitsForIsStoredByItself() {
        Receipt receipt = journal.appendUnhurried(JournalEntry.of(event(1)));
        receipt.await();
        assertTrue(receipt.isDurable());
    }

    @Test
    void aReadOnlyDatabaseRefusesAtOnceAndIsAskedAgain() throws SQLException {
        database.tamper(
                "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on',"
                        + " current_database()); END $$",
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        + " WHERE datname = current_database() AND pid <> pg_backend_pid()");
        Receipt refused = journal.append(JournalEntry.of(event(1)));
        assertThrows(EvidenceUnavailable.class, refused::await);
        try (Connection connection = database.owner().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SET default_transaction_read_only = off");
            statement.execute("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only',"
                    + " current_database()); END $$");
        }
        journal.append(JournalEntry.of(event(2))).await();
        assertEquals(2, records());
    }
}
