package dev.portreeve.hub.outbound;

import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.call.Deadline;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Closes the connection in use when the time is over, which ends the wait of whoever uses it. Ends with the answer's head. */
final class Watch implements AutoCloseable {
    private final Deadline deadline;
    private final AtomicReference<@Nullable Connection> watched = new AtomicReference<>();
    private final AlarmClock.Alarm alarm;

    Watch(AlarmClock alarms, Deadline deadline) {
        this.deadline = deadline;
        this.alarm = alarms.after(deadline.remaining(), this::ring);
    }

    private void ring() {
        Connection late = watched.getAndSet(null);
        if (late != null) {
            late.close();
        }
    }

    /** @throws OutOfTime if it is too late for this connection */
    void over(Connection connection) throws OutOfTime {
        watched.set(connection);
        if (deadline.isPast()) {
            connection.close();
            throw new OutOfTime("there was no answer in time");
        }
    }

    /**
     * Ends the watch, before the connection may serve another request.
     *
     * @throws OutOfTime if the connection has been closed
     */
    void release() throws OutOfTime {
        if (watched.getAndSet(null) == null) {
            throw new OutOfTime("there was no answer in time");
        }
    }

    /** @throws OutOfTime if that is why something failed */
    void requireTime(IOException failed) throws OutOfTime {
        if (deadline.isPast() && !Thread.currentThread().isInterrupted()) {
            OutOfTime late = new OutOfTime("there was no answer in time");
            late.initCause(failed);
            throw late;
        }
    }

    @Override
    public void close() {
        alarm.close();
    }
}
