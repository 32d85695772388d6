package dev.portreeve.policy.budget;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Budgets as tests write them: of so many nano-dollars, for ever, of everything, until told otherwise. */
final class Purses {
    static final List<OrganisationConfig.Rate> RATES =
            List.of(new OrganisationConfig.Rate("EUR", new BigDecimal("0.86"), LocalDate.parse("2026-05-13")));

    /** Another one every day, for more than a year. */
    static final List<OrganisationConfig.Rate> DAILY_RATES = IntStream.range(0, 500)
            .mapToObj(day -> new OrganisationConfig.Rate(
                    "EUR",
                    BigDecimal.valueOf(800 + day * 37L % 200, 3),
                    LocalDate.parse("2026-05-13").plusDays(day)))
            .toList();

    private final Long nanos;
    private Long tokens;
    private Long requests;
    private String currency;
    private String name;
    private BudgetConfig.Window window;
    private Duration rolling;
    private ZoneId zone = ZoneOffset.UTC;
    private LocalDate from;
    private LocalDate until;
    private String rollover;
    private List<String> models = List.of();
    private List<String> servers = List.of();
    private List<String> tools = List.of();
    private List<String> tags = List.of();
    private BudgetConfig.Per per = BudgetConfig.Per.OWNER;

    private Long leastOutput;
    private List<Integer> warnAt = List.of();
    private boolean soft;

    private Purses(Long nanos) {
        this.nanos = nanos;
    }

    static Purses of(long nanos) {
        return new Purses(nanos);
    }

    static Purses ofTokens(long limit) {
        Purses purse = new Purses(null);
        purse.tokens = limit;
        return purse;
    }

    static Purses ofRequests(long limit) {
        Purses purse = new Purses(null);
        purse.requests = limit;
        return purse;
    }

    /** The nano-units are of this currency. */
    Purses in(String code) {
        currency = code;
        return this;
    }

    Purses named(String id) {
        name = id;
        return this;
    }

    Purses window(BudgetConfig.Window length) {
        window = length;
        return this;
    }

    Purses rolling(String length) {
        rolling = Duration.parse(length);
        return this;
    }

    Purses days(String first, String last) {
        from = first == null ? null : LocalDate.parse(first);
        until = last == null ? null : LocalDate.parse(last);
        return this;
    }

    /** In what is counted; nano-units of money. */
    Purses rollingOver(long most) {
        rollover = nanos == null
                ? Long.toString(most)
                : BigDecimal.valueOf(most, 9).toPlainString();
        return this;
    }

    Purses in(ZoneId where) {
        zone = where;
        return this;
    }

    Purses models(String... patterns) {
        models = List.of(patterns);
        return this;
    }

    Purses servers(String... slugs) {
        servers = List.of(slugs);
        return this;
    }

    Purses tools(String... patterns) {
        tools = List.of(patterns);
        return this;
    }

    Purses tags(String... names) {
        tags = List.of(names);
        return this;
    }

    Purses perSession() {
        per = BudgetConfig.Per.SESSION;
        return this;
    }

    /** Calls of which too little is left are made shorter, down to so many tokens. */
    Purses shrinking(long least) {
        leastOutput = least;
        return this;
    }

    Purses warnAt(Integer... percent) {
        warnAt = List.of(percent);
        return this;
    }

    Purses soft() {
        soft = true;
        return this;
    }

    /** The limit, in what is counted. */
    long amount() {
        return nanos != null ? nanos : tokens != null ? tokens : requests;
    }

    /** As an operator writes so much of what is counted. */
    BigDecimal written(long amount) {
        return nanos == null ? BigDecimal.valueOf(amount) : BigDecimal.valueOf(amount, 9);
    }

    /** At most so much rolls over; zero if nothing does. */
    long mostCarried() {
        return rollover == null
                ? 0
                : new BigDecimal(rollover).movePointRight(nanos == null ? 0 : 9).longValueExact();
    }

    boolean isSoft() {
        return soft;
    }

    /** How its id says what it counts; empty for dollars. */
    String counted() {
        if (tokens != null) {
            return "tokens";
        }
        return requests != null ? "requests" : currency == null ? "" : currency.toLowerCase(Locale.ROOT);
    }

    String name() {
        return name;
    }

    BudgetConfig config() {
        return config(amount());
    }

    /** The same with another limit. */
    BudgetConfig config(long amount) {
        BigDecimal money = nanos == null ? null : written(amount);
        return new BudgetConfig(
                name,
                currency == null ? money : null,
                currency == null ? null : money,
                currency,
                tokens == null ? null : (Long) amount,
                requests == null ? null : (Long) amount,
                window,
                rolling,
                zone,
                from,
                until,
                rollover == null ? null : new BigDecimal(rollover),
                models,
                servers,
                tools,
                tags,
                per,
                leastOutput == null ? BudgetConfig.WhenShort.REFUSE : BudgetConfig.WhenShort.SHRINK,
                leastOutput,
                warnAt,
                soft);
    }

    /** Tenant acme with these budgets of the agent bot in team support, and these of its key. */
    static OrganisationConfig ofBot(List<BudgetConfig> bot, List<BudgetConfig> key) {
        OrganisationConfig.Member agent = new OrganisationConfig.Member("bot", bot);
        return new OrganisationConfig(
                List.of(new OrganisationConfig.Tenant(
                        "acme",
                        List.of(),
                        List.of(new OrganisationConfig.Team("support", List.of(), List.of(), List.of(agent))),
                        List.of(),
                        List.of(),
                        List.of(new OrganisationConfig.Key(PurseFixture.BOT.keyId(), key)))),
                RATES);
    }

    static OrganisationConfig ofBot(Purses... bot) {
        return ofBot(List.of(bot).stream().map(Purses::config).toList(), List.of());
    }
}
