package dev.portreeve.audit.search;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Stores blocks. Those of a turn are small: where there are {@value #FAN} of a size they become one, and where enough for a whole block
 * are together they become that. So each entry is written a few times at most, and old entries stand in large blocks. For one turn of the
 * indexer, which is the only one that writes.
 */
final class Blocks {
    /** The columns of a block, in the order of {@link #block}. */
    static final String COLUMNS = "entries, times, ids, names, "
            + Stream.of(Facet.values()).map(Facet::column).collect(Collectors.joining(", "));

    private static final int WHOLE = 4096;
    private static final int FAN = 16;
    private static final short LAST_LEVEL = 9;
    private static final int BESIDE = 5;

    private static final String INSERT = "INSERT INTO search.block (tenant, level, first_at, last_at, presence, "
            + COLUMNS + ") VALUES (" + "?, ".repeat(BESIDE + 3 + Facet.values().length) + "?)";

    private final Connection connection;

    /** @param connection in a transaction */
    Blocks(Connection connection) {
        this.connection = connection;
    }

    private record Small(long number, short level, int entries) {}

    /** The month an entry's block is of. */
    static YearMonth month(Entry entry) {
        return YearMonth.from(entry.at().atOffset(ZoneOffset.UTC));
    }

    static Instant begins(YearMonth month) {
        return month.atDay(1).atStartOfDay().toInstant(ZoneOffset.UTC);
    }

    /** Adds entries of one tenant and one month; at least one. */
    void add(String tenant, YearMonth month, List<Entry> entries) throws SQLException {
        List<Entry> all = new ArrayList<>(entries);
        List<Small> small = small(tenant, month);
        int waiting = small.stream().mapToInt(Small::entries).sum();
        short level = 0;
        if (waiting + all.size() >= WHOLE) {
            take(tenant, small, all);
        } else {
            while (level < LAST_LEVEL - 1 && count(small, level) >= FAN - 1) {
                short full = level;
                take(tenant, small.stream().filter(block -> block.level == full).toList(), all);
                level++;
            }
        }
        all.sort(Entry.OLDEST_FIRST);
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            for (int from = 0; from < all.size(); from += WHOLE) {
                int to = Math.min(all.size(), from + WHOLE);
                insert(insert, tenant, to - from == WHOLE ? LAST_LEVEL : level, Block.of(all.subList(from, to)));
            }
        }
    }

    private static long count(List<Small> blocks, short level) {
        return blocks.stream().filter(block -> block.level == level).count();
    }

    private List<Small> small(String tenant, YearMonth month) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT number, level, entries FROM search.block"
                + " WHERE tenant = ? AND level < 9 AND first_at >= ? AND first_at < ?")) {
            statement.setString(1, tenant);
            month(statement, 2, month);
            try (ResultSet rows = statement.executeQuery()) {
                List<Small> blocks = new ArrayList<>();
                while (rows.next()) {
                    blocks.add(new Small(rows.getLong(1), rows.getShort(2), rows.getInt(3)));
                }
                return blocks;
            }
        }
    }

    private static void month(PreparedStatement statement, int first, YearMonth month) throws SQLException {
        statement.setObject(first, begins(month).atOffset(ZoneOffset.UTC));
        statement.setObject(first + 1, begins(month.plusMonths(1)).atOffset(ZoneOffset.UTC));
    }

    private void take(String tenant, List<Small> blocks, List<Entry> into) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement("DELETE FROM search.block WHERE number = ANY (?) RETURNING " + COLUMNS)) {
            delete.setArray(
                    1,
                    connection.createArrayOf(
                            "bigint", blocks.stream().map(Small::number).toArray(Long[]::new)));
            try (ResultSet rows = delete.executeQuery()) {
                while (rows.next()) {
                    into.addAll(block(rows, 1).all(tenant));
                }
            }
        }
    }

    /** From columns as {@link #COLUMNS} has them. */
    static Block block(ResultSet row, int first) throws SQLException {
        Map<Facet, byte[]> columns = new EnumMap<>(Facet.class);
        int column = first + 4;
        for (Facet facet : Facet.values()) {
            columns.put(facet, row.getBytes(column++));
        }
        return new Block(
                row.getInt(first), row.getBytes(first + 1), row.getBytes(first + 2), row.getBytes(first + 3), columns);
    }

    private static void insert(PreparedStatement insert, String tenant, short level, Block.Found found)
            throws SQLException {
        Block block = found.block();
        insert.setString(1, tenant);
        insert.setShort(2, level);
        insert.setObject(3, utc(found.first()));
        insert.setObject(4, utc(found.last()));
        insert.setBytes(BESIDE, found.presence());
        insert.setInt(BESIDE + 1, block.entries());
        insert.setBytes(BESIDE + 2, block.times());
        insert.setBytes(BESIDE + 3, block.ids());
        insert.setBytes(BESIDE + 4, block.names());
        int column = BESIDE + 5;
        for (byte[] stored : block.columns().values()) {
            insert.setBytes(column++, stored);
        }
        insert.executeUpdate();
    }

    /** Forgets a month of a tenant. */
    void forget(String tenant, YearMonth month) throws SQLException {
        for (String sql : List.of(
                "DELETE FROM search.block WHERE tenant = ? AND last_at >= ? AND last_at < ?",
                "DELETE FROM search.unfinished WHERE tenant = ? AND at >= ? AND at < ?")) {
            try (PreparedStatement delete = connection.prepareStatement(sql)) {
                delete.setString(1, tenant);
                month(delete, 2, month);
                delete.executeUpdate();
            }
        }
    }

    private static OffsetDateTime utc(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
