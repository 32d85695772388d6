package dev.portreeve.policy.key;

import dev.portreeve.audit.PostingBook;
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

    /** The tenant's keys, newest first, at most so many. */
    List<KeyInfo> list(String tenant, int limit);
}
