package dev.portreeve.policy.access;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The condition function {@code money(amount, currency)}: an amount that compares with others of its currency. Amounts of different currencies
 * do not compare, so such a rule fails closed: no rate of today decides what a person once wrote.
 */
record Money(BigDecimal amount, String currency) {
    private static final Pattern DECIMAL = Pattern.compile("-?\\d{1,24}(\\.\\d{1,12})?");
    private static final Pattern CURRENCY = Pattern.compile("[A-Za-z]{3}");

    /**
     * @param amount a number, or a decimal in a text
     * @throws IllegalArgumentException if it is neither, or the currency is not three letters
     */
    static Money of(Object amount, String currency) {
        if (!CURRENCY.matcher(currency).matches()) {
            throw new IllegalArgumentException("a currency is three letters");
        }
        BigDecimal value = switch (amount) {
            case Long whole -> BigDecimal.valueOf(whole);
            case Double number -> BigDecimal.valueOf(number);
            case String text when DECIMAL.matcher(text).matches() -> new BigDecimal(text);
            default -> throw new IllegalArgumentException("an amount is a number, or a decimal in a text");
        };
        return new Money(value, currency.toUpperCase(Locale.ROOT));
    }

    /** @throws IllegalArgumentException if the other is of another currency */
    int against(Money other) {
        if (!currency.equals(other.currency)) {
            throw new IllegalArgumentException("amounts of different currencies do not compare");
        }
        return amount.compareTo(other.amount);
    }
}
