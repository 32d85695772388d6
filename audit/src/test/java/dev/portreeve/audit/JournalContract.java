package dev.portreeve.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What every journal promises. */
abstract class JournalContract {
    /** The journal under test; fresh for each test. */
    abstract Journal journal();

    abstract void closeJournal();

    /** The leaves stored for this tenant, as text, in the order of their commit. */
    abstract List<String> leaves(String tenant) throws SQLException;

    private final String tenant = "t-" + UUID.randomUUID();

    /** A posting that carries the book's decision back. */
    static final class Hold {
        final int amount;
        String decision = "";

        Hold(int amount) {
            this.amount = amount;
        }
    }

    /** Decides on amounts; 13 is a bug, 99 a row the database refuses. */
    static final class Book implements PostingBook<Hold> {
        final List<Integer> applied = new CopyOnWriteArrayList<>();

        @Override
        public void apply(Transaction transaction, List<Hold> holds) throws SQLException {
            for (Hold hold : holds) {
                if (hold.amount == 99) {
                    throw new SQLException("constraint violated", "23514");
                }
                if (hold.amount == 13) {
                    throw new IllegalStateException("a bug in the book");
                }
                hold.decision = hold.amount > 50 ? "refused" : "held";
                applied.add(hold.amount);
            }
        }
    }

    AuditEvent event(String tenant, int n) {
        return new AuditEvent(
                tenant,
                EventKind.ADMIN_ACTION,
                UUID.randomUUID(),
                new Facts().put("n", n).put("what", "test"));
    }

    private JournalEntry<Hold> hold(Book book, Hold hold) {
        return JournalEntry.of(
                book,
                hold,
                () -> hold.decision.equals("held")
                        ? List.of(new AuditEvent(
                                tenant,
                                EventKind.CALL_OPENED,
                                UUID.randomUUID(),
                                new Facts().put("n", hold.amount).put("hold", hold.decision)))
                        : List.of());
    }

    private List<Integer> numbers() throws SQLException {
        return leaves(tenant).stream()
                .map(leaf -> leaf.replaceAll(".*\"n\":(\\d+).*", "$1"))
                .map(Integer::valueOf)
                .toList();
    }

    @Test
    void aRecordIsReadableWithItsIdOnceItsReceiptSaysSo() throws SQLException {
        Receipt receipt = journal().append(JournalEntry.of(event(tenant, 1)));
        receipt.await();
        assertTrue(receipt.isDurable());
        assertEquals(1, receipt.recordIds().size());
        List<String> leaves = leaves(tenant);
        assertEquals(1, leaves.size());
        assertTrue(leaves.getFirst().contains("\"id\":\"" + receipt.recordIds().getFirst() + "\""), leaves.getFirst());
        assertEquals(7, receipt.recordIds().getFirst().version());
    }

    @Test
    void recordsKeepTheOrderTheyWereAppendedIn() throws SQLException {
        List<Receipt> receipts = new ArrayList<>();
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < 1500; i++) {
            receipts.add(journal().append(JournalEntry.of(event(tenant, i))));
            expected.add(i);
        }
        receipts.forEach(Receipt::await);
        assertEquals(expected, numbers());
    }

    @Test
    void theBookDecidesBeforeTheEventsAreAsked() throws SQLException {
        Book book = new Book();
        Hold small = new Hold(10);
        Hold large = new Hold(60);
        Receipt held = journal().append(hold(book, small));
        Receipt refused = journal().append(hold(book, large));
        held.await();
        refused.await();
        assertEquals("held", small.decision);
        assertEquals("refused", large.decision);
        assertEquals(1, held.recordIds().size());
        assertEquals(List.of(), refused.recordIds(), "an entry may end without a record");
        assertEquals(List.of(10), numbers());
    }

    @Test
    void anEntryThatFailsDoesNotFailItsNeighbours() throws SQLException {
        Book book = new Book();
        List<Receipt> receipts = new ArrayList<>();
        for (int amount : new int[] {1, 2, 99, 3, 13, 4}) {
            receipts.add(journal().append(hold(book, new Hold(amount))));
        }
        Receipt bug = journal().append(JournalEntry.of(book, new Hold(5), () -> {
            throw new IllegalStateException("a bug in the caller");
        }));
        Receipt after = journal().append(hold(book, new Hold(6)));
        after.await();
        assertThrows(EvidenceUnavailable.class, receipts.get(2)::await);
        assertThrows(EvidenceUnavailable.class, receipts.get(4)::await);
        assertThrows(EvidenceUnavailable.class, bug::await);
        assertFalse(receipts.get(2).isDurable());
        assertThrows(IllegalStateException.class, receipts.get(2)::recordIds);
        for (int well : new int[] {0, 1, 3, 5}) {
            receipts.get(well).await();
        }
        assertEquals(List.of(1, 2, 3, 4, 6), numbers());
    }

    @Test
    void severalEventsOfOneEntryStandTogether() throws SQLException {
        Receipt receipt = journal()
                .append(JournalEntry.of(new Book(), new Hold(1), () -> List.of(event(tenant, 1), event(tenant, 2))));
        receipt.await();
        assertEquals(2, receipt.recordIds().size());
        assertEquals(List.of(1, 2), numbers());
    }

    @Test
    void anInterruptDoesNotEndTheWaitAndIsKept() {
        Receipt receipt = journal().append(JournalEntry.of(event(tenant, 1)));
        Thread.currentThread().interrupt();
        receipt.await();
        assertTrue(Thread.interrupted(), "the interrupt is restored");
        Thread.currentThread().interrupt();
        journal().append(JournalEntry.of(event(tenant, 2))).await();
        assertTrue(Thread.interrupted());
    }

    @Test
    void manyThreadsAppendAndEachKeepsItsOrder() throws Exception {
        List<Thread> threads = new ArrayList<>();
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        for (int t = 0; t < 16; t++) {
            String own = tenant + "-" + t;
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < 40; i++) {
                        Receipt receipt = journal().append(JournalEntry.of(event(own, i)));
                        if (i % 4 == 0) {
                            receipt.await();
                        }
                    }
                    journal().append(JournalEntry.of(event(own, 40))).await();
                } catch (RuntimeException e) {
                    failures.add(e);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(List.of(), failures);
        for (int t = 0; t < 16; t++) {
            List<String> leaves = leaves(tenant + "-" + t);
            assertEquals(41, leaves.size());
            for (int i = 0; i <= 40; i++) {
                assertTrue(leaves.get(i).contains("\"n\":" + i + ","), leaves.get(i));
            }
        }
    }

    @Test
    void aClosedJournalStoresWhatWasQueuedAndTakesNoMore() throws SQLException {
        List<Receipt> receipts = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            receipts.add(journal().append(JournalEntry.of(event(tenant, i))));
        }
        closeJournal();
        receipts.forEach(Receipt::await);
        assertEquals(100, leaves(tenant).size());
        assertThrows(EvidenceUnavailable.class, () -> journal().append(JournalEntry.of(event(tenant, 100))));
        closeJournal();
    }

    @Test
    void factsTooBigForARecordAreCutAndSaySo() throws SQLException {
        Facts facts = new Facts().put("what", "big");
        List<String> rules = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            rules.add("rule-" + i);
        }
        facts.putStrings("rules", rules);
        journal()
                .append(JournalEntry.of(new AuditEvent(tenant, EventKind.CALL_REFUSED, null, facts)))
                .await();
        String leaf = leaves(tenant).getFirst();
        assertTrue(leaf.length() <= 16_384);
        assertTrue(leaf.contains("\"rules\":[\"rule-0\",\"rule-1\""), leaf);
        assertTrue(leaf.contains("\"truncated\":{\"rules\":5000}"), leaf);
    }
}
