package dev.portreeve.hub.time;

import java.time.Duration;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs something after a while, unless it is called off before. One thread waits for all alarms; each task runs on a fresh
 * virtual thread, so one that blocks holds up nobody. Thread-safe; the number of alarms is bounded by the calls and
 * servers that set them.
 */
public final class AlarmClock implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(AlarmClock.class);
    private final DelayQueue<Alarm> alarms = new DelayQueue<>();
    private final Thread waiting;

    public AlarmClock() {
        waiting = Thread.ofVirtual().name("hub-alarms").start(this::ring);
    }

    /** Sets an alarm; closing what is returned calls it off, if it has not begun. */
    public Alarm after(Duration delay, Runnable task) {
        Alarm alarm = new Alarm(System.nanoTime() + delay.toNanos(), task);
        alarms.add(alarm);
        return alarm;
    }

    private void ring() {
        try {
            while (true) {
                Thread.ofVirtual().name("hub-alarm").start(alarms.take()::run);
            }
        } catch (InterruptedException closed) {
            LOGGER.debug("no more alarms");
        }
    }

    /** Calls off every alarm. Tasks that have begun go on. */
    @Override
    public void close() {
        waiting.interrupt();
        alarms.clear();
    }

    /** Something that will happen. */
    public final class Alarm implements Delayed, AutoCloseable {
        private final long at;
        private final Runnable task;

        private Alarm(long at, Runnable task) {
            this.at = at;
            this.task = task;
        }

        private void run() {
            task.run();
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(at - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }

        // Identity: two alarms at the same moment are two alarms, and removing one must not remove the other.
        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }

        /** Calls it off; without effect once it has begun. Never blocks for the task. */
        @Override
        public void close() {
            alarms.remove(this);
        }
    }
}
