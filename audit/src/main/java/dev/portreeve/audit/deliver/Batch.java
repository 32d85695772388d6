package dev.portreeve.audit.deliver;

import dev.portreeve.audit.log.TenantName;
import java.util.List;

/**
 * Consecutive records of one tenant's log that go to a receiver together. Immutable; the bytes are not to be written to.
 *
 * @param first the index of the first record, whether or not it is still there
 * @param end one more than the last index
 * @param records at least one; fewer than the range where retention dropped some
 */
public record Batch(String delivery, String tenant, long first, long end, List<Record> records) {
    /**
     * A record.
     *
     * @param index its place in its tenant's log
     * @param leaf its line, as it was hashed
     */
    public record Record(long index, String kind, byte[] leaf) {}

    public Batch {
        records = List.copyOf(records);
    }

    /** The same name whenever this range is sent, without a full stop: what a receiver knows a repetition by. */
    public String id() {
        return delivery + "_" + TenantName.escape(tenant) + "_" + first + "-" + (end - 1);
    }
}
