package dev.portreeve.policy.budget;

import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Output;
import dev.portreeve.policy.call.TextRun;
import dev.portreeve.policy.call.Upstream;
import dev.portreeve.policy.call.Usage;
import org.jspecify.annotations.Nullable;

/**
 * Knows at any moment what a call is charged. Where the upstream reports its usage, that counts. Where it does not, or the
 * call ended early, the charge is an upper bound, so that a budget errs on the safe side: the input as estimated, and one
 * output token for each byte of text that came (tokens of a byte-level vocabulary are never shorter), up to the output
 * limit that was enforced anyway. Reasoning that a provider bills but does not show cannot be seen here.
 */
final class Meter {
    private final Estimate estimate;
    private final NanoUsd worstCase;
    private boolean started;
    private boolean emitted;
    private boolean free;
    private long outputBytes;
    private @Nullable Usage reported;

    Meter(Estimate estimate, NanoUsd worstCase) {
        this.estimate = estimate;
        this.worstCase = worstCase;
    }

    <C extends Output<C>> Upstream<C> around(Upstream<C> upstream) {
        return (cleared, out) -> {
            started = true;
            try {
                Usage said = upstream.execute(cleared, chunk -> {
                    count(chunk);
                    out.emit(chunk);
                });
                reported = said.basis() == Usage.Basis.ESTIMATED ? null : said;
                return usage();
            } catch (CallEnded ended) {
                // Seen and passed on: only the ending says whether the provider may charge for it.
                free = !emitted
                        && ended.outcome() instanceof CallOutcome.Failed failed
                        && !failed.fault().billable();
                throw ended;
            }
        };
    }

    /** What is charged by what is known now. Never throws. */
    Charge charge() {
        if (!started || free) {
            return Charge.NOTHING;
        }
        Usage usage = usage();
        if (usage.basis() == Usage.Basis.UNFINISHED) {
            return new Charge(usage, NanoUsd.ZERO);
        }
        try {
            // What nobody reported may have been of the dearest sort.
            NanoUsd cost = usage.basis() == Usage.Basis.ESTIMATED
                    ? estimate.price().atMost(usage.inputTokens(), usage.outputTokens())
                    : estimate.price().of(usage);
            return new Charge(usage, cost);
        } catch (ArithmeticException absurd) {
            // More than 64 bits of nano-dollars is no bill but garbage: the whole hold is charged, and marked.
            return new Charge(
                    new Usage(estimate.inputTokens(), 0, estimate.outputTokens(), Usage.Basis.ASSUMED), worstCase);
        }
    }

    private Usage usage() {
        if (reported != null) {
            return reported;
        }
        long output = Math.min(outputBytes, estimate.outputTokens());
        return new Usage(estimate.inputTokens(), 0, output, Usage.Basis.ESTIMATED);
    }

    private void count(Output<?> chunk) {
        emitted = true;
        long repeated = 0;
        for (TextRun run : chunk.text()) {
            long length = utf8Length(run.text());
            if (run.repeat()) {
                repeated += length;
            } else {
                outputBytes += length;
            }
        }
        // A provider that says a text only where it should repeat it has produced it all the same.
        outputBytes = Math.max(outputBytes, repeated);
    }

    /** Without encoding: surrogates count two bytes each, which makes the pair's four. */
    static long utf8Length(String text) {
        long bytes = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                bytes += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
            }
        }
        return bytes;
    }
}
