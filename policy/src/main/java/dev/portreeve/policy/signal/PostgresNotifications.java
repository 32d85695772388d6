package dev.portreeve.policy.signal;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears what any process says with {@code NOTIFY} (or {@code pg_notify}) on the shared database: one connection of its own and
 * one thread for all channels of a process. PostgreSQL sends a notification when the transaction that said it commits, and
 * forgets it if nobody listens then, so each listener also hears when something may have been missed, and whoever must not
 * miss anything also looks by itself now and then: a pooler between this process and the database may keep notifications from it.
 *
 * <p>Make one, say what to {@link #listen} to, {@link #start} it, and close it before the database. Thread-safe.
 */
public final class PostgresNotifications implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresNotifications.class);
    private static final Pattern CHANNEL = Pattern.compile("[a-z][a-z_]{0,62}");
    /** How long a close waits for the thread to look up from its socket; a wait costs the database nothing. */
    private static final Duration TURN = Duration.ofMillis(200);
    /** A line that is cut without a word is found by asking. */
    private static final Duration PROBE_EVERY = Duration.ofSeconds(5);

    private static final int PROBE_SECONDS = 2;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final Duration END_WAIT = Duration.ofSeconds(10);

    private final DataSource database;
    private final Map<String, Listener> listeners = new LinkedHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private final Thread thread;
    private boolean started;
    private volatile boolean closed;

    /**
     * Whoever wants to hear of a channel. Called on the one thread of all channels: be quick, hand longer work over. What it
     * throws is logged and goes no further.
     */
    public interface Listener {
        /** @param payload what was said, at most 8,000 bytes; may be empty */
        void notified(String payload);

        /** From now on everything is heard; what was said before this moment may not have been. At the first connection too. */
        void connected();
    }

    /** @param database opens a new connection at each request, for this one is kept as long as it holds */
    public PostgresNotifications(DataSource database) {
        this.database = database;
        this.thread =
                Thread.ofPlatform().name("database-notifications").daemon().unstarted(this::loop);
    }

    /**
     * Adds a channel, before the start.
     *
     * @param channel lower-case letters and underscores
     */
    public void listen(String channel, Listener listener) {
        if (!CHANNEL.matcher(channel).matches()) {
            throw new IllegalArgumentException("\"" + channel + "\" is no channel: use lower-case letters and _");
        }
        lock.lock();
        try {
            if (started) {
                throw new IllegalStateException("channels are added before the start");
            }
            if (listeners.putIfAbsent(channel, listener) != null) {
                throw new IllegalArgumentException("somebody listens to channel \"" + channel + "\" already");
            }
        } finally {
            lock.unlock();
        }
    }

    /** Begins to connect and to hear; returns at once. */
    public void start() {
        lock.lock();
        try {
            started = true;
        } finally {
            lock.unlock();
        }
        thread.start();
    }

    private void loop() {
        Duration pause = FIRST_PAUSE;
        while (!closed) {
            boolean heard = false;
            try (Connection connection = database.getConnection()) {
                subscribe(connection);
                heard = true;
                listeners.forEach((channel, listener) -> tell(channel, listener::connected));
                hear(connection);
            } catch (SQLException lost) {
                pause = heard ? FIRST_PAUSE : longer(pause);
                if (!closed) {
                    LOG.warn("nothing is heard from other replicas, trying again: {}", lost.getMessage());
                    rest(pause);
                }
            }
        }
    }

    private static Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
    }

    private void subscribe(Connection connection) throws SQLException {
        connection.setAutoCommit(true);
        try (Statement statement = connection.createStatement()) {
            for (String channel : listeners.keySet()) {
                statement.execute("LISTEN " + statement.enquoteIdentifier(channel, true));
            }
        }
    }

    private void hear(Connection connection) throws SQLException {
        PGConnection postgres = connection.unwrap(PGConnection.class);
        long probed = System.nanoTime();
        while (!closed) {
            PGNotification[] notifications = postgres.getNotifications(Math.toIntExact(TURN.toMillis()));
            if (notifications != null) {
                for (PGNotification each : notifications) {
                    Listener listener = listeners.get(each.getName());
                    if (listener != null) {
                        tell(each.getName(), () -> listener.notified(each.getParameter()));
                    }
                }
            }
            if (System.nanoTime() - probed >= PROBE_EVERY.toNanos()) {
                if (!connection.isValid(PROBE_SECONDS)) {
                    throw new SQLException("the connection is dead");
                }
                probed = System.nanoTime();
            }
        }
    }

    private static void tell(String channel, Runnable call) {
        try {
            call.run();
        } catch (RuntimeException failed) {
            LOG.warn("word on channel {} could not be taken: {}", channel, failed.toString());
        }
    }

    private void rest(Duration pause) {
        lock.lock();
        try {
            long left = pause.toNanos();
            while (!closed && left > 0) {
                left = ended.awaitNanos(left);
            }
        } catch (InterruptedException stop) {
            closed = true;
        } finally {
            lock.unlock();
        }
    }

    /** Lets go of the connection; waits for a listener that is being told something. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            ended.signalAll();
            if (!started) {
                return;
            }
        } finally {
            lock.unlock();
        }
        try {
            if (!thread.join(END_WAIT)) {
                LOG.warn(
                        "{} did not end within {} s",
                        thread.getName(),
                        TimeUnit.NANOSECONDS.toSeconds(END_WAIT.toNanos()));
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
