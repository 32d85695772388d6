package dev.portreeve.policy.budget;

import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.audit.Journal;
import dev.portreeve.audit.JournalEntry;
import dev.portreeve.audit.Receipt;
import java.util.List;
import java.util.UUID;

/** A journal whose n-th entry goes wrong in one of the ways a database can. */
final class FaultyJournal implements Journal {
    /** What goes wrong. */
    enum Fault {
        /** The entry is not taken. */
        REFUSED,
        /** The entry is taken and never stored. */
        FAILS,
        /** The entry is stored, and nobody hears of it. */
        FAILS_BUT_PERSISTED
    }

    private final Journal journal;
    private int countdown = -1;
    private Fault fault = Fault.FAILS;

    FaultyJournal(Journal journal) {
        this.journal = journal;
    }

    /** @param nth 0: the next entry */
    void breakEntry(int nth, Fault how) {
        countdown = nth;
        fault = how;
    }

    @Override
    public Receipt append(JournalEntry<?> entry) {
        if (countdown-- != 0) {
            return journal.append(entry);
        }
        return switch (fault) {
            case REFUSED -> throw new EvidenceUnavailable("the test wants this entry refused");
            case FAILS -> new Unheard();
            case FAILS_BUT_PERSISTED -> {
                journal.append(entry).await();
                yield new Unheard();
            }
        };
    }

    @Override
    public Receipt appendUnhurried(JournalEntry<?> entry) {
        return append(entry);
    }

    private record Unheard() implements Receipt {
        @Override
        public void await() {
            throw new EvidenceUnavailable("the test wants this entry to fail");
        }

        @Override
        public boolean isDurable() {
            return false;
        }

        @Override
        public List<UUID> recordIds() {
            throw new IllegalStateException("not durable");
        }
    }
}
