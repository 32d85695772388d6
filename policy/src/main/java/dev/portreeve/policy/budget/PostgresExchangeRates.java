package dev.portreeve.policy.budget;

import static dev.portreeve.db.policy.Tables.EXCHANGE_RATE;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jooq.DSLContext;

/** The rates of currencies as rows, there and back. */
final class PostgresExchangeRates {
    private PostgresExchangeRates() {}

    static ExchangeRates read(DSLContext database) {
        return ExchangeRates.of(database.selectFrom(EXCHANGE_RATE)
                .fetch(row -> new OrganisationConfig.Rate(
                        row.getCurrency().toUpperCase(Locale.ROOT), row.getPerUsd(), row.getFromDay())));
    }

    /**
     * Brings the rates of these currencies to this. Those of others stay, for what still runs under budgets in them. Writes nothing where
     * nothing is different. In the transaction of whoever calls.
     */
    static void write(DSLContext transaction, List<OrganisationConfig.Rate> rates) {
        Map<String, List<OrganisationConfig.Rate>> byCurrency = new HashMap<>();
        for (OrganisationConfig.Rate rate : rates) {
            byCurrency
                    .computeIfAbsent(rate.currency().toLowerCase(Locale.ROOT), code -> new ArrayList<>())
                    .add(rate);
        }
        byCurrency.forEach((code, ofIt) -> {
            transaction
                    .deleteFrom(EXCHANGE_RATE)
                    .where(EXCHANGE_RATE.CURRENCY.eq(code))
                    .and(EXCHANGE_RATE.FROM_DAY.notIn(
                            ofIt.stream().map(OrganisationConfig.Rate::date).toList()))
                    .execute();
            ofIt.forEach(rate -> transaction
                    .insertInto(EXCHANGE_RATE, EXCHANGE_RATE.CURRENCY, EXCHANGE_RATE.FROM_DAY, EXCHANGE_RATE.PER_USD)
                    .values(code, rate.date(), rate.perUsd())
                    .onConflict(EXCHANGE_RATE.CURRENCY, EXCHANGE_RATE.FROM_DAY)
                    .doUpdate()
                    .set(EXCHANGE_RATE.PER_USD, rate.perUsd())
                    .where(EXCHANGE_RATE.PER_USD.ne(rate.perUsd()))
                    .execute());
        });
    }
}
