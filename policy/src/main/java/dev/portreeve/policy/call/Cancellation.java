package dev.portreeve.policy.call;

import org.jspecify.annotations.Nullable;

/**
 * Lets another thread stop a call that waits for its upstream. It interrupts only while {@link Upstream#execute} runs and
 * leaves no interrupt behind: on a virtual thread an interrupt closes the socket in use, and outside {@code execute} that
 * could be the database's.
 */
public final class Cancellation {
    private @Nullable Thread executing;
    private boolean cancelled;
    private boolean left;

    /** Ends the wait of a running {@code execute}; without one, the next {@code execute} ends at once. Any thread. */
    public synchronized void cancel() {
        cancelled = true;
        if (executing != null) {
            executing.interrupt();
        }
    }

    public synchronized boolean isCancelled() {
        return cancelled;
    }

    /**
     * The caller hears nothing of the call for now, although it did not cancel it: what runs goes on, but what waits for a person waits no
     * longer. Any thread.
     */
    public synchronized void left() {
        left = true;
    }

    private synchronized boolean isAwaited() {
        return !cancelled && !left;
    }

    /** Wraps an upstream so that {@link #cancel} can stop it; a call stopped this way ends as abandoned. */
    public <C extends Output<C>> Upstream<C> guard(Upstream<C> upstream) {
        return new Upstream<>() {
            @Override
            public Usage execute(Clearance cleared, OutputSink<C> out) throws CallEnded {
                return executed(upstream, cleared, out);
            }

            @Override
            public boolean isAwaited() {
                return Cancellation.this.isAwaited() && upstream.isAwaited();
            }
        };
    }

    private <C extends Output<C>> Usage executed(Upstream<C> upstream, Clearance cleared, OutputSink<C> out)
            throws CallEnded {
        begin();
        try {
            return upstream.execute(cleared, out);
        } catch (CallEnded ended) {
            throw isCancelled() ? new CallEnded(new CallOutcome.Abandoned()) : ended;
        } finally {
            end();
        }
    }

    private synchronized void begin() throws CallEnded {
        if (cancelled) {
            throw new CallEnded(new CallOutcome.Abandoned());
        }
        executing = Thread.currentThread();
    }

    private synchronized void end() {
        executing = null;
        // Clears the flag even when cancel() came too late to stop anything.
        boolean ignored = Thread.interrupted();
    }
}
