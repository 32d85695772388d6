package dev.portreeve.gateway.cli;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.JournalSettings;
import dev.portreeve.audit.PostgresJournal;
import dev.portreeve.audit.log.LogSigner;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.gateway.config.AuditConfig;
import dev.portreeve.gateway.config.DataDirectory;
import dev.portreeve.gateway.config.GatewayConfig;
import dev.portreeve.gateway.database.DatabaseBeside;
import dev.portreeve.gateway.database.EvidenceFiles;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;

/** A journal of a command's own, for the record that it leaves. */
final class JournalBeside implements AutoCloseable {
    private final PostgresJournal journal;

    private JournalBeside(PostgresJournal journal) {
        this.journal = journal;
    }

    static JournalBeside open(DatabaseBeside database) {
        return new JournalBeside(PostgresJournal.start(
                database.app().dataSource(), JournalSettings.defaults(), InstantSource.system(), new SecureRandom()));
    }

    AuditLog log() {
        return new AuditLog(journal);
    }

    /** Who sits at this command line, as the machine knows them. */
    static String person() {
        return "command line, " + System.getProperty("user.name", "unknown");
    }

    /** What wrote it. */
    static String tool() {
        String version = JournalBeside.class.getPackage().getImplementationVersion();
        return "portreeve " + (version == null ? "(built from sources)" : version);
    }

    /**
     * The log's signing key, for the manifest of an export; never makes one.
     *
     * @throws CliFailure it is not here, or it is another log's
     */
    static LogSigner signer(ServerOptions server, Terminal terminal, DataDirectory directory, VerifierKey key) {
        AuditConfig config = server.configuration(terminal)
                .map(GatewayConfig::audit)
                .orElseGet(() -> new AuditConfig(key.name(), Duration.ofSeconds(1), null));
        if (config.signingKey() == null && !Files.exists(directory.signingKey())) {
            throw new CliFailure(
                    CliFailure.USAGE,
                    "the log's signing key is not in \"" + directory.root()
                            + "\": a bundle's manifest is signed with it. Name the configuration that says where it is"
                            + " with --config");
        }
        LogSigner signer = EvidenceFiles.signer(config, directory);
        if (!signer.verifierKey().toString().equals(key.toString())) {
            throw new CliFailure(
                    CliFailure.USAGE,
                    "the signing key that is configured is not that of the log in \"" + directory.root()
                            + "\": name the server's own configuration with --config");
        }
        return signer;
    }

    @Override
    public void close() {
        journal.close();
    }
}
