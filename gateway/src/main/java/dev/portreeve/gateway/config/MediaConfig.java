package dev.portreeve.gateway.config;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Pictures and documents that requests name by an address, for providers that take them in the request only: the gateway
 * fetches them over https and puts them in. An address is fetched at a listed host only, and never in a network of one's own.
 *
 * @param fetchFrom hosts: {@code images.example.org}, {@code *.example.org} for all below it, {@code *} for every public one;
 *     none: nothing is fetched, and such a request is refused
 * @param maxBytes of one picture or document
 * @param maxPerRequest addresses that are fetched for one request
 * @param timeout for one address, redirects included; never longer than the call itself may take
 * @param allowPrivate whether a listed host may be in a private network or on this machine
 */
public record MediaConfig(
        @Default("[]") List<String> fetchFrom,
        @Default("10485760") int maxBytes,
        @Default("16") int maxPerRequest,
        @Default("20s") Duration timeout,
        boolean allowPrivate) {
    private static final Pattern HOST = Pattern.compile("\\*|(?:\\*\\.)?[a-z0-9_-]+(?:\\.[a-z0-9_-]+)*");
    private static final int MOST_BYTES = 1 << 28;

    public MediaConfig {
        fetchFrom = List.copyOf(fetchFrom);
        for (String host : fetchFrom) {
            if (!HOST.matcher(host).matches()) {
                throw new IllegalArgumentException("media.fetch-from: \"" + host
                        + "\" is no host in lower case, \"*.\" and a host, or \"*\"; a port does not belong there");
            }
        }
        if (maxBytes < 1 || maxBytes > MOST_BYTES) {
            throw new IllegalArgumentException("media.max-bytes must be between 1 and " + MOST_BYTES);
        }
        if (maxPerRequest < 1) {
            throw new IllegalArgumentException("media.max-per-request must be above zero");
        }
        if (timeout.toMillis() < 1) {
            throw new IllegalArgumentException("media.timeout must be above zero");
        }
    }

    /** Whether the list has a host. */
    public boolean allows(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return fetchFrom.stream()
                .anyMatch(pattern -> pattern.equals("*")
                        || pattern.equals(name)
                        || (pattern.startsWith("*.") && name.endsWith(pattern.substring(1))));
    }
}
