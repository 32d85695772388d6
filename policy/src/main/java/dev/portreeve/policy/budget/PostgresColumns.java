package dev.portreeve.policy.budget;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Rows on their way into a statement that unnests them, column by column. */
final class PostgresColumns {
    private final Connection connection;
    private final List<List<@Nullable Object>> columns = new ArrayList<>();

    PostgresColumns(Connection connection, int width) {
        this.connection = connection;
        for (int i = 0; i < width; i++) {
            columns.add(new ArrayList<>());
        }
    }

    /** The keys of windows: tenant, budget, start. */
    static PostgresColumns of(Connection connection, Collection<WindowKey> windows) {
        PostgresColumns columns = new PostgresColumns(connection, 3);
        windows.forEach(window -> columns.row(window.tenant(), window.budgetId(), window.start()));
        return columns;
    }

    boolean isEmpty() {
        return columns.getFirst().isEmpty();
    }

    void row(@Nullable Object... values) {
        for (int i = 0; i < values.length; i++) {
            @Nullable Object value = values[i];
            columns.get(i).add(value instanceof Instant instant ? instant.toString() : value);
        }
    }

    /** Sets one array for each column, and says which parameter comes next. */
    int set(PreparedStatement statement, int first, String... types) throws SQLException {
        for (int i = 0; i < types.length; i++) {
            Array array = connection.createArrayOf(types[i], typed(types[i], columns.get(i)));
            statement.setArray(first + i, array);
        }
        return first + types.length;
    }

    /** The driver sends what it knows the type of in PostgreSQL's own form, which neither side has to spell out and read. */
    private static Object[] typed(String type, List<@Nullable Object> column) {
        return switch (type) {
            case "text" -> column.toArray(new String[0]);
            case "bigint" -> column.toArray(new Long[0]);
            case "bool" -> column.toArray(new Boolean[0]);
            default -> column.toArray();
        };
    }

    /** An array inside an array's element, as PostgreSQL writes it. */
    static @Nullable String text(long @Nullable [] numbers) {
        return numbers == null
                ? null
                : LongStream.of(numbers).mapToObj(Long::toString).collect(Collectors.joining(",", "{", "}"));
    }

    static long @Nullable [] longs(ResultSet row, int column) throws SQLException {
        Array array = row.getArray(column);
        return array == null
                ? null
                : Stream.of((Long[]) array.getArray())
                        .mapToLong(Long::longValue)
                        .toArray();
    }
}
