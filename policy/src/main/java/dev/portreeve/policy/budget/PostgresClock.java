package dev.portreeve.policy.budget;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.function.LongSupplier;
import javax.sql.DataSource;

/**
 * The time by the database's clock, which all replicas share: it decides which window a call falls into. Asked for now and then;
 * in between, this process counts on from the answer by its monotonic clock. So what the machine's calendar says, and
 * whether somebody sets it, does not matter here. Thread-safe; {@link #instant} never blocks.
 */
public final class PostgresClock implements InstantSource {
    private final DataSource database;
    private final LongSupplier nanoTime;
    private volatile Mark mark;

    /**
     * What the database said when the monotonic clock stood there.
     *
     * @param doubt how far it may be off, because the answer took its time
     */
    private record Mark(Instant then, long at, Duration doubt) {
        Instant on(long now) {
            return then.plusNanos(now - at);
        }
    }

    /**
     * Asks the database at once.
     *
     * @param nanoTime a clock that only goes on, such as {@link System#nanoTime}
     * @throws IllegalStateException if the database does not answer
     */
    public PostgresClock(DataSource database, LongSupplier nanoTime) {
        this.database = database;
        this.nanoTime = nanoTime;
        this.mark = ask();
    }

    private Mark ask() {
        try (Connection connection = database.getConnection();
                PreparedStatement ask = connection.prepareStatement("SELECT clock_timestamp()")) {
            long before = nanoTime.getAsLong();
            try (ResultSet row = ask.executeQuery()) {
                long after = nanoTime.getAsLong();
                if (!row.next()) {
                    throw new IllegalStateException("the database does not say what time it is");
                }
                Instant said = row.getObject(1, OffsetDateTime.class).toInstant();
                long half = (after - before) / 2;
                return new Mark(said, before + half, Duration.ofNanos(half));
            }
        } catch (SQLException away) {
            throw new IllegalStateException(away.getMessage(), away);
        }
    }

    /**
     * Asks again. As long as the answer is what was expected, within the time it took, nothing changes: so time does not jump
     * with every answer that was slow.
     *
     * @throws IllegalStateException if the database does not answer; this clock goes on
     */
    public void set() {
        Mark newest = ask();
        Duration off = Duration.between(newest.then(), mark.on(newest.at())).abs();
        if (off.compareTo(newest.doubt()) > 0) {
            mark = newest;
        }
    }

    @Override
    public Instant instant() {
        return mark.on(nanoTime.getAsLong());
    }
}
