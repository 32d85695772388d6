package dev.portreeve.policy.budget;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
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
            Array array = connection.createArrayOf(types[i], columns.get(i).toArray());
            statement.setArray(first + i, array);
        }
        return first + types.length;
    }
}
