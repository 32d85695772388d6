package dev.portreeve.hub.south;

import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.call.Deadline;
import java.time.Duration;

/** How long an answer is awaited, not counting the time in which a question to the caller is open. Thread-safe. */
final class Patience implements AutoCloseable {
    private final AlarmClock alarms;
    private final Runnable tooLate;
    private Deadline deadline;
    private AlarmClock.Alarm alarm;
    private Duration left = Duration.ZERO;
    private int open;
    private boolean over;

    /** @param tooLate called when it is at its end */
    Patience(AlarmClock alarms, Deadline deadline, Runnable tooLate) {
        this.alarms = alarms;
        this.deadline = deadline;
        this.tooLate = tooLate;
        this.alarm = alarms.after(deadline.remaining(), tooLate);
    }

    synchronized void suspend() {
        if (open++ == 0) {
            left = deadline.remaining();
            alarm.close();
        }
    }

    synchronized void resume() {
        if (--open == 0 && !over) {
            deadline = Deadline.in(left);
            alarm = alarms.after(left, tooLate);
        }
    }

    synchronized boolean isPast() {
        return open == 0 && deadline.isPast();
    }

    @Override
    public synchronized void close() {
        over = true;
        alarm.close();
    }
}
