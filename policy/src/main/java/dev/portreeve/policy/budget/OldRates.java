package dev.portreeve.policy.budget;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Warns of currencies that budgets count in and of which nobody has written a rate for a long time. For one thread. */
public final class OldRates implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(OldRates.class);

    private final OrganisationConfig organisation;
    private final InstantSource clock;
    private final Map<String, LocalDate> told = new HashMap<>();

    /** @param clock the database's, by which rates begin */
    public OldRates(OrganisationConfig organisation, InstantSource clock) {
        this.organisation = organisation;
        this.clock = clock;
    }

    /** Says so in the log, once a day for each currency. */
    @Override
    public void run() {
        Instant now = clock.instant();
        LocalDate today = now.atZone(ZoneOffset.UTC).toLocalDate();
        for (String each : of(organisation, now)) {
            if (!today.equals(told.put(each.substring(0, each.indexOf(' ')), today))) {
                LOG.warn("{}", each);
            }
        }
    }

    /** A sentence for each, which begins with the currency and says what to do; days are those of UTC. */
    public static List<String> of(OrganisationConfig organisation, Instant now) {
        ExchangeRates rates = ExchangeRates.of(organisation.rates());
        LocalDate today = now.atZone(ZoneOffset.UTC).toLocalDate();
        List<String> old = new ArrayList<>();
        for (String currency : currencies(organisation)) {
            LocalDate date = rates.at(now, BudgetUnit.read(currency), ZoneOffset.UTC)
                    .unit()
                    .date();
            if (date != null && isOld(date, today, organisation.oldestRate())) {
                old.add(currency.toUpperCase(Locale.ROOT) + " is counted at the rate of " + date + ", "
                        + ChronoUnit.DAYS.between(date, today) + " days old: add a newer one to organisation.rates");
            }
        }
        return old;
    }

    static boolean isOld(LocalDate date, LocalDate today, Duration oldest) {
        return ChronoUnit.DAYS.between(date, today) > oldest.toDays();
    }

    private static TreeSet<String> currencies(OrganisationConfig organisation) {
        TreeSet<String> currencies = new TreeSet<>();
        for (Budget budget : ConfiguredBudgets.of(organisation)) {
            if (budget.unit().kind() == BudgetUnit.Kind.CURRENCY) {
                currencies.add(budget.unit().code());
            }
        }
        return currencies;
    }
}
