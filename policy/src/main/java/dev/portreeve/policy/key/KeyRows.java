package dev.portreeve.policy.key;

import dev.portreeve.audit.PostingBook;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the keys are kept: PostgreSQL, or memory in tests. Thread-safe. */
interface KeyRows extends PostingBook<KeyPosting> {
    /**
     * The key of this id; {@code null} if there is none.
     *
     * @throws KeysUnreadable if the store does not answer
     */
    @Nullable
    StoredKey find(String keyId);

    /** The living keys that this one made itself, newest first, at most so many. */
    List<KeyInfo> children(String tenant, String keyId, Instant now, int limit);

    /** The tenant's keys, newest first, at most so many. */
    List<KeyInfo> list(String tenant, int limit);
}
