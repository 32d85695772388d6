package dev.portreeve.policy.budget;

import dev.portreeve.audit.Facts;
import dev.portreeve.policy.call.Attempts;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.HostedService;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Output;
import dev.portreeve.policy.call.TextRun;
import dev.portreeve.policy.call.TokenCount;
import dev.portreeve.policy.call.Upstream;
import dev.portreeve.policy.call.UpstreamFault;
import dev.portreeve.policy.call.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Knows at any moment what a call is charged. Where the upstream reports its usage, that counts. Where it does not, or the
 * call ended early, the charge is an upper bound, so that a budget errs on the safe side: the input as estimated, and one
 * output token for each byte of text that came (tokens of a byte-level vocabulary are never shorter), up to the output
 * limit that was enforced anyway. Where it had reported something before the call ended, its input is as reported, and its
 * output the larger of what it reported and what came. Where nobody here would see its end, the most it can become is charged until
 * that end is seen. Reasoning that a provider bills but neither shows nor reports cannot be
 * seen here. Where the model has a tokenizer and the answer was short enough to be kept, what came is counted by it instead.
 *
 * <p>A call may try several times. What the failed attempts are charged stays, and the next one is counted anew.
 */
final class Meter {
    private static final int MAX_LINES = 12;
    /** A provider that states more than so many times the worst that was held states something else than dollars. */
    private static final int ABSURD = 100;

    private final List<Facts> lines = new ArrayList<>(0);
    private Estimate estimate;
    private NanoUsd worstCase;
    private final long requests;
    private NanoUsd before = NanoUsd.ZERO;
    private long tokensBefore;
    private boolean ranBefore;
    private @Nullable Usage billedBefore;
    private Attempts.@Nullable Made last;
    private boolean over;
    private boolean started;
    private boolean emitted;
    private boolean free;
    private long outputBytes;
    private long resultBytes;
    private KeptTexts kept = new KeptTexts();
    private @Nullable Usage counted;
    private @Nullable Usage reported;
    private @Nullable Usage soFar;
    private boolean saidAll;
    /** What the last usage that was priced costs: a call's end asks several times. */
    private @Nullable Charge priced;

    /** @param worst what the call can take at most: it counts as no more requests than these */
    Meter(Estimate estimate, Load worst) {
        this.estimate = estimate;
        this.worstCase = worst.money();
        this.requests = worst.requests();
    }

    <C extends Output<C>> Upstream<C> around(Upstream<C> upstream) {
        return around(upstream, Attempts.UNPAID);
    }

    /** @param attempts what the upstream is given for attempts after its first one */
    <C extends Output<C>> Upstream<C> around(Upstream<C> upstream, Attempts attempts) {
        return (cleared, out) -> {
            started = true;
            try {
                Usage said = upstream.execute(cleared.with(attempts), chunk -> {
                    resultBytes = Balance.saturated(resultBytes, chunk.pricedBytes());
                    if (chunk.isSilent()) {
                        hear(chunk);
                    } else {
                        count(chunk);
                        out.emit(chunk);
                    }
                });
                reported = said.basis() == Usage.Basis.ESTIMATED ? null : said;
                return usage();
            } catch (CallEnded ended) {
                // Seen and passed on: only the ending says whether the provider may charge for it.
                free = !over && !emitted && isFree(ended.outcome());
                if (ended.outcome() instanceof CallOutcome.Failed(UpstreamFault fault)
                        && fault.kind() == UpstreamFault.Kind.TOO_LARGE
                        && estimate.quote().countsResult()) {
                    // So much came that nobody counted it: the most that there may be.
                    resultBytes = estimate.quote().mostResultBytes();
                }
                throw ended;
            }
        };
    }

    /** Whether the upstream can have done nothing that it charges for. */
    private static boolean isFree(CallOutcome.Incomplete outcome) {
        return switch (outcome) {
            case CallOutcome.Pending ignored -> true;
            case CallOutcome.Failed failed -> !failed.fault().billable();
            // Of items that were never sent; any other came from something that the upstream said.
            case CallOutcome.Denied denied -> denied.denial().reason() == Denial.Reason.BATCH_REFUSED;
            case CallOutcome.AwaitingApproval ignored -> false;
            case CallOutcome.Abandoned ignored -> false;
        };
    }

    /** The attempt under way failed; nothing of it counts any more but what it is charged. */
    void failed(Attempts.Made made, boolean billable) {
        free = !emitted && !billable;
        Charge charge = attempt();
        before = sum(before, charge.cost());
        tokensBefore = Balance.saturated(tokensBefore, tokens(charge));
        ranBefore |= ran(charge);
        billedBefore = charge.usage() == null ? billedBefore : charge.usage();
        line(made, charge.cost());
        over = true;
    }

    /** What a next attempt needs held: the worst it can cost, beside what is charged by now; {@code null} beyond 64 bits. */
    @Nullable
    Load needed(Estimate next) {
        try {
            long tokens = Balance.saturated(tokensBefore, Load.tokens(next));
            return new Load(before.plus(next.worstCase()), tokens, requests);
        } catch (ArithmeticException beyond) {
            return null;
        }
    }

    /** Another attempt begins, and all that comes is its. */
    void begin(Estimate next) {
        estimate = next;
        worstCase = next.worstCase();
        over = false;
        free = false;
        emitted = false;
        priced = null;
        outputBytes = 0;
        resultBytes = 0;
        kept = new KeptTexts();
        counted = null;
        reported = null;
        soFar = null;
        saidAll = false;
    }

    void last(Attempts.Made made) {
        last = made;
    }

    void skipped(Attempts.Made made) {
        line(made, null);
    }

    private void line(Attempts.Made made, @Nullable NanoUsd charged) {
        if (lines.size() < MAX_LINES) {
            lines.add(BudgetFacts.attempt(made, charged, estimate.price().version()));
        }
    }

    /** What the record says of several attempts; nothing where there was one only, and nothing to say of it. Asked for once. */
    List<Facts> lines() {
        Attempts.Made unfinished = last;
        if (unfinished != null && !over) {
            line(unfinished, attempt().cost());
        }
        return lines;
    }

    /** How many bytes of a result that is priced by them came. */
    long resultBytes() {
        return resultBytes;
    }

    /** What is charged by what is known now, all attempts together. Never throws. */
    Charge charge() {
        if (over) {
            return new Charge(billedBefore, before);
        }
        Charge now = attempt();
        if (before.isZero()) {
            return now;
        }
        NanoUsd computed = now.computed();
        return new Charge(
                now.usage() == null ? billedBefore : now.usage(),
                sum(before, now.cost()),
                computed == null ? null : sum(before, computed));
    }

    /** The same, in everything that budgets count. Never throws. */
    Load spent() {
        if (over) {
            return new Load(before, tokensBefore, ranBefore ? requests : 0);
        }
        Charge now = attempt();
        return new Load(
                sum(before, now.cost()),
                Balance.saturated(tokensBefore, tokens(now)),
                ranBefore || ran(now) ? requests : 0);
    }

    private static boolean ran(Charge charge) {
        return charge.usage() != null && charge.usage().basis() != Usage.Basis.UNFINISHED;
    }

    private static long tokens(Charge charge) {
        Usage usage = charge.usage();
        return usage == null ? 0 : Balance.saturated(usage.inputTokens(), usage.outputTokens());
    }

    private static NanoUsd sum(NanoUsd a, NanoUsd b) {
        boolean beyond = a.nanos() > Long.MAX_VALUE - b.nanos();
        return beyond ? new NanoUsd(Long.MAX_VALUE) : a.plus(b);
    }

    private Charge attempt() {
        if (!started || free) {
            return Charge.NOTHING;
        }
        Usage usage = usage();
        Charge known = priced;
        if (known == null || !usage.equals(known.usage())) {
            known = charge(usage);
            priced = known;
        }
        return known;
    }

    private Charge charge(Usage usage) {
        if (usage.basis() == Usage.Basis.UNFINISHED) {
            return new Charge(usage, NanoUsd.ZERO);
        }
        NanoUsd stated = usage.apart().stated();
        if (stated != null && usage.basis() == Usage.Basis.REPORTED && isBelieved(stated)) {
            return new Charge(usage, stated, computed(usage));
        }
        try {
            NanoUsd cost = switch (usage.basis()) {
                case REPORTED, UNFINISHED, BEGUN, CACHED -> estimate.price().of(usage);
                case ASSUMED -> estimate.atMost(usage.inputTokens(), usage.outputTokens());
                case ESTIMATED, COUNTED -> estimated(usage);
            };
            return new Charge(usage, cost.plus(estimate.quote().result(resultBytes)));
        } catch (ArithmeticException absurd) {
            // More than 64 bits of nano-dollars is no bill but garbage: the whole hold is charged, and marked.
            return new Charge(
                    new Usage(estimate.inputTokens(), 0, estimate.outputTokens(), Usage.Basis.ASSUMED), worstCase);
        }
    }

    private boolean isBelieved(NanoUsd stated) {
        return estimate.apart().stated() && stated.nanos() >= 0 && stated.nanos() / ABSURD <= worstCase.nanos();
    }

    /** What the list makes of it; the whole worst case if that is more than can be written. */
    private NanoUsd computed(Usage usage) {
        try {
            return estimate.price().of(usage);
        } catch (ArithmeticException absurd) {
            return worstCase;
        }
    }

    /** What nobody reported may have been of the dearest sort, and served most dearly. */
    private NanoUsd estimated(Usage usage) {
        if (soFar == null) {
            return estimate.atMost(usage.inputTokens(), usage.outputTokens());
        }
        NanoUsd plain = estimate.price().of(usage);
        long unknown = usage.outputTokens()
                - usage.parts().audioOutput()
                - usage.parts().imageOutput();
        NanoUsd thought = estimate.price().of(usage.with(usage.parts().reasoning(unknown)));
        return plain.compareTo(thought) > 0 ? plain : thought;
    }

    private Usage usage() {
        Map<HostedService, Long> most = estimate.apart().uses();
        if (reported != null) {
            return estimate.apart().counted() ? reported : reported.atLeast(most);
        }
        if (counted == null) {
            counted = unreported().atLeast(most);
        }
        return counted;
    }

    /** Whether nothing that comes makes it more. */
    private static boolean isFinal(Usage.Basis basis) {
        return basis == Usage.Basis.ASSUMED || basis == Usage.Basis.CACHED;
    }

    /** By the model's tokenizer, if it has one and all that came was kept; else by bytes. */
    private Usage unreported() {
        TokenCount counting = estimate.counting();
        long text = counting.equals(TokenCount.NONE) ? TokenCount.UNKNOWN : kept.count(counting);
        boolean known = text != TokenCount.UNKNOWN;
        long output = Math.min(known ? text : outputBytes, estimate.outputTokens());
        if (soFar != null && (saidAll || isFinal(soFar.basis()))) {
            return soFar;
        }
        if (soFar != null) {
            return soFar.early(Math.max(output, soFar.outputTokens()));
        }
        long input = known ? counting.input() : TokenCount.UNKNOWN;
        boolean both = input != TokenCount.UNKNOWN;
        return new Usage(
                both ? Math.min(input, estimate.inputTokens()) : estimate.inputTokens(),
                0,
                output,
                both ? Usage.Basis.COUNTED : Usage.Basis.ESTIMATED);
    }

    private void hear(Output<?> chunk) {
        counted = null;
        Usage said = chunk.soFar();
        if (said != null) {
            soFar = said.basis() == Usage.Basis.ESTIMATED ? null : said;
            saidAll = chunk.saysAll();
        }
    }

    private void count(Output<?> chunk) {
        emitted = true;
        hear(chunk);
        long repeated = 0;
        for (TextRun run : chunk.text()) {
            long length = utf8Length(run.text());
            if (!estimate.counting().equals(TokenCount.NONE)) {
                kept.add(run);
            }
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
