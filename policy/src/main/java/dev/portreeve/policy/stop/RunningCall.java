package dev.portreeve.policy.stop;

import dev.portreeve.policy.call.Attempts;
import dev.portreeve.policy.call.BudgetState;
import dev.portreeve.policy.call.CacheHit;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Clearance;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.Output;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.Upstream;
import dev.portreeve.policy.call.Usage;
import org.jspecify.annotations.Nullable;

/**
 * A call from its first step to its end, as a scope, that a stop can cut. It is interrupted only while it waits for its upstream,
 * never while something is written to its caller, for an interrupt closes the socket in use, and the caller is to read why.
 */
public final class RunningCall implements AutoCloseable {
    private final Stops stops;
    private final Subject subject;
    private @Nullable Thread waiting;
    private @Nullable Stop stopped;

    RunningCall(Stops stops, Subject subject) {
        this.stops = stops;
        this.subject = subject;
    }

    Subject subject() {
        return subject;
    }

    /** Ends the call as soon as it can be told. Any thread. */
    synchronized void cut(Stop by) {
        stopped = by;
        if (waiting != null) {
            waiting.interrupt();
        }
    }

    /** Ends the call here if it is stopped. */
    public void requireRunning() throws CallEnded {
        Stop by = stopped();
        if (by != null) {
            throw ended(by);
        }
    }

    /**
     * As what a call ends that broke off before it ran.
     *
     * @return the refusal, if it is stopped and would have ended with a ticket
     */
    public CallEnded ending(CallEnded ended) {
        Stop by = stopped();
        return by != null && ended.outcome() instanceof CallOutcome.AwaitingApproval ? ended(by) : ended;
    }

    private synchronized @Nullable Stop stopped() {
        return stopped;
    }

    private static CallEnded ended(Stop by) {
        return new CallEnded(new CallOutcome.Denied(
                new Denial(Denial.Stage.STOP, Denial.Reason.STOPPED, by.owner() + " is stopped: " + by.reason())));
    }

    /** Wraps an upstream so that a stop ends it; what it then throws, or would throw, becomes the refusal. */
    public <C extends Output<C>> Upstream<C> guard(Upstream<C> upstream) {
        return new Upstream<>() {
            @Override
            public Usage execute(Clearance cleared, OutputSink<C> out) throws CallEnded {
                return executed(upstream, cleared, out);
            }

            @Override
            public boolean isAwaited() {
                return stopped() == null && upstream.isAwaited();
            }
        };
    }

    private <C extends Output<C>> Usage executed(Upstream<C> upstream, Clearance cleared, OutputSink<C> out)
            throws CallEnded {
        await();
        try {
            return upstream.execute(cleared.with(new WhileRunning(cleared.attempts())), chunk -> {
                leave();
                out.emit(chunk);
                await();
            });
        } catch (CallEnded ended) {
            Stop by = stopped();
            throw by == null ? ended : ended(by);
        } finally {
            leave();
        }
    }

    private synchronized void await() throws CallEnded {
        requireRunning();
        waiting = Thread.currentThread();
    }

    private synchronized void leave() {
        boolean waited = waiting != null;
        waiting = null;
        if (waited && stopped != null) {
            // Clears the flag when the stop came too late to interrupt anything; the next look finds it.
            boolean ignored = Thread.interrupted();
        }
    }

    /** No further attempt is made for a call that is stopped. */
    private final class WhileRunning implements Attempts {
        private final Attempts attempts;

        WhileRunning(Attempts attempts) {
            this.attempts = attempts;
        }

        @Override
        public void failed(Made made, boolean billable) {
            attempts.failed(made, billable);
        }

        @Override
        public boolean begin(Estimate estimate) {
            return stopped() == null && attempts.begin(estimate);
        }

        @Override
        public boolean fromCache(CacheHit hit) {
            return attempts.fromCache(hit);
        }

        @Override
        public long shortenedTo() {
            return attempts.shortenedTo();
        }

        @Override
        public @Nullable BudgetState left() {
            return attempts.left();
        }

        @Override
        public void last(Made made) {
            attempts.last(made);
        }

        @Override
        public void skipped(Made made) {
            attempts.skipped(made);
        }
    }

    @Override
    public void close() {
        stops.ended(this);
    }
}
