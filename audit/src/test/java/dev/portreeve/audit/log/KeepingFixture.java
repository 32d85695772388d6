package dev.portreeve.audit.log;

import dev.portreeve.audit.Database;
import dev.portreeve.audit.JournalSettings;
import dev.portreeve.audit.PostgresJournal;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;

/** A {@link LogFixture} for the tests of what is kept, which live in other packages. */
public final class KeepingFixture implements AutoCloseable {
    private final LogFixture log;
    private final Sequencer sequencer;
    private int seed = 100;

    public KeepingFixture(Path folder) throws IOException {
        this.log = new LogFixture(folder);
        // One for all turns: a new one would pass records whose ids say a time long ago.
        this.sequencer = log.sequencer();
    }

    public Database database() {
        return log.database;
    }

    public VerifierKey key() {
        return log.signer.verifierKey();
    }

    public PostgresJournal journal(InstantSource clock) {
        return PostgresJournal.start(log.database.app(), JournalSettings.defaults(), clock, new Random(seed++));
    }

    public void append(String tenant, int count, Instant at) {
        try (PostgresJournal journal = journal(() -> at)) {
            for (int i = 0; i < count; i++) {
                journal.append(LogFixture.entry(tenant, i)).await();
            }
        }
    }

    /** Gives records their index and signs. */
    public void turn() throws SQLException, IOException {
        sequencer.runOnce();
    }

    @Override
    public void close() {
        sequencer.close();
        log.close();
    }
}
