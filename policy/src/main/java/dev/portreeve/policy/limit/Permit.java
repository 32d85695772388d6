package dev.portreeve.policy.limit;

import dev.portreeve.policy.call.Allowance;
import dev.portreeve.policy.call.Usage;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What one call took of the limits above it, as a scope: closing it frees its slots and gives back the tokens it did not use.
 * For the call's thread.
 */
public final class Permit implements AutoCloseable {
    /** Of a call that nothing limits. */
    public static final Permit UNLIMITED = new Permit(List.of(), null, System::nanoTime);

    private final List<Taken> taken;
    private final @Nullable Allowance allowance;
    private final LongSupplier nanos;
    private long used;
    private boolean ran;
    private boolean closed;

    /** So many of one share. */
    record Taken(Share share, long units) {}

    Permit(List<Taken> taken, @Nullable Allowance allowance, LongSupplier nanos) {
        this.taken = taken;
        this.allowance = allowance;
        this.nanos = nanos;
    }

    /** What is left now that the call was admitted; {@code null} if no limit counts requests or tokens. */
    public @Nullable Allowance allowance() {
        return allowance;
    }

    /**
     * Says what the call used; without a word it used nothing.
     *
     * @param usage {@code null} for nothing
     */
    public void used(@Nullable Usage usage) {
        if (usage != null) {
            long input = Math.min(usage.inputTokens(), Long.MAX_VALUE / 2);
            used = input + Math.min(usage.outputTokens(), Long.MAX_VALUE / 2);
        }
    }

    /** Says that the call runs now; what never does is given back to the rules that limit it. */
    public void runs() {
        if (!taken.isEmpty()) {
            ran = true;
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (taken.isEmpty()) {
            return;
        }
        long now = nanos.getAsLong();
        for (Taken each : taken) {
            switch (each.share().limit().unit()) {
                case REQUESTS -> {
                    // The call came, however it ended; but a rule counts what ran, not what waited for a person.
                    if (!ran && each.share().limit().isOfRule()) {
                        each.share().giveBack(each.units(), now);
                    }
                }
                case CONCURRENCY -> each.share().giveBack(each.units(), now);
                case TOKENS -> correct(each, now);
            }
        }
    }

    private void correct(Taken each, long now) {
        if (used < each.units()) {
            each.share().giveBack(each.units() - used, now);
        } else if (used > each.units()) {
            each.share()
                    .charge(Math.min(used - each.units(), each.share().limit().burst()), now);
        }
    }
}
