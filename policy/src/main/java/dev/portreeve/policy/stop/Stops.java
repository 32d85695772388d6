package dev.portreeve.policy.stop;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.JournalEntry;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.signal.PostgresNotifications;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whose calls are refused, and the calls that run here. A stop is one row and one record in one transaction; every gateway hears
 * of it when that commits (NOTIFY), or finds it when it looks, once a second. Thread-safe; {@link #begin} never blocks.
 */
public final class Stops implements PostgresNotifications.Listener {
    /** On which PostgreSQL says that the stops have changed. */
    public static final String CHANNEL = "portreeve_stops";

    private static final Logger LOG = LoggerFactory.getLogger(Stops.class);

    private final @Nullable PostgresStops rows;
    private final @Nullable AuditLog audit;
    private final Set<RunningCall> running = ConcurrentHashMap.newKeySet();
    private volatile List<Stop> inForce = List.of();
    private long revision = -2;

    private Stops(@Nullable PostgresStops rows, @Nullable AuditLog audit) {
        this.rows = rows;
        this.audit = audit;
    }

    /** For a recipe that nobody can stop. */
    public static Stops none() {
        return new Stops(null, null);
    }

    /** @param database a pool with the application's role */
    public static Stops on(DataSource database, AuditLog audit) {
        return new Stops(new PostgresStops(database), audit);
    }

    /** What became of a wish to stop or resume somebody. */
    public sealed interface Result {
        /** It is so now. */
        record Done(@Nullable Stop before, @Nullable Stop after) implements Result {}

        /** There is nobody of that name. */
        record Unknown() implements Result {}
    }

    /**
     * Refuses all calls of an owner from now on and cuts those that run; here at once, elsewhere as soon as they hear.
     *
     * @param actor who wants it, for the record
     * @throws dev.portreeve.audit.EvidenceUnavailable if it cannot be recorded; then nothing has changed
     */
    public Result stop(StopOwner owner, Stop.Cause cause, String reason, String actor) {
        return change(StopPosting.stop(owner, cause, checked(reason), actor), "stop");
    }

    /** Lets an owner's calls run again; the same otherwise. */
    public Result resume(StopOwner owner, String reason, String actor) {
        return change(StopPosting.resume(owner, checked(reason), actor), "resume");
    }

    /**
     * The same, if exactly this stop is still in force: not if somebody else resumed its owner, or stopped it once more.
     *
     * @param expected as it was read
     */
    public Result resume(Stop expected, String reason, String actor) {
        return change(StopPosting.resume(expected, checked(reason), actor), "resume");
    }

    private static String checked(String reason) {
        if (reason.isBlank() || reason.length() > Stop.MAX_REASON) {
            throw new IllegalArgumentException("say why, in at most " + Stop.MAX_REASON + " characters");
        }
        return reason;
    }

    private Result change(StopPosting posting, String action) {
        PostgresStops book = rows;
        AuditLog log = audit;
        if (book == null || log == null) {
            throw new IllegalStateException("nobody can be stopped here");
        }
        log.append(JournalEntry.of(
                        book, posting, () -> posting.isChange() ? List.of(event(posting, action)) : List.of()))
                .await();
        refresh();
        return posting.isKnown() ? new Result.Done(posting.before(), posting.after()) : new Result.Unknown();
    }

    private static AuditEvent event(StopPosting posting, String action) {
        Stop before = posting.before();
        Stop after = posting.after();
        Facts facts = new Facts()
                .put("action", action)
                .put("owner_kind", posting.owner().kind().code())
                .put("owner", posting.owner().id())
                .put("actor", posting.actor())
                .put("reason", posting.reason())
                .put("before", before == null ? new Facts() : before.facts())
                .put("after", after == null ? new Facts() : after.facts());
        return new AuditEvent(posting.owner().tenant(), EventKind.ADMIN_ACTION, null, facts);
    }

    /** Who is stopped, as far as this gateway knows. */
    public List<Stop> inForce() {
        return inForce;
    }

    /**
     * Looks whether anybody was stopped or resumed, and cuts the calls of who was stopped. Looking costs one row.
     *
     * @throws IllegalStateException if the database does not answer; what was known stays
     */
    public synchronized void refresh() {
        PostgresStops book = rows;
        if (book == null) {
            return;
        }
        try {
            // Before the stops: what changes in between is read now and once more.
            long now = book.revision();
            if (now == revision) {
                return;
            }
            inForce = book.all();
            revision = now;
        } catch (SQLException away) {
            throw new IllegalStateException(away.getMessage(), away);
        }
        for (RunningCall call : running) {
            Stop by = of(call.subject());
            if (by != null) {
                LOG.info("a running call of {} is cut", by.owner());
                call.cut(by);
            }
        }
    }

    /** Whether calls of this subject are refused, as far as this gateway knows. */
    public boolean isStopped(Subject subject) {
        return of(subject) != null;
    }

    private @Nullable Stop of(Subject subject) {
        for (Stop stop : inForce) {
            if (stop.owner().isAbove(subject)) {
                return stop;
            }
        }
        return null;
    }

    /**
     * Begins a call, which a stop may cut from now on.
     *
     * @return a scope, to be closed when the call has ended
     * @throws CallEnded with a {@code STOP} denial if its subject is stopped
     */
    public RunningCall begin(GovernedCall call) throws CallEnded {
        RunningCall begun = new RunningCall(this, call.subject());
        // Before the look: a stop that comes between them finds it.
        running.add(begun);
        boolean let = false;
        try {
            Stop by = inForce.isEmpty() ? null : of(call.subject());
            if (by != null) {
                begun.cut(by);
            }
            begun.requireRunning();
            let = true;
            return begun;
        } finally {
            if (!let) {
                running.remove(begun);
            }
        }
    }

    void ended(RunningCall call) {
        running.remove(call);
    }

    @Override
    public void notified(String payload) {
        refresh();
    }

    @Override
    public void connected() {
        refresh();
    }
}
