package dev.portreeve.policy.budget;

import dev.portreeve.policy.call.NanoUsd;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How much a configured budget allows, and of what. */
record BudgetLimit(BudgetUnit unit, long amount) {
    private static final Pattern CURRENCY = Pattern.compile("[A-Z]{3}");

    /**
     * Whether the limits of a budget make one.
     *
     * @throws IllegalArgumentException with what to write instead
     */
    static void check(
            @Nullable BigDecimal usd,
            @Nullable BigDecimal limit,
            @Nullable String currency,
            @Nullable Long tokens,
            @Nullable Long requests) {
        long given =
                Stream.of(usd, limit, tokens, requests).filter(Objects::nonNull).count();
        if (given != 1) {
            throw new IllegalArgumentException(
                    given == 0
                            ? "a budget needs limit-usd, limit with currency, limit-tokens or limit-requests"
                            : "a budget counts one thing: leave one limit here and make another budget of the other");
        }
        if ((limit == null) != (currency == null)) {
            throw new IllegalArgumentException("limit and currency belong together: write limit: 400, currency: EUR");
        }
        if (currency != null && !CURRENCY.matcher(currency).matches()) {
            throw new IllegalArgumentException("\"" + currency + "\" is no currency: write three letters such as EUR");
        }
        if ("USD".equals(currency)) {
            throw new IllegalArgumentException("write dollars as limit-usd");
        }
        money("limit-usd", usd);
        money("limit", limit);
        count("limit-tokens", tokens);
        count("limit-requests", requests);
    }

    private static void money(String key, @Nullable BigDecimal amount) {
        if (amount == null) {
            return;
        }
        if (amount.signum() < 0) {
            throw new IllegalArgumentException(key + " is at least 0");
        }
        try {
            NanoUsd.ofUsd(amount);
        } catch (ArithmeticException unfit) {
            throw new IllegalArgumentException(
                    key + " " + amount + " is finer than a billionth or beyond nine billion", unfit);
        }
    }

    private static void count(String key, @Nullable Long amount) {
        if (amount != null && amount < 0) {
            throw new IllegalArgumentException(key + " is at least 0");
        }
    }

    /**
     * How much of this may roll over; zero if nothing does.
     *
     * @throws IllegalArgumentException if it cannot be counted
     */
    long rollover(BudgetConfig config) {
        BigDecimal written = config.rollover();
        if (written == null) {
            return 0;
        }
        try {
            long most = unit.amount(written);
            if (most <= Long.MAX_VALUE - amount) {
                return most;
            }
        } catch (ArithmeticException ignored) {
            // Said below, as if it were too much.
        }
        throw new IllegalArgumentException(
                "rollover " + written + " is more, or finer, than " + unit.code() + " are counted");
    }

    /** @throws IllegalArgumentException if its currency has no rate */
    static BudgetLimit of(BudgetConfig config, ExchangeRates rates) {
        if (config.limitTokens() != null) {
            return new BudgetLimit(BudgetUnit.TOKENS, config.limitTokens());
        }
        if (config.limitRequests() != null) {
            return new BudgetLimit(BudgetUnit.REQUESTS, config.limitRequests());
        }
        if (config.limitUsd() != null) {
            return new BudgetLimit(
                    BudgetUnit.USD, NanoUsd.ofUsd(config.limitUsd()).nanos());
        }
        BigDecimal limit = Objects.requireNonNull(config.limit());
        String currency = Objects.requireNonNull(config.currency());
        if (!rates.has(currency)) {
            throw new IllegalArgumentException("there is no rate of " + currency
                    + ", so its limit could not be counted: add it to organisation.rates, or write limit-usd");
        }
        return new BudgetLimit(
                BudgetUnit.read(currency.toLowerCase(Locale.ROOT)),
                NanoUsd.ofUsd(limit).nanos());
    }
}
