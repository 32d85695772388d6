package dev.portreeve.policy.budget;

import java.util.UUID;
import java.util.function.Supplier;

/** A replica of a history, with its housekeeping and its ear for the others. */
final class HistoryReplica implements AutoCloseable {
    final PostgresPurse purse;
    final FrailJournal journal;
    /** As its journal sees it. */
    final FrailDatabase database;

    final LeaseSweeper sweeper;
    /** Hears what other replicas say. */
    final LeaseRecalls recalls;

    private final BudgetNews news;
    private volatile boolean deaf;

    HistoryReplica(PostgresPurse observer, FrailJournal.Defect defect, Supplier<UUID> ids) {
        FrailJournal[] made = new FrailJournal[1];
        database = new FrailDatabase(observer.database.app().dataSource());
        purse = observer.replica(real -> made[0] = new FrailJournal(real, defect), database.dataSource());
        journal = made[0];
        sweeper = new LeaseSweeper(purse.database.app().dataSource(), purse.audit(), purse.ledger, ids);
        recalls = new LeaseRecalls(sweeper);
        news = new BudgetNews(purse.budgets(), sweeper);
    }

    /** It has not heard what was said of the budgets last. */
    void missesTheNews() {
        deaf = true;
    }

    /** It looks what is said of the budgets. */
    void hears() {
        news.look();
        deaf = false;
    }

    boolean isDeaf() {
        return deaf;
    }

    UUID id() {
        return purse.ledger.leases().replica();
    }

    /** Whether what it does arrives anywhere. */
    boolean lives() {
        return !journal.isCut();
    }

    @Override
    public void close() {
        purse.close();
    }
}
