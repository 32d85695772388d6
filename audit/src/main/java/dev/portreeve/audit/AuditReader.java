package dev.portreeve.audit;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads records back: for the live page, the API and the sweeper. Thread-safe; every method blocks on the database. */
public interface AuditReader {
    /** The most records a page holds, whatever was asked for. */
    int LARGEST_PAGE = 1000;

    /**
     * A page of records, newest first.
     *
     * @param next gives the page after this one; {@code null} on the last
     */
    record Page(List<StoredRecord> records, @Nullable String next) {}

    /**
     * The newest records of all tenants, in the order of their commit.
     *
     * @param after {@link Page#next()} of the page before, or {@code null} for the first
     * @throws IllegalArgumentException if {@code after} is not such a value
     */
    Page newest(@Nullable String after, int limit);

    /** The newest records of one tenant, in the order they were appended. Parameters as above. */
    Page newest(String tenant, @Nullable String after, int limit);

    /** The records of a call, oldest first: at most a handful. */
    List<StoredRecord> ofCall(String tenant, UUID callId);

    /** A record by its id, or {@code null}. */
    @Nullable
    StoredRecord find(String tenant, UUID recordId);

    /** Whether the call has its closing record. */
    boolean isClosed(String tenant, UUID callId);
}
