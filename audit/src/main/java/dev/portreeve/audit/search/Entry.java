package dev.portreeve.audit.search;

import java.time.Instant;
import java.util.Comparator;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a call, or of a record that belongs to none or came when its call was over.
 *
 * @param id of the call, or of the record
 * @param at of its first record
 * @param kind the code of its last record's kind
 * @param member {@code user:anna} or {@code agent:bot}
 * @param key the id of the key
 * @param type {@code llm}, {@code tool} and so on
 * @param resource the model's or tool's name as rules see it
 * @param outcome how it ended; {@code null} while it runs
 */
public record Entry(
        String tenant,
        UUID id,
        Instant at,
        String kind,
        @Nullable String member,
        @Nullable String key,
        @Nullable String type,
        @Nullable String resource,
        @Nullable String session,
        @Nullable String outcome,
        @Nullable String reason) {
    /** By time, then by the ids' bytes, then by kind. */
    static final Comparator<Entry> OLDEST_FIRST = Comparator.comparing(Entry::at)
            .thenComparing(Entry::id, Entry::compareIds)
            .thenComparing(Entry::kind);

    /** As the database compares them. */
    static int compareIds(UUID one, UUID other) {
        int high = Long.compareUnsigned(one.getMostSignificantBits(), other.getMostSignificantBits());
        return high != 0 ? high : Long.compareUnsigned(one.getLeastSignificantBits(), other.getLeastSignificantBits());
    }

    /** This and what a later record of the same call says. */
    Entry and(Entry later) {
        return new Entry(
                tenant,
                id,
                at.isBefore(later.at) ? at : later.at,
                later.kind,
                later.member == null ? member : later.member,
                later.key == null ? key : later.key,
                later.type == null ? type : later.type,
                later.resource == null ? resource : later.resource,
                later.session == null ? session : later.session,
                later.outcome == null ? outcome : later.outcome,
                later.reason == null ? reason : later.reason);
    }
}
