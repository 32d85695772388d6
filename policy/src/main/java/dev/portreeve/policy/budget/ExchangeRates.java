package dev.portreeve.policy.budget;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a dollar is in other currencies, by the day. A rate counts from its day on, in the time zone of whoever asks, until that of the next
 * one begins; on days before the first one, that one counts. Immutable.
 */
final class ExchangeRates {
    static final ExchangeRates NONE = new ExchangeRates(Map.of());

    private final Map<String, NavigableMap<LocalDate, BigDecimal>> byCurrency;

    private ExchangeRates(Map<String, NavigableMap<LocalDate, BigDecimal>> byCurrency) {
        this.byCurrency = byCurrency;
    }

    static ExchangeRates of(Collection<OrganisationConfig.Rate> rates) {
        Map<String, NavigableMap<LocalDate, BigDecimal>> byCurrency = new HashMap<>();
        for (OrganisationConfig.Rate rate : rates) {
            byCurrency
                    .computeIfAbsent(code(rate.currency()), currency -> new TreeMap<>())
                    .put(rate.date(), rate.perUsd());
        }
        return new ExchangeRates(byCurrency);
    }

    private static String code(String currency) {
        return currency.toLowerCase(Locale.ROOT);
    }

    /** Whether there is any rate of this currency. */
    boolean has(String currency) {
        return byCurrency.containsKey(code(currency));
    }

    /** What a unit is, and from when until when: {@code null} without an end. */
    record Rated(BudgetUnit unit, Instant from, @Nullable Instant until) {
        boolean holds(Instant moment) {
            return !moment.isBefore(from) && (until == null || moment.isBefore(until));
        }
    }

    /** The unit with its rate at that moment; what is no other currency, or has no rate, as it is. */
    Rated at(Instant moment, BudgetUnit unit, ZoneId zone) {
        NavigableMap<LocalDate, BigDecimal> days =
                unit.kind() == BudgetUnit.Kind.CURRENCY ? byCurrency.get(unit.code()) : null;
        if (days == null) {
            return new Rated(unit, Instant.MIN, null);
        }
        LocalDate today = moment.atZone(zone).toLocalDate();
        Map.Entry<LocalDate, BigDecimal> known = days.floorEntry(today);
        Map.Entry<LocalDate, BigDecimal> found = known == null ? days.firstEntry() : known;
        LocalDate next = days.higherKey(found.getKey());
        return new Rated(
                unit.at(found.getValue(), found.getKey()),
                known == null ? Instant.MIN : found.getKey().atStartOfDay(zone).toInstant(),
                next == null ? null : next.atStartOfDay(zone).toInstant());
    }
}
