package dev.portreeve.gateway.cli;

import dev.portreeve.gateway.config.DatabaseConfig;
import dev.portreeve.gateway.config.GatewayConfig;
import dev.portreeve.gateway.database.DatabaseBeside;
import dev.portreeve.policy.call.Secret;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code portreeve sql}: a way around every rule, for the database's owner. */
@Command(
        name = "sql",
        description = "run SQL as the owner of the database, around all rules (for looking, repairs and the demo)",
        mixinStandardHelpOptions = true)
public final class SqlCommand implements Callable<Integer> {
    private static final int MAX_ROWS = 1000;
    private static final int LONGEST_CELL = 200;
    private final Terminal terminal;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    @Parameters(paramLabel = "SQL", description = "one statement, or several with ; between")
    private String sql = "";

    public SqlCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        terminal.note("THIS RUNS AS THE OWNER OF THE DATABASE, who may change what Portreeve itself may not."
                + " It leaves no record; audit verify shows what it altered.");
        try (DatabaseBeside database =
                        DatabaseBeside.open(databaseConfig(server, terminal), server.dataDirectory(terminal));
                Connection connection = database.owner().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.setMaxRows(MAX_ROWS);
            boolean rows = statement.execute(sql);
            while (rows || statement.getUpdateCount() >= 0) {
                if (rows) {
                    print(statement.getResultSet());
                } else {
                    terminal.line(statement.getUpdateCount() + " rows changed");
                }
                rows = statement.getMoreResults();
            }
            return 0;
        } catch (SQLException refused) {
            throw new CliFailure(CliFailure.NO, String.valueOf(refused.getMessage()), refused);
        }
    }

    /** The database of the configuration that is meant; without one, the embedded one unless DATABASE_URL names another. */
    static DatabaseConfig databaseConfig(ServerOptions server, Terminal terminal) {
        String variable = terminal.environment().apply("DATABASE_URL");
        Secret url = variable == null || variable.isEmpty() ? null : new Secret(variable);
        return server.configuration(terminal)
                .map(GatewayConfig::database)
                .orElseGet(() -> new DatabaseConfig(url, null, 1));
    }

    private void print(ResultSet rows) throws SQLException {
        ResultSetMetaData columns = rows.getMetaData();
        List<String> heads = new ArrayList<>();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
            heads.add(columns.getColumnLabel(i));
        }
        List<List<String>> cells = new ArrayList<>();
        while (rows.next()) {
            List<String> row = new ArrayList<>();
            for (int i = 1; i <= columns.getColumnCount(); i++) {
                row.add(shorten(rows.getString(i)));
            }
            cells.add(row);
        }
        terminal.table(heads, cells);
    }

    private static String shorten(@Nullable String cell) {
        if (cell == null) {
            return "null";
        }
        return cell.length() <= LONGEST_CELL ? cell : cell.substring(0, LONGEST_CELL) + "…";
    }
}
