package dev.portreeve.audit.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Questions about the log's tables that several classes ask. */
public final class LogTables {
    public static final String RECORD = "audit.record";
    public static final String SEQUENCE = "audit.sequence";
    public static final String CHECKPOINT = "audit.checkpoint";

    private static final int FETCH = 1000;
    private static final String INSTANCE_SEQUENCE = "audit.instance_sequence";
    private static final String INSTANCE_CHECKPOINT = "audit.instance_checkpoint";

    private LogTables() {}

    /**
     * How far a tenant is in the database.
     *
     * @param size one more than the highest index
     * @param lastNote the checkpoint of the largest size, as it is stored
     */
    public record Extent(long size, @Nullable String lastNote) {}

    /** The table of a tree's leaf hashes. */
    public static String sequence(String tenant) {
        return tenant.equals(TenantName.NONE) ? INSTANCE_SEQUENCE : SEQUENCE;
    }

    /** The table of a tree's signed heads. */
    public static String checkpoints(String tenant) {
        return tenant.equals(TenantName.NONE) ? INSTANCE_CHECKPOINT : CHECKPOINT;
    }

    /** Each tenant in a table whose key leads with the tenant, found by jumping through the key's index. */
    public static List<String> tenants(Connection connection, String table) throws SQLException {
        String sql = """
                WITH RECURSIVE found AS (
                    (SELECT tenant FROM %1$s ORDER BY tenant LIMIT 1)
                    UNION ALL
                    SELECT (SELECT t.tenant FROM %1$s t WHERE t.tenant > f.tenant ORDER BY t.tenant LIMIT 1)
                    FROM found f WHERE f.tenant IS NOT NULL)
                SELECT tenant FROM found WHERE tenant IS NOT NULL""".formatted(table);
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            List<String> tenants = new ArrayList<>();
            while (rows.next()) {
                tenants.add(rows.getString(1));
            }
            return tenants;
        }
    }

    /** A statement whose rows come in portions; its first parameter is the tenant. */
    public static PreparedStatement stream(Connection connection, String sql, String tenant) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setFetchSize(FETCH);
        statement.setString(1, tenant);
        return statement;
    }

    /** How far this tenant is. */
    public static Extent extent(Connection connection, String tenant) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("""
                SELECT coalesce((SELECT max(index) + 1 FROM %s WHERE tenant = ?), 0),
                    (SELECT note FROM %s WHERE tenant = ? ORDER BY size DESC LIMIT 1)""".formatted(sequence(tenant), checkpoints(tenant)))) {
            statement.setString(1, tenant);
            statement.setString(2, tenant);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new Extent(row.getLong(1), row.getString(2));
            }
        }
    }
}
