package dev.portreeve.policy.budget;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A limit on spending by its owner and everybody below. What it says of models, tools and tags narrows the calls it bounds;
 * all budgets that a call falls under must have enough left.
 *
 * @param name what its id ends with; otherwise that is its window, and what it is narrowed to
 * @param limitUsd dollars per window; a budget has this or one of the next three limits
 * @param limit so much of {@code currency} per window, by the rate in {@code organisation.rates}
 * @param currency three letters, such as {@code EUR}
 * @param limitTokens tokens of model calls per window, read and written
 * @param limitRequests calls per window
 * @param window when the count starts again
 * @param rolling instead of a window: what counts is what was spent within so much time, at any moment
 * @param timezone whose midnight begins a window
 * @param from the first day on which it bounds anything
 * @param until the last day on which it bounds anything
 * @param rollover at most so much of what was left of a window is added to the next, in what the budget counts
 * @param models names or patterns of models; with any, the budget bounds model calls to these
 * @param toolServers slugs; with any, the budget bounds what is used of these servers
 * @param tools names or patterns of tools ({@code slug__tool}); with any, the budget bounds calls of these
 * @param tags with any, the budget bounds calls that carry one of them
 * @param per {@code session}: each session has the whole limit for itself
 * @param whenShort {@code shrink}: a model call of which too little is left is made with answers as long as what is left pays
 *     for, instead of being refused; not for budgets of requests or of tools, which cannot be made smaller
 * @param leastOutput with {@code shrink}: fewer tokens than this for each answer are not worth a call, which is refused then
 * @param warnAt at which percentages of the limit {@code notices} are sent: once for each in each window
 * @param soft it warns and never refuses; at 100 if {@code warn-at} is absent
 */
public record BudgetConfig(
        @Nullable String name,
        @Nullable BigDecimal limitUsd,
        @Nullable BigDecimal limit,
        @Nullable String currency,
        @Nullable Long limitTokens,
        @Nullable Long limitRequests,
        Window window,
        @Nullable Duration rolling,
        ZoneId timezone,
        @Nullable LocalDate from,
        @Nullable LocalDate until,
        @Nullable BigDecimal rollover,
        List<String> models,
        List<String> toolServers,
        List<String> tools,
        List<String> tags,
        Per per,
        WhenShort whenShort,
        @Nullable Long leastOutput,
        List<Integer> warnAt,
        boolean soft) {
    /** The least that every dialect takes for a bound on an answer. */
    static final long LEAST_OUTPUT = 16;

    static final Duration SHORTEST_ROLLING = Duration.ofMinutes(1);
    static final Duration LONGEST_ROLLING = Duration.ofDays(366);
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");
    private static final int MAX_PATTERNS = 50;
    private static final long MOST_LEAST_OUTPUT = 10_000_000;

    /** The length of a budget's window; calendar windows begin at midnight of the budget's time zone. */
    public enum Window {
        TOTAL,
        HOURLY,
        DAILY,
        WEEKLY,
        MONTHLY,
        QUARTERLY,
        ROLLING;

        /** As it stands in tables, ids and records. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Who has the limit for itself. */
    public enum Per {
        OWNER,
        SESSION
    }

    /** What becomes of a model call of which too little is left. */
    public enum WhenShort {
        REFUSE,
        SHRINK
    }

    public BudgetConfig {
        BudgetLimit.check(limitUsd, limit, currency, limitTokens, limitRequests);
        window = window(window, rolling);
        timezone = timezone == null ? ZoneOffset.UTC : timezone;
        if (from != null && until != null && until.isBefore(from)) {
            throw new IllegalArgumentException(
                    "until " + until + " is before from " + from + ": the budget would never apply");
        }
        models = names("models", models);
        toolServers = names("tool-servers", toolServers);
        tools = names("tools", tools);
        tags = names("tags", tags);
        per = per == null ? Per.OWNER : per;
        whenShort = whenShort == null ? WhenShort.REFUSE : whenShort;
        warnAt = BudgetWarnings.of(warnAt == null ? List.of() : warnAt, soft).at();
        checkName(name);
        checkRollover(rollover, window);
        checkSoft(soft, rollover, whenShort);
        if (limitTokens != null && models.isEmpty() && !(tools.isEmpty() && toolServers.isEmpty())) {
            throw new IllegalArgumentException(
                    "tools use no tokens, so limit-tokens would never be reached: write limit-requests or limit-usd");
        }
        boolean ofToolsOnly = models.isEmpty() && !(tools.isEmpty() && toolServers.isEmpty());
        checkShortage(whenShort, leastOutput, limitRequests != null, ofToolsOnly);
    }

    private static void checkShortage(
            WhenShort whenShort, @Nullable Long leastOutput, boolean requests, boolean tools) {
        if (whenShort == WhenShort.SHRINK && (requests || tools)) {
            throw new IllegalArgumentException((requests
                            ? "a request counts one however short its answer is"
                            : "a tool's call cannot be made shorter")
                    + ", so this budget cannot shrink anything: leave when-short out");
        }
        if (leastOutput != null && whenShort != WhenShort.SHRINK) {
            throw new IllegalArgumentException("least-output is for budgets that shrink: write when-short: shrink too");
        }
        if (leastOutput != null && (leastOutput < 1 || leastOutput > MOST_LEAST_OUTPUT)) {
            throw new IllegalArgumentException("least-output is between 1 and " + MOST_LEAST_OUTPUT);
        }
    }

    /** A limit on all calls of its owner. */
    public BudgetConfig(BigDecimal limitUsd, Window window, ZoneId timezone) {
        this(
                null,
                limitUsd,
                null,
                null,
                null,
                null,
                window,
                null,
                timezone,
                null,
                null,
                null,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Per.OWNER,
                WhenShort.REFUSE,
                null,
                List.of(),
                false);
    }

    private static Window window(@Nullable Window window, @Nullable Duration rolling) {
        if (rolling == null) {
            if (window == Window.ROLLING) {
                throw new IllegalArgumentException(
                        "a rolling window needs its length: write rolling: 5h instead of window");
            }
            return window == null ? Window.TOTAL : window;
        }
        if (window != null && window != Window.ROLLING) {
            throw new IllegalArgumentException("a budget has a window or is rolling: leave one of both out");
        }
        if (rolling.compareTo(SHORTEST_ROLLING) < 0 || rolling.compareTo(LONGEST_ROLLING) > 0) {
            throw new IllegalArgumentException("rolling is at least 1m and at most 366d");
        }
        return Window.ROLLING;
    }

    private static void checkSoft(boolean soft, @Nullable BigDecimal rollover, WhenShort whenShort) {
        if (soft && rollover != null) {
            throw new IllegalArgumentException(
                    "a soft budget refuses nothing, so nothing needs to roll over: leave rollover out, or soft");
        }
        if (soft && whenShort == WhenShort.SHRINK) {
            throw new IllegalArgumentException(
                    "a soft budget refuses nothing, so no call needs to shrink: leave when-short out, or soft");
        }
    }

    private static void checkRollover(@Nullable BigDecimal rollover, Window window) {
        if (rollover == null) {
            return;
        }
        if (window == Window.TOTAL || window == Window.ROLLING) {
            throw new IllegalArgumentException((window == Window.TOTAL
                            ? "a budget without a window never starts again"
                            : "what a rolling budget has spent leaves it piece by piece")
                    + ", so nothing could roll over: give it a window such as monthly, or leave rollover out");
        }
        if (rollover.signum() <= 0) {
            throw new IllegalArgumentException("rollover is more than 0: leave it out, if nothing is to roll over");
        }
    }

    private static List<String> names(String key, @Nullable List<String> names) {
        List<String> copy = names == null ? List.of() : List.copyOf(names);
        if (copy.size() > MAX_PATTERNS || copy.stream().anyMatch(name -> name.isEmpty() || name.length() > 200)) {
            throw new IllegalArgumentException(key + " has at most " + MAX_PATTERNS + " names of 1 to 200 characters");
        }
        return copy;
    }

    private static void checkName(@Nullable String name) {
        if (name == null) {
            return;
        }
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "\"" + name
                            + "\" is no name of a budget: use small letters, digits and -, at most 40, beginning with a letter or digit");
        }
        for (Window each : Window.values()) {
            if (each.code().equals(name)) {
                throw new IllegalArgumentException("\"" + name + "\" names a window: give the budget another name");
            }
        }
    }

    BudgetTurn turn() {
        return new BudgetTurn(window, timezone, rolling, from, until);
    }

    Shortage shortage() {
        return new Shortage(whenShort == WhenShort.SHRINK, leastOutput == null ? LEAST_OUTPUT : leastOutput);
    }

    BudgetWarnings warnings() {
        return new BudgetWarnings(warnAt, soft);
    }

    BudgetScope scope() {
        return new BudgetScope(models, toolServers, tools, tags, per == Per.SESSION);
    }
}
