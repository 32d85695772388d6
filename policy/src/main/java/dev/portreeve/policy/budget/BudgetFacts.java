package dev.portreeve.policy.budget;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.Written;
import dev.portreeve.policy.call.Attempts;
import dev.portreeve.policy.call.CacheHit;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.ServiceTier;
import dev.portreeve.policy.call.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The money's part of a call's records: what was held, what was used, what it cost. */
final class BudgetFacts {
    private static final int MAX_RULES = 8;
    private static final long MAX_SAFE_INTEGER = (1L << 53) - 1;

    private BudgetFacts() {}

    /** For the opening record: the hold on each budget. */
    static Facts held(Hold hold, Hold.Decision.Admitted admitted) {
        List<Written> levels = new ArrayList<>();
        for (int i = 0; i < hold.levels().size(); i++) {
            Level level = hold.levels().get(i);
            levels.add(held(level, admitted.after().get(i), hold.amounts().on(i)));
        }
        Facts facts = new Facts().put("held_usd", hold.amount().toDecimal()).putWritten("held", levels);
        return facts.include(takesOver(hold));
    }

    private static Written held(Level level, Balance counted, long amount) {
        Budget budget = level.budget();
        // Of a soft budget the limit that people set, not the one that lets everything through.
        Balance after = budget.isSoft()
                ? new Balance(budget.limit(), counted.held(), counted.settled(), counted.overrun())
                : counted;
        long left = Math.max(0, after.remaining());
        BudgetUnit unit = level.unit();
        if (unit.isDollars()) {
            return level.words().inDollars(level, after.limit()).with(unit.decimal(left));
        }
        Facts facts = named(level);
        facts.put("unit", unit.code())
                .put("held", unit.decimal(amount))
                .put("limit", unit.decimal(after.limit()))
                .put("remaining", unit.decimal(left));
        if (unit.perUsd() != null && unit.date() != null) {
            facts.put("per_usd", unit.perUsd().toPlainString())
                    .put("rate_date", unit.date().toString());
        }
        return Written.of(facts);
    }

    /** Which budget it is, and whether it only counts. */
    static Facts named(Level level) {
        Facts facts = new Facts()
                .put("budget", level.key().budgetId())
                .put("window_start", level.span().start().toString());
        return level.budget().isSoft() ? facts.put("soft", true) : facts;
    }

    /** A call that ran before under the same key and died: what it held or was charged is this one's now. */
    private static Facts takesOver(Hold hold) {
        Hold.Earlier earlier = hold.earlier();
        if (earlier == null) {
            return new Facts();
        }
        Facts facts = new Facts().put("call", earlier.callId().toString());
        if (!earlier.found().isEmpty()) {
            Settlement.Posted posted = earlier.found().getFirst().posted();
            long amount = 0;
            for (HoldState state : earlier.found()) {
                Settlement.Posted each = state.posted();
                amount = Math.addExact(
                        amount,
                        each == null ? state.amounts().money() : each.amount().money());
            }
            facts.put("was", posted == null ? "held" : posted.kind().code())
                    .put("amount_usd", new NanoUsd(amount).toDecimal());
        }
        return new Facts().put("takes_over", facts);
    }

    /** The end of a call that died, as the one says that takes its place; none if that is recorded already. */
    static List<AuditEvent> ended(Hold by) {
        Hold.Earlier earlier = by.earlier();
        boolean ended = earlier != null
                && !earlier.found().isEmpty()
                && earlier.found().getFirst().posted() != null;
        if (earlier == null || earlier.parked() || ended) {
            return List.of();
        }
        Facts facts = new Facts()
                .put("outcome", "unknown")
                .put("taken_over_by", by.callId().toString())
                .put("cost_usd", NanoUsd.ZERO.toDecimal());
        if (!earlier.found().isEmpty()) {
            facts.put("settlement", Settlement.Kind.RELEASED.code());
        }
        return List.of(new AuditEvent(by.tenant(), EventKind.CALL_CLOSED, earlier.callId(), facts));
    }

    /** For the closing record of any call that got past the budgets. */
    static Facts charged(Charge charge) {
        Facts facts = new Facts().put("cost_usd", charge.cost().toDecimal());
        NanoUsd computed = charge.computed();
        if (computed != null) {
            facts.put("cost_basis", "stated").put("computed_usd", computed.toDecimal());
        }
        Usage usage = charge.usage();
        if (usage != null) {
            facts.put("usage", of(usage));
        }
        return facts;
    }

    /** The earlier call whose answer was given again, and what that one took. */
    static Facts of(CacheHit hit) {
        return new Facts()
                .put("call", hit.madeFor().toString())
                .put("age_ms", hit.age().toMillis())
                .put("cost_usd", hit.cost().toDecimal())
                .put("usage", of(hit.usage()));
    }

    private static Facts of(Usage usage) {
        Facts tokens = new Facts().put("basis", usage.basis().name().toLowerCase(Locale.ROOT));
        count(tokens, "input_tokens", usage.inputTokens());
        count(tokens, "cached_input_tokens", usage.cachedInputTokens());
        count(tokens, "output_tokens", usage.outputTokens());
        Usage.Parts parts = usage.parts();
        countIfAny(tokens, "cache_write_tokens", parts.cacheWrite());
        countIfAny(tokens, "cache_write_1h_tokens", parts.cacheWriteHour());
        countIfAny(tokens, "audio_input_tokens", parts.audioInput());
        countIfAny(tokens, "reasoning_tokens", parts.reasoning());
        countIfAny(tokens, "audio_output_tokens", parts.audioOutput());
        countIfAny(tokens, "image_input_tokens", parts.imageInput());
        countIfAny(tokens, "image_output_tokens", parts.imageOutput());
        countIfAny(tokens, "uplift_percent", usage.terms().uplift());
        if (usage.terms().tier() != ServiceTier.STANDARD) {
            tokens.put("service_tier", usage.terms().tier().code());
        }
        usage.apart().uses().forEach((service, uses) -> countIfAny(tokens, service.code() + "_uses", uses));
        return tokens;
    }

    /** For the closing record of a call that held money, after the book resolved the hold. */
    static Facts settled(Settlement settlement) {
        if (settlement.windows().isEmpty()) {
            return new Facts();
        }
        Settlement.Posted posted = settlement.posted();
        long charged = settlement.charged();
        String late = charged > 0 ? "late" : "resolved_before";
        Facts facts = new Facts()
                .put(
                        "settlement",
                        switch (settlement.result()) {
                            case APPLIED -> posted.kind().code();
                            case PARKED -> "parked";
                            case LATE -> "late";
                            case RESOLVED_BEFORE -> late;
                            case NO_HOLD -> "no_hold";
                        });
        if (charged > 0 && charged != settlement.wished()) {
            // The rest was charged before, in another record.
            facts.put("charged_usd", new NanoUsd(charged).toDecimal());
        }
        if (settlement.overrun() > 0) {
            facts.put("overrun_usd", new NanoUsd(settlement.overrun()).toDecimal());
        }
        return facts;
    }

    /**
     * For the closing record of a call that tried more than once.
     *
     * @param charged of this attempt alone; {@code null} for one that was not made
     */
    static Facts attempt(Attempts.Made made, @Nullable NanoUsd charged, String priceVersion) {
        Facts facts = new Facts()
                .put("model", made.model())
                .put("provider", made.provider())
                .put("upstream_model", made.upstreamModel());
        if (!made.key().isEmpty()) {
            facts.put("key", made.key());
        }
        facts.put("result", made.result());
        if (made.status() != 0) {
            facts.put("status", made.status());
        }
        if (!made.translation().isEmpty()) {
            facts.putStrings("translation", made.translation());
        }
        if (!made.rules().isEmpty()) {
            facts.putStrings("rules", made.rules().stream().limit(MAX_RULES).toList());
        }
        if (charged == null) {
            return facts;
        }
        return facts.put("wait_ms", made.waited().toMillis())
                .put("price_version", priceVersion)
                .put("charged_usd", charged.toDecimal());
    }

    private static void countIfAny(Facts facts, String name, long value) {
        if (value > 0) {
            count(facts, name, value);
        }
    }

    private static void count(Facts facts, String name, long value) {
        if (value <= MAX_SAFE_INTEGER) {
            facts.put(name, value);
        } else {
            facts.put(name, Long.toString(value));
        }
    }
}
