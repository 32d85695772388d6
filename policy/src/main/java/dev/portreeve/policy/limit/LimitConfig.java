package dev.portreeve.policy.limit;

import dev.portreeve.policy.call.Labels;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A bound on how fast its owner and everybody below may call. Exactly one of {@code requests}, {@code tokens} and {@code
 * concurrency} says what is counted.
 *
 * @param requests calls per {@code per}
 * @param tokens input and output tokens of model calls per {@code per}
 * @param concurrency calls that may run at once
 * @param per the time in which so many may come, 1s to 1h; 1m if absent
 * @param burst how many may come at once after a pause; as many as in {@code per} if absent
 * @param models globs over the models it is about
 * @param tools globs over the tools it is about, as {@code slug__tool}
 * @param servers slugs of the tool servers it is about, with their tools, prompts and resources; without models, tools and servers
 *     it is about every call
 * @param tags with any, it is about calls that carry one of them
 * @param each whether every member, every key, every session or every team below has it for itself, instead of all together
 */
public record LimitConfig(
        @Nullable Long requests,
        @Nullable Long tokens,
        @Nullable Integer concurrency,
        @Nullable Duration per,
        @Nullable Long burst,
        List<String> models,
        List<String> tools,
        List<String> servers,
        List<String> tags,
        @Nullable Each each) {
    private static final long MOST = 1_000_000_000;
    private static final int MOST_TAGS = 50;
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final Duration USUAL = Duration.ofMinutes(1);
    /** How long an empty burst may take to come back. */
    private static final Duration LONGEST_REFILL = Duration.ofDays(1);

    /** Who below the owner has a limit for itself. */
    public enum Each {
        MEMBER,
        KEY,
        SESSION,
        TEAM
    }

    /** About calls with and without tags. */
    public LimitConfig(
            @Nullable Long requests,
            @Nullable Long tokens,
            @Nullable Integer concurrency,
            @Nullable Duration per,
            @Nullable Long burst,
            List<String> models,
            List<String> tools,
            List<String> servers,
            @Nullable Each each) {
        this(requests, tokens, concurrency, per, burst, models, tools, servers, List.of(), each);
    }

    public LimitConfig {
        models = models == null ? List.of() : List.copyOf(models);
        tools = tools == null ? List.of() : List.copyOf(tools);
        servers = servers == null ? List.of() : List.copyOf(servers);
        tags = checked(tags == null ? List.of() : List.copyOf(tags));
        int said = (requests == null ? 0 : 1) + (tokens == null ? 0 : 1) + (concurrency == null ? 0 : 1);
        if (said != 1) {
            throw new IllegalArgumentException(
                    "a limit counts exactly one of requests, tokens and concurrency: write one limit for each");
        }
        if (concurrency != null) {
            checkSlots(concurrency, per, burst);
        } else {
            per = per == null ? USUAL : per;
            checkRate(requests == null ? "tokens" : "requests", requests == null ? tokens : requests, per, burst);
        }
        if (tokens != null && models.isEmpty() && !(tools.isEmpty() && servers.isEmpty())) {
            throw new IllegalArgumentException(
                    "only model calls have tokens: a limit of tokens names models, or nothing");
        }
    }

    private static List<String> checked(List<String> tags) {
        for (String tag : tags) {
            if (!Labels.isName(tag)) {
                throw new IllegalArgumentException("\"" + tag + "\" is no tag: no call could carry it");
            }
        }
        if (tags.size() > MOST_TAGS) {
            throw new IllegalArgumentException("tags has at most " + MOST_TAGS + " names");
        }
        return tags;
    }

    private static void checkSlots(int slots, @Nullable Duration per, @Nullable Long burst) {
        if (slots < 0 || slots > MOST) {
            throw new IllegalArgumentException("concurrency is from 0 to " + MOST);
        }
        if (per != null || burst != null) {
            throw new IllegalArgumentException("concurrency counts calls that run at once: leave per and burst out");
        }
    }

    private static void checkRate(String what, @Nullable Long rate, Duration per, @Nullable Long burst) {
        if (rate == null || rate < 1 || rate > MOST) {
            throw new IllegalArgumentException(
                    what + " is from 1 to " + MOST + "; to forbid calls write a rule, or concurrency: 0");
        }
        if (per.compareTo(SHORTEST) < 0 || per.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "per is from 1s to 1h: for a day's quota use a budget of requests or tokens");
        }
        if (burst == null) {
            return;
        }
        if (burst < 1 || burst > MOST) {
            throw new IllegalArgumentException("burst is from 1 to " + MOST);
        }
        if (burst / rate > LONGEST_REFILL.dividedBy(per)) {
            throw new IllegalArgumentException(
                    "a burst of " + burst + " would take longer than a day to come back: make it smaller");
        }
    }

    /** How many in {@link #per}, or at once. */
    long amount() {
        return requests != null ? requests : tokens != null ? tokens : concurrency == null ? 0 : concurrency;
    }

    /** What is counted. */
    Limit.Unit unit() {
        return requests != null ? Limit.Unit.REQUESTS : tokens != null ? Limit.Unit.TOKENS : Limit.Unit.CONCURRENCY;
    }
}
