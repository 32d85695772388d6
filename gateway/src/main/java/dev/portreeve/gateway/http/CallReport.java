package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.AnswerHead;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.ErrorAnswer;
import dev.portreeve.gateway.model.ModelRoute;
import dev.portreeve.gateway.model.ProviderReply;
import dev.portreeve.policy.call.Allowance;
import dev.portreeve.policy.call.BudgetState;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.CallOutcome;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.ServerResponseHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the headers of an answer say about its call, as far as it is known when they are written. For the call's thread. */
final class CallReport {
    private static final long NANOS_PER_MICRO = 1_000;
    private static final long MICROS_PER_MILLI = 1_000;

    private Dialect dialect;
    private final CallId id;
    private final long startedNanos;
    /** Replaced as a whole by the call's thread; comment lines of a stream are written by another one. */
    private volatile @Nullable Routed routed;

    /** As {@link #routed}. */
    private volatile @Nullable Allowance allowance;

    /** As {@link #routed}. */
    private volatile @Nullable Cached cached;

    private long cachedSeconds;
    private boolean keyed;
    private @Nullable UUID replayed;

    CallReport(Dialect dialect, CallId id, long startedNanos) {
        this.dialect = dialect;
        this.id = id;
        this.startedNanos = startedNanos;
    }

    /** The body may say more of the dialect than the path. */
    void speaks(Dialect ofBody) {
        dialect = ofBody;
    }

    /** In which the caller is answered. */
    Dialect dialect() {
        return dialect;
    }

    CallId id() {
        return id;
    }

    /**
     * Where the call is now.
     *
     * @param outputCap the bound on each answer that the caller has not asked for; 0 if there is none
     * @param shrunkFrom what the bound was before budgets lowered it; 0 if they did not
     * @param attempt which one it is, from 1; 0 if nobody is asked
     * @param translation from which dialect to which, and what was lost
     * @param budget what is left beside all that is held; {@code null} if no budget applies
     * @param lossAsked whether the caller wants to hear what was lost, not only from which dialect to which
     */
    record Routed(
            ModelRoute route,
            ProviderReply reply,
            long outputCap,
            long shrunkFrom,
            int attempt,
            List<String> translation,
            boolean lossAsked,
            @Nullable BudgetState budget) {
        List<String> told() {
            if (!lossAsked) {
                return translation.isEmpty() ? translation : translation.subList(0, 1);
            }
            List<String> told = new ArrayList<>(translation);
            if (!told.isEmpty()) {
                told.addAll(reply.lost());
            }
            return told;
        }
    }

    void routed(Routed to) {
        routed = to;
    }

    /** What a call has to do with answers that are kept; of a model whose answers are. */
    enum Cached {
        HIT,
        MISS,
        /** Neither looked for nor kept. */
        BYPASS;

        private final String code = name().toLowerCase(Locale.ROOT);
    }

    /** @param age of the answer that is given again; zero if none is */
    void cached(Cached what, Duration age) {
        cachedSeconds = Math.max(0, age.toSeconds());
        cached = what;
    }

    /** What rate limits still allow its caller. */
    void allowed(@Nullable Allowance left) {
        allowance = left;
    }

    /**
     * The call was sent under an idempotency key.
     *
     * @param original the call whose answer is given again; {@code null} if this one is made
     */
    void keyed(@Nullable UUID original) {
        keyed = true;
        replayed = original;
    }

    /** The headers of an answer that is no call's. */
    void write(ServerResponseHeaders headers) {
        common(headers);
    }

    /** The headers of a stream's beginning. */
    void write(ServerResponseHeaders headers, AnswerHead head) {
        begun(headers, head);
        Routed to = routed;
        if (to != null) {
            budget(headers, to.budget());
        }
    }

    /** The headers of an answer that is sent whole once its call is settled. */
    void write(ServerResponseHeaders headers, AnswerHead head, CallOutcome.Completed completed) {
        begun(headers, head);
        headers.set(Names.COST, completed.cost().toDecimal());
        budget(headers, completed.budget());
    }

    private void begun(ServerResponseHeaders headers, AnswerHead head) {
        common(headers);
        if (keyed) {
            headers.set(Names.REPLAY, String.valueOf(replayed != null));
        }
        if (replayed != null) {
            headers.set(Names.REPLAYED_CALL, replayed.toString());
        }
        Cached kept = cached;
        if (kept != null) {
            headers.set(Names.CACHE, kept.code);
        }
        if (kept == Cached.HIT) {
            headers.set(HeaderValues.create(Names.CACHE_AGE, cachedSeconds));
        }
        head.headers().forEach((name, value) -> headers.set(HeaderNames.create(name), value));
        Routed to = routed;
        if (to == null) {
            return;
        }
        place(headers, to);
        if (to.outputCap() > 0) {
            headers.set(HeaderValues.create(Names.OUTPUT_CAP, to.outputCap()));
        }
        if (to.shrunkFrom() > 0) {
            headers.set(HeaderValues.create(Names.SHRUNK_FROM, to.shrunkFrom()));
        }
        List<String> translation = to.told();
        if (!translation.isEmpty()) {
            headers.set(Names.TRANSLATION, String.join("; ", translation));
        }
        String upstreamId = to.reply().requestId();
        if (upstreamId != null) {
            headers.set(Names.UPSTREAM_REQUEST_ID, upstreamId);
        }
    }

    private static void place(ServerResponseHeaders headers, Routed to) {
        headers.set(Names.PROVIDER, to.route().provider().id());
        headers.set(Names.MODEL, to.route().upstreamModel());
        headers.set(to.attempt() == 1 ? Names.ONE_ATTEMPT : HeaderValues.create(Names.ATTEMPTS, to.attempt()));
    }

    /** The headers of an error. */
    void write(ServerResponseHeaders headers, ErrorAnswer error) {
        common(headers);
        Routed to = routed;
        if (to != null) {
            place(headers, to);
            // At least as much: what a failed call held comes back.
            budget(headers, to.budget());
        }
        if (!error.retry()) {
            headers.set(Names.NO_RETRY);
        }
        headers.set(Names.DECISION, id.toString());
        error.headers().forEach((name, value) -> headers.set(HeaderNames.create(name), value));
    }

    void budget(ServerResponseHeaders headers, @Nullable BudgetState budget) {
        if (budget == null) {
            return;
        }
        BudgetState.Money money = budget.money();
        if (money != null) {
            headers.set(Names.BUDGET_REMAINING, money.remaining().toDecimal());
            reset(headers, Names.BUDGET_RESET, money.resetsAt());
        }
        BudgetState.Count tokens = budget.tokens();
        if (tokens != null) {
            headers.set(HeaderValues.create(Names.BUDGET_TOKENS, tokens.remaining()));
            reset(headers, Names.BUDGET_RESET_TOKENS, tokens.resetsAt());
        }
        BudgetState.Count requests = budget.requests();
        if (requests != null) {
            headers.set(HeaderValues.create(Names.BUDGET_REQUESTS, requests.remaining()));
            reset(headers, Names.BUDGET_RESET_REQUESTS, requests.resetsAt());
        }
    }

    private static void reset(ServerResponseHeaders headers, HeaderName name, @Nullable Instant at) {
        if (at != null) {
            headers.set(name, at.toString());
        }
    }

    private void common(ServerResponseHeaders headers) {
        String call = id.toString();
        headers.set(Names.REQUEST_ID, call);
        headers.set(Names.CALL_ID, call);
        if (dialect == Dialect.ANTHROPIC_MESSAGES) {
            headers.set(Names.ANTHROPIC_REQUEST_ID, call);
        }
        headers.set(Names.OVERHEAD, overheadMillis());
        RateHeaders.write(headers, dialect, allowance);
    }

    /** The time since the request's head arrived, less the time the provider took until its answer began. */
    private String overheadMillis() {
        Routed to = routed;
        long waited = to == null ? 0 : to.reply().waitedNanos();
        long micros = Math.max(0, System.nanoTime() - startedNanos - waited) / NANOS_PER_MICRO;
        long fraction = micros % MICROS_PER_MILLI;
        String digits = fraction < 10 ? "00" + fraction : fraction < 100 ? "0" + fraction : Long.toString(fraction);
        return micros / MICROS_PER_MILLI + "." + digits;
    }
}
