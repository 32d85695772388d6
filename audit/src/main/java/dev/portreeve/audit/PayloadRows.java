package dev.portreeve.audit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The contents that are stored with the records of one batch; none where no route keeps any. Writer thread only. */
final class PayloadRows {
    /** As for records, one statement for any number. */
    static final String INSERT = """
            INSERT INTO audit.payload (tenant, record_id, at, name, key_id, sealed)
            SELECT * FROM unnest(?::text[], ?::uuid[], ?::timestamptz[], ?::text[], ?::uuid[], ?::bytea[])
            ON CONFLICT DO NOTHING""";

    private final List<String> tenants = new ArrayList<>(0);
    private final List<UUID> records = new ArrayList<>(0);
    private final List<String> times = new ArrayList<>(0);
    private final List<String> names = new ArrayList<>(0);
    private final List<UUID> keys = new ArrayList<>(0);
    private final List<byte[]> sealed = new ArrayList<>(0);

    void add(AuditEvent event, UUID record, Instant at) {
        for (SealedPayload payload : event.payloads()) {
            tenants.add(event.tenant());
            records.add(record);
            times.add(at.toString());
            names.add(payload.name());
            keys.add(payload.keyId());
            sealed.add(payload.sealed());
        }
    }

    boolean isEmpty() {
        return names.isEmpty();
    }

    /** Sets the parameters of {@link #INSERT}; gives the number after the last. */
    int set(Connection connection, PreparedStatement statement, int first) throws SQLException {
        statement.setArray(first, connection.createArrayOf("text", tenants.toArray()));
        statement.setArray(first + 1, connection.createArrayOf("uuid", records.toArray()));
        statement.setArray(first + 2, connection.createArrayOf("timestamptz", times.toArray()));
        statement.setArray(first + 3, connection.createArrayOf("text", names.toArray()));
        statement.setArray(first + 4, connection.createArrayOf("uuid", keys.toArray()));
        statement.setArray(first + 5, connection.createArrayOf("bytea", sealed.toArray(new byte[0][])));
        return first + 6;
    }
}
