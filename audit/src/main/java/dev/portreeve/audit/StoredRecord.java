package dev.portreeve.audit;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A record as it was stored.
 *
 * @param kind the code of its {@link EventKind}, also of kinds that this version does not know
 * @param index its place in the tenant's log; {@code null} until the sequencer came by, about a second
 * @param leaf the canonical bytes, which are JSON
 */
public record StoredRecord(
        String tenant,
        UUID id,
        Instant at,
        @Nullable UUID callId,
        String kind,
        @Nullable Long index,
        byte[] leaf) {

    /** The record as one line of JSON. */
    public String json() {
        return new String(leaf, StandardCharsets.UTF_8);
    }
}
