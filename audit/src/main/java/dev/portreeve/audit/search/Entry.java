package dev.portreeve.audit.search;

import dev.portreeve.audit.LeafValues;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a call, or of a record that belongs to none.
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
    private static final int LONGEST = 300;

    static Entry of(String tenant, UUID id, Instant at, String kind, byte[] leaf) {
        LeafValues said = LeafValues.of(leaf);
        String member = said.text("subject", "member");
        return new Entry(
                tenant,
                id,
                at,
                kind,
                member == null ? null : bounded(said.text("subject", "kind") + ":" + member),
                said.text("subject", "key"),
                said.text("type"),
                bounded(said.text("resource")),
                bounded(said.text("subject", "session")),
                said.text("outcome"),
                said.text("reason") == null || said.text("outcome") == null ? null : bounded(said.text("reason")));
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

    // An index takes no text of any length.
    private static @Nullable String bounded(@Nullable String text) {
        return text == null || text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    }
}
