package dev.portreeve.audit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Writes records in a transaction of somebody else's, past the journal: for rare work that must not run on the journal's one connection,
 * such as dropping a month. The sequencer takes them as all others. Thread-safe; blocks.
 */
public final class DirectRecords {
    private static final String INSERT =
            "INSERT INTO audit.record (tenant, id, at, call_id, kind, leaf) VALUES (?, ?, ?, ?, ?, ?)";

    private final InstantSource clock;
    private final RecordIds ids;
    private final LeafWriter writer = new LeafWriter();

    /** @param random fills the random part of record ids */
    public DirectRecords(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.ids = new RecordIds(random);
    }

    /** Writes a record, durable with the transaction's commit; gives its id. */
    public synchronized UUID write(Connection transaction, AuditEvent event) throws SQLException {
        Instant at = clock.instant().truncatedTo(ChronoUnit.MICROS);
        UUID id = ids.next(at);
        try (PreparedStatement insert = transaction.prepareStatement(INSERT)) {
            insert.setString(1, event.tenant());
            insert.setObject(2, id);
            insert.setObject(3, at.atOffset(ZoneOffset.UTC));
            insert.setObject(4, event.callId());
            insert.setString(5, event.kind().code());
            insert.setBytes(6, writer.write(event, id, at));
            insert.execute();
        }
        return id;
    }
}
