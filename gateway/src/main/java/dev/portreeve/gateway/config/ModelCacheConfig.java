package dev.portreeve.gateway.config;

import dev.portreeve.policy.call.NanoUsd;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * That answers of a model are given again to whoever asks the very same. Such a call is governed, held, guarded and recorded like any other;
 * only its provider is not asked.
 *
 * @param ttl how long an answer is given again; has to be said, and is at most 7d
 * @param price what a call costs that is answered so: dollars ({@code "0.0002"}), or a part of what the call was charged that the answer was
 *     made for ({@code 10%})
 * @param share who else gets it: {@code key} nobody; {@code member} the other keys of the same user or agent; {@code team} its team; {@code
 *     tenant} its tenant. Never another tenant
 */
public record ModelCacheConfig(
        Duration ttl,
        @Default("0") String price,
        @Default("member") Share share) {
    private static final Duration LONGEST = Duration.ofDays(7);
    private static final Pattern PART = Pattern.compile("\\d{1,3}(\\.\\d{1,3})?%");
    private static final Pattern DOLLARS = Pattern.compile("\\d{1,9}(\\.\\d{1,9})?");
    /** Of thousandths of a percent. */
    private static final long WHOLE = 100_000;

    /** Who gets the answer to the same request. */
    public enum Share {
        KEY,
        MEMBER,
        TEAM,
        TENANT
    }

    public ModelCacheConfig {
        if (ttl.toMillis() < 1 || ttl.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("cache.ttl must be above zero and at most 7d");
        }
        boolean part = PART.matcher(price).matches();
        if ((!part && !DOLLARS.matcher(price).matches()) || (part && thousandths(price) > WHOLE)) {
            throw new IllegalArgumentException(
                    "cache.price \"" + price + "\" is neither dollars such as \"0.0002\" nor a part such as 10%");
        }
    }

    /** What a call costs whose answer was made for a call that was charged this much; a part is rounded up. */
    public NanoUsd price(NanoUsd charged) {
        return PART.matcher(price).matches() ? charged.times(thousandths(price), WHOLE) : NanoUsd.ofUsd(price);
    }

    private static long thousandths(String part) {
        return new BigDecimal(part.substring(0, part.length() - 1))
                .movePointRight(3)
                .longValueExact();
    }
}
