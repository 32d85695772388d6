package dev.portreeve.audit.retention;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.DirectRecords;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import javax.sql.DataSource;

/** Destroys the key of a subject's contents, together with the record that says so. Thread-safe; blocks. */
public final class PostgresEraser {
    private final DataSource database;
    private final DirectRecords records;
    private final List<Erasure.Store> stores;

    /** @param stores what else is asked to forget */
    public PostgresEraser(DataSource database, DirectRecords records, List<Erasure.Store> stores) {
        this.database = database;
        this.records = records;
        this.stores = List.copyOf(stores);
    }

    /**
     * Erases the contents of a subject; done when this returns, and can be asked for again.
     *
     * @param subject {@code user:anna}
     * @param by who wants it
     * @throws Held if a legal hold covers any of it; nothing is erased then
     * @throws IllegalArgumentException if nobody is meant or there is no reason
     */
    public Erasure erase(String tenant, String subject, String reason, String by) throws SQLException, Held {
        Hold.Order.requireSubject(subject);
        Hold.Order.requireReason(reason, by);
        try (Connection connection = database.getConnection()) {
            return InOneTransaction.of(connection, () -> erase(connection, tenant, subject, reason, by));
        } catch (SQLException failed) {
            InOneTransaction.throwIfHeld(failed);
            throw failed;
        }
    }

    private Erasure erase(Connection connection, String tenant, String subject, String reason, String by)
            throws SQLException {
        requireNotHeld(connection, tenant, subject);
        Map<String, Integer> elsewhere = new TreeMap<>();
        Facts counts = new Facts();
        for (Erasure.Store store : stores) {
            int erased = store.erase().applyAsInt(tenant, subject.substring(subject.indexOf(':') + 1));
            elsewhere.put(store.name(), erased);
            counts.put(store.name(), erased);
        }
        Facts facts = new Facts()
                .put("erased", subject)
                .put("reason", reason)
                .put("by", by)
                .put("elsewhere", counts);
        UUID record = records.write(connection, new AuditEvent(tenant, EventKind.SUBJECT_ERASED, null, facts));
        try (PreparedStatement erase = connection.prepareStatement("SELECT audit.erase_subject(?, ?, ?)")) {
            erase.setString(1, tenant);
            erase.setString(2, subject);
            erase.setObject(3, record);
            try (ResultSet row = erase.executeQuery()) {
                row.next();
                return new Erasure(record, row.getInt(1), elsewhere);
            }
        }
    }

    /** No hold can be placed between this and the end of the transaction. */
    private static void requireNotHeld(Connection connection, String tenant, String subject) throws SQLException {
        try (PreparedStatement check = connection.prepareStatement("SELECT audit.require_not_held(?, ?)")) {
            check.setString(1, tenant);
            check.setString(2, subject);
            check.execute();
        }
    }
}
