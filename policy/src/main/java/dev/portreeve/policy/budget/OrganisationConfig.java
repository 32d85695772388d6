package dev.portreeve.policy.budget;

import dev.portreeve.policy.access.TimeWindow;
import dev.portreeve.policy.brake.BrakeConfig;
import dev.portreeve.policy.limit.LimitConfig;
import dev.portreeve.policy.notice.EmailConfig;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who belongs to whom, and what they may spend: tenants, their teams, and the users and agents that own keys.
 *
 * @param rates of the currencies in which budgets are written that are not in dollars, any number for each currency: the newest that has
 *     begun counts
 * @param oldestRate how old the rate that counts may be, in whole days, before it is warned of; 45d if absent
 */
public record OrganisationConfig(List<Tenant> tenants, List<Rate> rates, Duration oldestRate) {
    private static final Duration OLDEST_RATE = Duration.ofDays(45);
    private static final int MOST_RATES = 10_000;

    /** An organisation of nobody. */
    public static final OrganisationConfig EMPTY = new OrganisationConfig(List.of());

    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9]{12}");
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}");

    public OrganisationConfig {
        tenants = tenants == null ? List.of() : List.copyOf(tenants);
        unique("tenant", tenants.stream().map(Tenant::id));
        rates = rates == null ? List.of() : List.copyOf(rates);
        unique("rate", rates.stream().map(rate -> rate.currency() + " " + rate.date()));
        if (rates.size() > MOST_RATES) {
            throw new IllegalArgumentException(
                    "there are more than " + MOST_RATES + " rates: leave out those of long ago");
        }
        oldestRate = oldestRate == null ? OLDEST_RATE : oldestRate;
        if (oldestRate.toDays() < 1) {
            throw new IllegalArgumentException("oldest-rate is at least 1d");
        }
    }

    /** The tenants' names, in the order of the configuration. */
    public List<String> tenantIds() {
        return tenants.stream().map(Tenant::id).toList();
    }

    /** Where all budgets are in dollars. */
    public OrganisationConfig(List<Tenant> tenants) {
        this(tenants, List.of());
    }

    /** Where rates may be as old as they may if nothing is said. */
    public OrganisationConfig(List<Tenant> tenants, List<Rate> rates) {
        this(tenants, rates, OLDEST_RATE);
    }

    /**
     * What a dollar is in another currency, from a day on. Calls are priced in dollars; a budget in the currency holds and settles each at
     * the newest rate that has begun when the call begins, by the days of the budget's time zone. It stands in the record with its date.
     *
     * @param currency three letters, such as {@code EUR}
     * @param perUsd how much of it a dollar is
     * @param date the first day on which it counts; it may be in the future
     */
    public record Rate(String currency, BigDecimal perUsd, LocalDate date) {
        private static final Pattern CODE = Pattern.compile("[A-Z]{3}");
        private static final int FIRST_YEAR = 1971;
        private static final int LAST_YEAR = 9998;

        public Rate {
            if (currency != null && !CODE.matcher(currency).matches()) {
                throw new IllegalArgumentException(
                        "\"" + currency + "\" is no currency: write three letters such as EUR");
            }
            if (perUsd != null && perUsd.signum() <= 0) {
                throw new IllegalArgumentException("per-usd is above 0");
            }
            if (date != null && (date.getYear() < FIRST_YEAR || date.getYear() > LAST_YEAR)) {
                throw new IllegalArgumentException("date is between " + FIRST_YEAR + " and " + LAST_YEAR);
            }
        }
    }

    /** The users who have an address for mail, by tenant and id. */
    public Map<String, Map<String, String>> addresses() {
        Map<String, Map<String, String>> addresses = new HashMap<>();
        for (Tenant tenant : tenants) {
            Map<String, String> known = new HashMap<>();
            tenant.everyUser().filter(user -> user.email() != null).forEach(user -> known.put(user.id(), user.email()));
            addresses.put(tenant.id(), known);
        }
        return addresses;
    }

    /** The roles of all who have any, in order and each once, by tenant and member. */
    public Map<String, Map<String, List<String>>> roles() {
        Map<String, Map<String, List<String>>> roles = new HashMap<>();
        for (Tenant tenant : tenants) {
            Map<String, List<String>> known = new HashMap<>();
            tenant.everybody()
                    .filter(member -> !member.roles().isEmpty())
                    .forEach(member -> known.put(
                            member.id(),
                            member.roles().stream().distinct().sorted().toList()));
            roles.put(tenant.id(), known);
        }
        return roles;
    }

    /** Ids stand in records, headers and the ids of budgets, so they are kept plain. */
    private static void checkId(String what, @Nullable String id) {
        if (id == null || !ID.matcher(id).matches()) {
            throw new IllegalArgumentException("\"" + id + "\" is no id of a " + what
                    + ": use letters, digits and . _ @ + -, at most 100, beginning with a letter or digit");
        }
    }

    private static void unique(String what, Stream<String> ids) {
        Set<String> seen = new HashSet<>();
        ids.filter(id -> !seen.add(id)).findFirst().ifPresent(id -> {
            throw new IllegalArgumentException("there are two " + what + "s with the id \"" + id + "\"");
        });
    }

    /** Two budgets of one owner with one name would be one count. */
    private static List<BudgetConfig> budgets(@Nullable List<BudgetConfig> budgets) {
        List<BudgetConfig> copy = budgets == null ? List.of() : List.copyOf(budgets);
        unique("budget", copy.stream().map(BudgetConfig::name).filter(Objects::nonNull));
        return copy;
    }

    /**
     * A customer or company; its budgets bound everything below.
     *
     * @param keys those of its keys that have budgets of their own
     */
    public record Tenant(
            String id,
            List<BudgetConfig> budgets,
            List<LimitConfig> limits,
            @Nullable BrakeConfig brake,
            List<Team> teams,
            List<Member> users,
            List<Member> agents,
            List<Key> keys) {
        /** Without budgets on keys, and with calls that may come as fast as they like. */
        public Tenant(
                String id, List<BudgetConfig> budgets, List<Team> teams, List<Member> users, List<Member> agents) {
            this(id, budgets, teams, users, agents, List.of());
        }

        /** With calls that may come as fast as they like. */
        public Tenant(
                String id,
                List<BudgetConfig> budgets,
                List<Team> teams,
                List<Member> users,
                List<Member> agents,
                List<Key> keys) {
            this(id, budgets, List.of(), null, teams, users, agents, keys);
        }

        public Tenant {
            checkId("tenant", id);
            budgets = OrganisationConfig.budgets(budgets);
            limits = limits == null ? List.of() : List.copyOf(limits);
            teams = teams == null ? List.of() : List.copyOf(teams);
            users = users == null ? List.of() : List.copyOf(users);
            agents = agents == null ? List.of() : List.copyOf(agents);
            keys = keys == null ? List.of() : List.copyOf(keys);
            unique("key", keys.stream().map(Key::id));
            unique("team", teams.stream().map(Team::id));
            unique(
                    "member",
                    Stream.concat(
                            members(users, agents),
                            teams.stream().flatMap(team -> members(team.users(), team.agents()))));
        }

        /** Its users, those of its teams too. */
        public Stream<Member> everyUser() {
            return Stream.concat(users.stream(), teams.stream().flatMap(team -> team.users().stream()));
        }

        private Stream<Member> everybody() {
            return Stream.of(everyUser(), agents.stream(), teams.stream().flatMap(team -> team.agents().stream()))
                    .flatMap(members -> members);
        }

        private static Stream<String> members(List<Member> users, List<Member> agents) {
            return Stream.concat(users.stream(), agents.stream()).map(Member::id);
        }
    }

    /** A part of a tenant. */
    public record Team(
            String id,
            List<BudgetConfig> budgets,
            List<LimitConfig> limits,
            @Nullable BrakeConfig brake,
            List<Member> users,
            List<Member> agents) {
        /** A team whose calls may come as fast as they like. */
        public Team(String id, List<BudgetConfig> budgets, List<Member> users, List<Member> agents) {
            this(id, budgets, List.of(), null, users, agents);
        }

        public Team {
            checkId("team", id);
            budgets = OrganisationConfig.budgets(budgets);
            limits = limits == null ? List.of() : List.copyOf(limits);
            users = users == null ? List.of() : List.copyOf(users);
            agents = agents == null ? List.of() : List.copyOf(agents);
        }
    }

    /**
     * A person or a program that owns keys; its id is unique in the tenant.
     *
     * @param email of a user: where calls that wait for this person are told
     * @param roles as conditions of rules have them in {@code subject.roles}, and, of a user, as rules name them among approvers:
     *     {@code role:oncall}
     * @param hours of a user, such as {@code Mon-Fri 08:00-18:00 Europe/Berlin}, in place of {@code approvals.hours}: when this person is
     *     there to decide
     */
    public record Member(
            String id,
            List<BudgetConfig> budgets,
            List<LimitConfig> limits,
            @Nullable BrakeConfig brake,
            @Nullable String email,
            List<String> roles,
            List<String> hours) {
        /** A member whose calls may come as fast as they like. */
        public Member(String id, List<BudgetConfig> budgets) {
            this(id, budgets, List.of(), null);
        }

        /** A member of whom nothing else is said. */
        public Member(String id, List<BudgetConfig> budgets, List<LimitConfig> limits, @Nullable BrakeConfig brake) {
            this(id, budgets, limits, brake, null, List.of(), List.of());
        }

        public Member {
            checkId("member", id);
            roles = roles == null ? List.of() : List.copyOf(roles);
            roles.forEach(role -> checkId("role", role));
            hours = hours == null ? List.of() : List.copyOf(hours);
            hours.forEach(TimeWindow::parse);
            if (email != null) {
                EmailConfig.checkAddress(email);
            }
            budgets = OrganisationConfig.budgets(budgets);
            limits = limits == null ? List.of() : List.copyOf(limits);
        }
    }

    /**
     * The budgets of one key. Keys are made elsewhere: one that is not there, or no longer, spends nothing.
     *
     * @param id its 12 characters, as {@code portreeve keys list} shows them
     */
    public record Key(String id, List<BudgetConfig> budgets, List<LimitConfig> limits) {
        /** A key whose calls may come as fast as they like. */
        public Key(String id, List<BudgetConfig> budgets) {
            this(id, budgets, List.of());
        }

        public Key {
            if (id == null || !KEY.matcher(id).matches()) {
                throw new IllegalArgumentException(
                        "\"" + id
                                + "\" is no id of a key: write the 12 characters after prk_, as portreeve keys list shows them");
            }
            budgets = OrganisationConfig.budgets(budgets);
            limits = limits == null ? List.of() : List.copyOf(limits);
        }
    }
}
