package dev.portreeve.gateway.dialect;

import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.ServiceTier;
import dev.portreeve.policy.call.Terms;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * How dearly a request allows itself to be served: OpenAI's {@code service_tier}, Gemini's {@code serviceTier}, Anthropic's {@code
 * speed} and {@code inference_geo}. What it was served as, the answer says.
 *
 * @param tier the dearest it asks for; {@code null} if it leaves that to the account's own settings
 * @param uplift in per cent
 */
public record ServiceWish(@Nullable ServiceTier tier, int uplift) {
    /** Says nothing of it. */
    public static final ServiceWish NONE = new ServiceWish(null, 0);

    /** What Anthropic adds for computing in one country. */
    static final int ONE_COUNTRY = 10;

    /** This wish and one more member of the request. */
    ServiceWish and(JsonWalk walk) {
        String name = walk.name();
        if (!walk.is(JsonToken.VALUE_STRING)) {
            walk.skipQuickly();
            return this;
        }
        String word = walk.string();
        return switch (name) {
            case "inference_geo" -> new ServiceWish(tier, isOneCountry(word) ? ONE_COUNTRY : 0);
            case "speed" -> word.equals("fast") ? new ServiceWish(ServiceTier.FAST, uplift) : this;
            default -> new ServiceWish(word.equals("auto") ? null : tier(word), uplift);
        };
    }

    static boolean isOneCountry(String geo) {
        return !geo.equals("global") && !geo.equals("not_available");
    }

    /**
     * The tier a provider calls so. Words that nobody knew when this was written count as the dear one.
     *
     * <p>What OpenAI calls {@code fast} is what it used to call priority. Its {@code scale}, like Anthropic's {@code priority}, is
     * capacity that was paid for beforehand.
     */
    static ServiceTier tier(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "", "default", "standard", "standard_only", "scale", "on_demand", "auto" -> ServiceTier.STANDARD;
            case "flex" -> ServiceTier.FLEX;
            case "batch" -> ServiceTier.BATCH;
            default -> ServiceTier.PRIORITY;
        };
    }

    /** All terms on which the call may come to be served, by a provider of this price. */
    public List<Terms> terms(Price price) {
        List<Terms> all = new ArrayList<>();
        // A provider may serve a call as usual whatever was asked for, and some know no tiers.
        all.add(new Terms(ServiceTier.STANDARD, uplift));
        if (tier == null && price.lists(ServiceTier.PRIORITY)) {
            all.add(new Terms(ServiceTier.PRIORITY, uplift));
        } else if (tier != null && tier != ServiceTier.STANDARD) {
            all.add(new Terms(tier, uplift));
        }
        return all;
    }
}
