package dev.portreeve.policy.call;

/**
 * How an upstream failed.
 *
 * @param kind what happened
 * @param status the upstream's own HTTP status, or 0 where there was none
 * @param detail for the caller and the record: no contents, no credentials
 * @param billable whether the upstream may charge for it: false only if it certainly did no work
 */
public record UpstreamFault(Kind kind, int status, String detail, boolean billable) {
    /** What happened, as far as the gateway can tell. */
    public enum Kind {
        /** No connection, or none in time. */
        UNREACHABLE("upstream_unreachable"),
        TIMEOUT("upstream_timeout"),
        /** It answered with an error of its own. */
        REFUSED("upstream_refused"),
        /** It does not accept the gateway's credential. */
        CREDENTIAL("upstream_auth"),
        /** Its answer cannot be read. */
        GARBAGE("upstream_garbage"),
        /** It stopped in the middle of an answer. */
        CUT("upstream_cut"),
        /** More than the gateway's limits allow. */
        TOO_LARGE("upstream_too_large"),
        /** What the caller names by an address could not be had, so the provider was not asked. */
        MEDIA("media_not_fetched"),
        /** It was one of a batch that was cancelled before its turn came. */
        CANCELED("item_canceled"),
        /** It was one of a batch whose time was over before its turn came. */
        EXPIRED("item_expired");

        private final String code;

        Kind(String code) {
            this.code = code;
        }

        public String code() {
            return code;
        }
    }
}
