package dev.portreeve.policy.call;

/**
 * Beside its tokens, what a call's price hangs on.
 *
 * @param tier in which it was served
 * @param uplift by how many per cent all of its tokens cost more, such as for being computed in one country
 */
public record Terms(ServiceTier tier, int uplift) {
    public static final Terms USUAL = new Terms(ServiceTier.STANDARD, 0);

    /** What every provider's surcharges stay far below. */
    private static final int MAX_UPLIFT = 1_000;

    public Terms {
        if (uplift < 0 || uplift > MAX_UPLIFT) {
            throw new IllegalArgumentException("an uplift is between 0 and " + MAX_UPLIFT + " per cent, not " + uplift);
        }
    }
}
