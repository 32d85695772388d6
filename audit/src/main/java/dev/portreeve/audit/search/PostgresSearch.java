package dev.portreeve.audit.search;

import static dev.portreeve.db.search.Tables.ENTRY;
import static org.jooq.impl.DSL.row;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Answers searches in pages by key, the newest first. Thread-safe; blocks on the database. */
public final class PostgresSearch {
    /** The most entries a page holds, whatever was asked for. */
    public static final int LARGEST_PAGE = 500;

    private static final String CANCELLED = "57014";
    private static final char SEPARATOR = '~';
    private final DSLContext db;
    private final Duration patience;

    /**
     * @param database a bounded pool: each search takes one connection
     * @param patience how long a search may take, in whole seconds
     */
    public PostgresSearch(DataSource database, Duration patience) {
        this.db = DSL.using(database, SQLDialect.POSTGRES);
        this.patience = patience;
    }

    /**
     * A page.
     *
     * @param next gives the page after this one; {@code null} on the last
     */
    public record Page(List<Entry> entries, @Nullable String next) {
        public Page {
            entries = List.copyOf(entries);
        }
    }

    /** A search took too long. */
    public static final class TooWide extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooWide(Duration patience, Throwable cause) {
            super(
                    "this search was not done after " + patience.toSeconds()
                            + " s: say more of what you look for, or a shorter time",
                    cause);
        }
    }

    /**
     * A page of what is sought.
     *
     * @param after {@link Page#next()} of the page before, or {@code null} for the first
     * @throws IllegalArgumentException if {@code after} is not such a value
     * @throws TooWide if it took too long
     */
    public Page search(Sought sought, @Nullable String after, int limit) {
        int size = Math.clamp(limit, 1, LARGEST_PAGE);
        List<Condition> conditions = conditions(sought);
        if (after != null) {
            conditions.add(older(after));
        }
        try {
            List<Entry> entries = db.selectFrom(ENTRY)
                    .where(conditions)
                    .orderBy(ENTRY.AT.desc(), ENTRY.ID.desc())
                    .limit(size)
                    .queryTimeout(Math.toIntExact(patience.toSeconds()))
                    .fetch(PostgresSearch::entry);
            return new Page(entries, entries.size() < size ? null : place(entries.getLast()));
        } catch (DataAccessException failed) {
            if (CANCELLED.equals(failed.sqlState())) {
                throw new TooWide(patience, failed);
            }
            throw failed;
        }
    }

    private static List<Condition> conditions(Sought sought) {
        List<Condition> conditions = new ArrayList<>();
        conditions.add(ENTRY.TENANT.eq(sought.tenant()));
        if (sought.call() != null) {
            conditions.add(ENTRY.ID.eq(sought.call()));
        }
        if (sought.member() != null) {
            conditions.add(
                    sought.member().indexOf(':') >= 0
                            ? ENTRY.MEMBER.eq(sought.member())
                            : ENTRY.MEMBER.in("user:" + sought.member(), "agent:" + sought.member()));
        }
        equal(conditions, ENTRY.KEY_ID, sought.key());
        equal(conditions, ENTRY.TYPE, sought.type());
        equal(conditions, ENTRY.RESOURCE, sought.resource());
        equal(conditions, ENTRY.SESSION, sought.session());
        equal(conditions, ENTRY.OUTCOME, sought.outcome());
        equal(conditions, ENTRY.REASON, sought.reason());
        equal(conditions, ENTRY.KIND, sought.kind());
        if (sought.outcome() != null && !sought.outcome().equals("completed")) {
            // As the index has it.
            conditions.add(ENTRY.OUTCOME.ne(DSL.inline("completed")));
        }
        if (sought.since() != null) {
            conditions.add(ENTRY.AT.greaterOrEqual(sought.since()));
        }
        if (sought.until() != null) {
            conditions.add(ENTRY.AT.lessThan(sought.until()));
        }
        return conditions;
    }

    private static void equal(List<Condition> conditions, Field<String> field, @Nullable String value) {
        if (value != null) {
            conditions.add(field.eq(value));
        }
    }

    private static Condition older(String after) {
        try {
            int split = after.indexOf(SEPARATOR);
            return row(ENTRY.AT, ENTRY.ID)
                    .lessThan(Instant.parse(after.substring(0, split)), UUID.fromString(after.substring(split + 1)));
        } catch (DateTimeException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException(
                    "\"" + after + "\" is not a place in a search: take it from the page before", e);
        }
    }

    private static String place(Entry last) {
        return last.at().toString() + SEPARATOR + last.id();
    }

    private static Entry entry(Record row) {
        return new Entry(
                row.get(ENTRY.TENANT),
                row.get(ENTRY.ID),
                row.get(ENTRY.AT),
                row.get(ENTRY.KIND),
                row.get(ENTRY.MEMBER),
                row.get(ENTRY.KEY_ID),
                row.get(ENTRY.TYPE),
                row.get(ENTRY.RESOURCE),
                row.get(ENTRY.SESSION),
                row.get(ENTRY.OUTCOME),
                row.get(ENTRY.REASON));
    }
}
