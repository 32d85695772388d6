package dev.portreeve.policy.call;

import java.math.BigInteger;
import java.util.EnumMap;
import java.util.Map;

/**
 * What a model's provider charges for what it does by itself. A service that the list does not name costs the most that was
 * seen published, so it is never free by accident. Immutable.
 *
 * @param each by the use; of {@link HostedService#CODE_INTERPRETER} the smallest container
 * @param searches a search of a kind with a price of its own
 * @param searching how searches are counted
 */
public record Fees(Map<HostedService, NanoUsd> each, Map<Search, NanoUsd> searches, Searching searching) {
    /** Of a list that says nothing of it. */
    public static final Fees UNLISTED = new Fees(Map.of(), Map.of(), Searching.EACH);

    /** What kind of search a request asks for. */
    public enum Search {
        /** As much found text as the provider thinks right. */
        USUAL,
        LITTLE,
        MUCH,
        /** OpenAI's first version of the tool, which it charges otherwise. */
        PREVIEW
    }

    /** How a provider counts searches. */
    public enum Searching {
        /** Each costs. */
        EACH,
        /** A request that searches costs once, however often it does. */
        ONCE,
        /** The model searches in every request, and that costs once, asked for or not. */
        ALWAYS
    }

    public Fees {
        each = Map.copyOf(each);
        searches = Map.copyOf(searches);
    }

    /** What one use costs. */
    public NanoUsd of(HostedService service) {
        return each.getOrDefault(service, service.unlisted());
    }

    /**
     * As one request will be charged.
     *
     * @param containers what its containers cost, in the smallest one's price
     */
    public Fees asked(Search search, int containers) {
        if (search == Search.USUAL && containers == 1) {
            return this;
        }
        Map<HostedService, NanoUsd> those = new EnumMap<>(HostedService.class);
        those.putAll(each);
        NanoUsd own = searches.get(search);
        if (own != null) {
            those.put(HostedService.WEB_SEARCH, own);
        }
        those.put(
                HostedService.CODE_INTERPRETER,
                of(HostedService.CODE_INTERPRETER).times(containers, 1));
        return new Fees(those, searches, searching);
    }

    /** Whether so many uses cost nothing because there are none. */
    boolean areNothing(Map<HostedService, Long> uses) {
        return uses.isEmpty() && searching != Searching.ALWAYS;
    }

    /** What so many uses cost, in nano-dollars. */
    BigInteger cost(Map<HostedService, Long> uses) {
        BigInteger sum = BigInteger.ZERO;
        if (areNothing(uses)) {
            return sum;
        }
        for (HostedService service : HostedService.values()) {
            long counted = uses.getOrDefault(service, 0L);
            long charged = service == HostedService.WEB_SEARCH ? searches(counted) : counted;
            sum = sum.add(BigInteger.valueOf(of(service).nanos()).multiply(BigInteger.valueOf(charged)));
        }
        return sum;
    }

    private long searches(long counted) {
        return switch (searching) {
            case EACH -> counted;
            case ONCE -> Math.min(1, counted);
            case ALWAYS -> 1;
        };
    }
}
