package dev.portreeve.audit.search;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One search through what runs and then through the blocks, from the newest to the oldest, until the page is full: blocks whose filter
 * says that a value is not there are passed in the database, of the others only the columns that are asked for are read, and
 * the whole of a block only where these have what is sought.
 */
final class Sweep {
    private static final int AT_ONCE = 16;
    private static final int ROWS_AT_ONCE = 500;
    private static final OffsetDateTime EVER = OffsetDateTime.of(4000, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);
    private static final OffsetDateTime NEVER = OffsetDateTime.of(1, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);

    private final Connection connection;
    private final Sought sought;
    private final Newest newest;
    private final Runnable patience;
    private final List<Facet> asked = new ArrayList<>();
    /** What a block's filter must have: of each list one. */
    private final List<List<Long>> marks = new ArrayList<>();

    /**
     * @param connection in a transaction
     * @param newest takes what is found
     * @param patience throws when the search took too long
     */
    Sweep(Connection connection, Sought sought, Newest newest, Runnable patience) {
        this.connection = connection;
        this.sought = sought;
        this.newest = newest;
        this.patience = patience;
        for (Facet facet : Facet.values()) {
            List<Long> hashes = hashes(facet);
            if (!hashes.isEmpty()) {
                marks.add(hashes);
                if (facet.isPaired()) {
                    asked.stream()
                            .filter(Facet::isPaired)
                            .forEach(other -> marks.add(
                                    List.of(Presence.pair(hashes(other).getFirst(), hashes.getFirst()))));
                }
                asked.add(facet);
            }
        }
    }

    private List<Long> hashes(Facet facet) {
        return facet.wanted(sought).stream()
                .map(value -> Presence.hash(facet, value))
                .toList();
    }

    void run() throws SQLException {
        unfinished();
        try (PreparedStatement statement = connection.prepareStatement(sql());
                PreparedStatement whole = connection.prepareStatement(
                        "SELECT " + Blocks.COLUMNS + " FROM search.block WHERE number = ?")) {
            bind(statement);
            statement.setFetchSize(AT_ONCE);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next() && !newest.isDone(instant(rows, 3))) {
                    patience.run();
                    BitSet found = found(rows);
                    if (found == null || !found.isEmpty()) {
                        read(whole, rows.getLong(1), found);
                    }
                }
            }
        }
    }

    private String sql() {
        String columns = asked.stream().map(facet -> ", " + facet.column()).collect(Collectors.joining());
        StringBuilder sql = new StringBuilder("SELECT number, entries, last_at").append(columns);
        sql.append(" FROM search.block WHERE tenant = ? AND last_at >= ? AND first_at <= ?");
        String bit = "get_bit(presence, ? % (8 * octet_length(presence))) = 1";
        String all = "(" + (bit + " AND ").repeat(Presence.PLACES - 1) + bit + ")";
        for (List<Long> alternatives : marks) {
            sql.append(" AND (")
                    .append((all + " OR ").repeat(alternatives.size() - 1))
                    .append(all)
                    .append(')');
        }
        return sql.append(" ORDER BY last_at DESC").toString();
    }

    private int bindTimes(PreparedStatement statement) throws SQLException {
        statement.setString(1, sought.tenant());
        statement.setObject(2, time(sought.since(), NEVER));
        statement.setObject(3, time(newest.newest(), EVER));
        return 4;
    }

    private void bind(PreparedStatement statement) throws SQLException {
        int parameter = bindTimes(statement);
        for (List<Long> alternatives : marks) {
            for (long hash : alternatives) {
                for (int i = 0; i < Presence.PLACES; i++) {
                    statement.setLong(parameter++, Presence.place(hash, i));
                }
            }
        }
    }

    /** As far as the database knows time. */
    private static OffsetDateTime time(@Nullable Instant at, OffsetDateTime otherwise) {
        if (at == null || at.isAfter(EVER.toInstant())) {
            return at == null ? otherwise : EVER;
        }
        return at.isBefore(NEVER.toInstant()) ? NEVER : at.atOffset(ZoneOffset.UTC);
    }

    private static Instant instant(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    /** {@code null} if every entry will do. */
    private @Nullable BitSet found(ResultSet row) throws SQLException {
        BitSet found = null;
        int column = 4;
        for (Facet facet : asked) {
            if (found != null && found.isEmpty()) {
                return found;
            }
            found = Column.find(row.getBytes(column++), row.getInt(2), facet, facet.wanted(sought), found);
        }
        return found;
    }

    private void read(PreparedStatement whole, long number, @Nullable BitSet found) throws SQLException {
        whole.setLong(1, number);
        try (ResultSet row = whole.executeQuery()) {
            if (!row.next()) {
                return;
            }
            Block.Reading reading = Blocks.block(row, 1).read(sought.tenant());
            for (int i = reading.size() - 1; i >= 0; i--) {
                if ((found == null || found.get(i)) && newest.isWantedAt(reading.at(i))) {
                    newest.add(reading.entry(i));
                }
            }
        }
    }

    private void unfinished() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT " + Unfinished.COLUMNS + " FROM search.unfinished WHERE tenant = ? AND at >= ? AND at <= ?")) {
            statement.setFetchSize(ROWS_AT_ONCE);
            bindTimes(statement);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    patience.run();
                    newest.add(Unfinished.entry(rows));
                }
            }
        }
    }
}
