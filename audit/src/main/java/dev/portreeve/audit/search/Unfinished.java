package dev.portreeve.audit.search;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Calls of which only the beginning was read so far, or only the end. For one turn of the indexer. */
final class Unfinished {
    /** The columns of an entry, in the order of {@link #entry}. */
    static final String COLUMNS =
            "tenant, id, at, kind, member, key_id, type, resource, session, outcome, reason, opened, ended";

    private static final String REFUSED = "call.refused";
    private final Connection connection;

    /** @param connection in a transaction */
    Unfinished(Connection connection) {
        this.connection = connection;
    }

    /** Whose entry it is. */
    record Owner(String tenant, UUID id) {}

    /** What is known of a call, and of which ends. */
    record Half(Entry entry, boolean opened, boolean ended) {
        static Half of(Entry entry) {
            return switch (entry.kind()) {
                case "call.opened" -> new Half(entry, true, false);
                case "call.closed" -> new Half(entry, false, true);
                case REFUSED -> new Half(entry, true, true);
                default -> new Half(entry, false, false);
            };
        }

        /** With what a record says that was committed later; the beginning of a call may be. */
        Half and(Half later) {
            Entry both = ended && later.opened ? later.entry.and(entry) : entry.and(later.entry);
            return new Half(both, opened || later.opened, ended || later.ended);
        }

        /** Whether nothing of it was read before. A call may be refused after all, when its beginning was stored too late. */
        boolean isWhole() {
            return opened && ended && !entry.kind().equals(REFUSED);
        }

        /** Whether the other half is still to come. */
        boolean waits() {
            return opened != ended;
        }
    }

    /** Takes out those of these calls that are here. */
    Map<Owner, Half> take(Collection<Owner> calls) throws SQLException {
        Map<Owner, Half> taken = new HashMap<>();
        if (calls.isEmpty()) {
            return taken;
        }
        try (PreparedStatement statement = connection.prepareStatement("""
                DELETE FROM search.unfinished u USING unnest(?::text[], ?::uuid[]) AS wanted (of_tenant, of_id)
                WHERE u.tenant = of_tenant AND u.id = of_id RETURNING""" + " " + COLUMNS)) {
            set(statement, 1, "text", calls, Owner::tenant);
            set(statement, 2, "uuid", calls, Owner::id);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    Half half = new Half(entry(rows), rows.getBoolean(12), rows.getBoolean(13));
                    taken.put(new Owner(half.entry().tenant(), half.entry().id()), half);
                }
            }
        }
        return taken;
    }

    static Entry entry(ResultSet row) throws SQLException {
        return new Entry(
                row.getString(1),
                row.getObject(2, UUID.class),
                row.getObject(3, OffsetDateTime.class).toInstant(),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                row.getString(8),
                row.getString(9),
                row.getString(10),
                row.getString(11));
    }

    /** Puts these in; none of them is here. */
    void put(Collection<Half> halves) throws SQLException {
        if (halves.isEmpty()) {
            return;
        }
        try (PreparedStatement store = connection.prepareStatement("INSERT INTO search.unfinished (" + COLUMNS + """
                ) SELECT * FROM unnest(?::text[], ?::uuid[], ?::timestamptz[], ?::text[], ?::text[], ?::text[], ?::text[],
                    ?::text[], ?::text[], ?::text[], ?::text[], ?::boolean[], ?::boolean[])""")) {
            set(store, 1, "text", halves, half -> half.entry().tenant());
            set(store, 2, "uuid", halves, half -> half.entry().id());
            set(store, 3, "timestamptz", halves, half -> half.entry().at().toString());
            set(store, 4, "text", halves, half -> half.entry().kind());
            set(store, 5, "text", halves, half -> half.entry().member());
            set(store, 6, "text", halves, half -> half.entry().key());
            set(store, 7, "text", halves, half -> half.entry().type());
            set(store, 8, "text", halves, half -> half.entry().resource());
            set(store, 9, "text", halves, half -> half.entry().session());
            set(store, 10, "text", halves, half -> half.entry().outcome());
            set(store, 11, "text", halves, half -> half.entry().reason());
            set(store, 12, "boolean", halves, Half::opened);
            set(store, 13, "boolean", halves, Half::ended);
            store.executeUpdate();
        }
    }

    private <T> void set(
            PreparedStatement statement,
            int parameter,
            String type,
            Collection<T> rows,
            Function<T, @Nullable Object> value)
            throws SQLException {
        statement.setArray(
                parameter,
                connection.createArrayOf(type, rows.stream().map(value).toArray()));
    }
}
