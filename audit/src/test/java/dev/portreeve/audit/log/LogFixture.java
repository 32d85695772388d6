package dev.portreeve.audit.log;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.Database;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.JournalEntry;
import dev.portreeve.audit.JournalSettings;
import dev.portreeve.audit.PostgresJournal;
import dev.portreeve.audit.Receipt;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** A database with a journal, a signing key and kept heads: a log that tests fill and then harm. */
public final class LogFixture implements AutoCloseable {
    public final Database database = new Database();
    public final LogSigner signer;
    public final Path folder;
    public final KeptHeads heads;
    private final PostgresJournal journal = journal(1);
    private final AuditLog log = new AuditLog(journal);

    public LogFixture(Path folder) throws IOException {
        this.folder = folder;
        this.signer = LogSigner.loadOrCreate(folder.resolve("signing.pem"), "test.example/audit");
        this.heads = new KeptHeads(folder.resolve("heads"));
    }

    public Database database() {
        return database;
    }

    public LogSigner signer() {
        return signer;
    }

    PostgresJournal journal(long seed) {
        return PostgresJournal.start(
                database.app(), JournalSettings.defaults(), InstantSource.system(), new Random(seed));
    }

    Sequencer sequencer() {
        return sequencer(step -> {});
    }

    Sequencer sequencer(Sequencer.Steps steps) {
        return new Sequencer(database.app(), signer, heads, Duration.ofSeconds(1), steps);
    }

    public Sequencer sequencer(LogSigner other) {
        return new Sequencer(database.app(), other, heads, Duration.ofSeconds(1));
    }

    static JournalEntry<Void> entry(String tenant, int n) {
        return JournalEntry.of(
                new AuditEvent(tenant, EventKind.CALL_REFUSED, UUID.randomUUID(), new Facts().put("n", n)));
    }

    /** Where records go. */
    public AuditLog log() {
        return log;
    }

    /** Where a tenant's head is kept. */
    public Path head(String tenant) {
        return heads.file(tenant);
    }

    /** Appends records and waits until they are durable. */
    public void append(String tenant, int count) {
        List<Receipt> receipts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            receipts.add(journal.append(entry(tenant, i)));
        }
        receipts.forEach(Receipt::await);
    }

    /** Appends, sequences and signs. */
    public void log(String tenant, int count) throws SQLException, IOException {
        append(tenant, count);
        turn();
    }

    /** Sequences and signs. */
    public void turn() throws SQLException, IOException {
        try (Sequencer sequencer = sequencer()) {
            sequencer.runOnce();
        }
    }

    /** How many records have an index. */
    public long size(String tenant) throws SQLException {
        return database.number("SELECT count(*) FROM audit.sequence WHERE tenant = ?", tenant);
    }

    @Override
    public void close() {
        journal.close();
        database.close();
    }
}
