package dev.portreeve.policy.budget;

import dev.portreeve.policy.call.BudgetState;
import dev.portreeve.policy.call.NanoUsd;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a budget counts: billionths of a currency, tokens, or calls.
 *
 * @param code {@code usd}, another currency's three letters, {@code tokens} or {@code requests}
 * @param perUsd how much of another currency a dollar is; {@code null} for all else, and where no day is meant
 * @param date of which day that is
 */
record BudgetUnit(
        Kind kind,
        String code,
        @Nullable BigDecimal perUsd,
        @Nullable LocalDate date) {
    static final BudgetUnit USD = new BudgetUnit(Kind.DOLLARS, "usd", null, null);
    static final BudgetUnit TOKENS = new BudgetUnit(Kind.TOKENS, "tokens", null, null);
    /** Looked at before a number is written out: one of a few characters can have a billion digits. */
    private static final int MAX_DIGITS = 19;

    static final BudgetUnit REQUESTS = new BudgetUnit(Kind.REQUESTS, "requests", null, null);

    /** What is counted. */
    enum Kind {
        DOLLARS,
        CURRENCY,
        TOKENS,
        REQUESTS
    }

    /** Without a rate, of another currency: it says how much that is, not how many dollars. */
    static BudgetUnit read(String code) {
        return switch (code) {
            case "usd" -> USD;
            case "tokens" -> TOKENS;
            case "requests" -> REQUESTS;
            default -> new BudgetUnit(Kind.CURRENCY, code.toLowerCase(Locale.ROOT), null, null);
        };
    }

    /** The same currency at the rate of a day. */
    BudgetUnit at(BigDecimal rate, LocalDate day) {
        return new BudgetUnit(kind, code, rate, day);
    }

    boolean isDollars() {
        return kind == Kind.DOLLARS;
    }

    boolean isMoney() {
        return kind == Kind.DOLLARS || kind == Kind.CURRENCY;
    }

    /** What of a call this counts; money of another currency rounded up, and at most what 64 bits hold. */
    long of(Load load) {
        return switch (kind) {
            case DOLLARS -> load.money().nanos();
            case CURRENCY -> converted(load.money().nanos());
            case TOKENS -> load.tokens();
            case REQUESTS -> load.requests();
        };
    }

    private long converted(long nanos) {
        if (perUsd == null) {
            throw new IllegalStateException("there is no rate of " + code);
        }
        return BigDecimal.valueOf(nanos)
                .multiply(perUsd)
                .setScale(0, RoundingMode.CEILING)
                .min(BigDecimal.valueOf(Long.MAX_VALUE))
                .longValueExact();
    }

    /** So much in dollars, rounded down; {@code null} for what is no money. */
    @Nullable
    NanoUsd dollars(long amount) {
        if (isDollars()) {
            return new NanoUsd(amount);
        }
        return perUsd == null
                ? null
                : new NanoUsd(BigDecimal.valueOf(amount)
                        .divide(perUsd, 0, RoundingMode.FLOOR)
                        .min(BigDecimal.valueOf(Long.MAX_VALUE))
                        .longValueExact());
    }

    /** What a caller is told of a budget of which so much is left; not below zero. */
    BudgetState state(long left, @Nullable Instant resetsAt) {
        long shown = Math.max(0, left);
        return switch (kind) {
            case DOLLARS, CURRENCY -> new BudgetState(Objects.requireNonNull(dollars(shown)), resetsAt);
            case TOKENS -> new BudgetState(null, new BudgetState.Count(shown, resetsAt), null);
            case REQUESTS -> new BudgetState(null, null, new BudgetState.Count(shown, resetsAt));
        };
    }

    /**
     * So much as people write it: money as a decimal, tokens and calls as a whole number.
     *
     * @throws ArithmeticException if it is finer than what is counted, or beyond 64 bits
     */
    long amount(BigDecimal written) {
        if (written.precision() - (long) written.scale() > MAX_DIGITS || written.scale() > MAX_DIGITS) {
            throw new ArithmeticException("beyond what can be counted");
        }
        return switch (kind) {
            case DOLLARS, CURRENCY -> NanoUsd.ofUsd(written).nanos();
            case TOKENS, REQUESTS -> written.longValueExact();
        };
    }

    /** For records and answers to programs: a decimal. */
    String decimal(long amount) {
        return switch (kind) {
            case DOLLARS, CURRENCY -> new NanoUsd(amount).toDecimal();
            case TOKENS, REQUESTS -> Long.toString(amount);
        };
    }

    /** As a person reads it: {@code $0.5}, {@code 0.5 EUR}, {@code 1200 tokens}. */
    String text(long amount) {
        return switch (kind) {
            case DOLLARS -> "$" + decimal(amount);
            case CURRENCY -> decimal(amount) + " " + code.toUpperCase(Locale.ROOT);
            case TOKENS, REQUESTS -> decimal(amount) + " " + code;
        };
    }
}
