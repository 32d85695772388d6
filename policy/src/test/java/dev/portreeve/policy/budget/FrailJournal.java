package dev.portreeve.policy.budget;

import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.audit.Journal;
import dev.portreeve.audit.JournalEntry;
import dev.portreeve.audit.Receipt;
import dev.portreeve.policy.budget.FaultyJournal.Fault;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** The journal of a replica in a history: what a call appends next may go wrong, and at last nothing arrives any more. */
final class FrailJournal implements Journal {
    private final Journal journal;
    private final AtomicReference<Break> next = new AtomicReference<>();
    private final AtomicInteger settlements = new AtomicInteger();
    private final Defect defect;
    private volatile boolean cut;

    /** What a replica does wrong, so that it is seen that a history finds it. */
    enum Defect {
        NONE,
        /** It says of every third settlement that it is stored. */
        LOSES_SETTLEMENTS,
        /** What calls drew from a lease it gives out again. */
        FORGETS_DRAWS
    }

    private record Break(UUID call, Fault how) {
        /** What housekeeping appends for the same call is not meant. */
        boolean means(JournalEntry<?> entry) {
            return switch (entry.posting()) {
                case CallPosting posting -> call.equals(posting.callId());
                case null -> call.equals(entry.events().get().getFirst().callId());
                default -> false;
            };
        }
    }

    FrailJournal(Journal journal, Defect defect) {
        this.journal = journal;
        this.defect = defect;
    }

    /** The next entry of this call goes wrong; {@code null}: after all it does not. */
    void breakNext(UUID call, Fault how) {
        next.set(how == null ? null : new Break(call, how));
    }

    /** The process is dying: what it still appends is lost, and it hears nothing any more. */
    void cut() {
        cut = true;
    }

    boolean isCut() {
        return cut;
    }

    @Override
    public Receipt append(JournalEntry<?> entry) {
        return broken(entry) ? lost() : journal.append(entry);
    }

    @Override
    public Receipt appendAhead(JournalEntry<?> entry) {
        return broken(entry) ? lost() : journal.appendAhead(entry);
    }

    @Override
    public Receipt appendUnhurried(JournalEntry<?> entry) {
        return broken(entry) ? lost() : journal.appendUnhurried(entry);
    }

    private Receipt lost() {
        return new Answer(!cut && defect == Defect.LOSES_SETTLEMENTS);
    }

    /** Whether the entry is not to go its way any more. */
    private boolean broken(JournalEntry<?> entry) {
        if (cut) {
            return true;
        }
        Break meant = next.get();
        if (meant == null || !meant.means(entry) || !next.compareAndSet(meant, null)) {
            return defect == Defect.LOSES_SETTLEMENTS
                    && entry.posting() instanceof Settlement
                    && settlements.incrementAndGet() % 3 == 0;
        }
        return switch (meant.how()) {
            case REFUSED -> throw new EvidenceUnavailable("the history wants this entry refused");
            case FAILS -> true;
            case FAILS_BUT_PERSISTED -> {
                journal.append(entry).await();
                yield true;
            }
        };
    }

    private record Answer(boolean lie) implements Receipt {
        @Override
        public void await() {
            if (!lie) {
                throw new EvidenceUnavailable("the history wants this entry to fail");
            }
        }

        @Override
        public boolean isDurable() {
            return lie;
        }

        @Override
        public List<UUID> recordIds() {
            throw new IllegalStateException("not durable");
        }
    }
}
