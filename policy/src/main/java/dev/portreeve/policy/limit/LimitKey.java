package dev.portreeve.policy.limit;

/**
 * One limit, as replicas share it.
 *
 * @param id the limit's, and whose of {@code each} it is; unique in the tenant
 */
record LimitKey(String tenant, String id) implements Comparable<LimitKey> {
    /** The order in which everybody locks. */
    @Override
    public int compareTo(LimitKey other) {
        int first = tenant.compareTo(other.tenant);
        return first == 0 ? id.compareTo(other.id) : first;
    }
}
