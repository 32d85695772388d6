package dev.portreeve.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PostgresJournalTest extends JournalContract {
    private final Database database = new Database();
    private final PostgresJournal journal =
            PostgresJournal.start(database.app(), JournalSettings.defaults(), InstantSource.system(), new Random(1));

    @AfterEach
    void close() {
        journal.close();
        database.close();
    }

    @Override
    Journal journal() {
        return journal;
    }

    @Override
    void closeJournal() {
        journal.close();
    }

    @Override
    List<String> leaves(String tenant) throws SQLException {
        return database.leaves(tenant);
    }

    @Test
    void columnsSayWhatTheBytesSay() throws SQLException {
        journal.append(JournalEntry.of(event("acme", 1))).await();
        assertEquals(1, database.number("""
                        SELECT count(*) FROM (SELECT r.*, convert_from(leaf, 'UTF8')::json AS j FROM audit.record r) r
                        WHERE j->>'id' = id::text AND j->>'tenant' = tenant AND j->>'kind' = kind
                            AND j->>'call' = call_id::text AND (j->>'at')::timestamptz = at"""));
    }

    /** Says when it is applied. */
    private static class Told implements PostingBook<Integer> {
        private final List<String> order;

        Told(List<String> order) {
            this.order = order;
        }

        @Override
        public void apply(Transaction transaction, List<Integer> postings) throws SQLException {
            order.add(getClass().getSimpleName() + postings);
        }
    }

    private static final class Former extends Told {
        Former(List<String> order) {
            super(order);
        }
    }

    private static final class Latter extends Told {
        Latter(List<String> order) {
            super(order);
        }
    }

    /** Keeps the writer in a batch, so that what is appended meanwhile makes one. */
    private static final class Gate implements PostingBook<Integer> {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch open = new CountDownLatch(1);

        @Override
        public void apply(Transaction transaction, List<Integer> postings) throws SQLException {
            reached.countDown();
            try {
                open.await();
            } catch (InterruptedException stop) {
                throw new SQLException(stop);
            }
        }
    }

    /** Two replicas that lock rows of several books would otherwise wait for each other in a circle. */
    @Test
    void booksAreAppliedInOneOrderWhicheverIsSpokenOfFirst() throws InterruptedException {
        List<String> order = new CopyOnWriteArrayList<>();
        Former former = new Former(order);
        Latter latter = new Latter(order);
        for (List<Told> spoken : List.of(List.of(former, latter), List.of(latter, former))) {
            Gate gate = new Gate();
            List<Receipt> receipts = new ArrayList<>();
            receipts.add(journal.append(JournalEntry.of(gate, 0, List::of)));
            gate.reached.await();
            for (int i = 1; i <= 2; i++) {
                for (Told book : spoken) {
                    receipts.add(journal.append(JournalEntry.of(book, i, List::of)));
                }
            }
            gate.open.countDown();
            receipts.forEach(Receipt::await);
        }
        assertEquals(List.of("Former[1, 2]", "Latter[1, 2]", "Former[1, 2]", "Latter[1, 2]"), order);
    }

    @Test
    void aRecordGoesToThePartitionOfItsMonth() throws SQLException {
        journal.append(JournalEntry.of(event("acme", 1))).await();
        assertEquals(0, database.number("SELECT count(*) FROM audit.record_default"));
    }
}
