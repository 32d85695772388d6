package dev.portreeve.gateway.cli;

import dev.portreeve.audit.AuditReader;
import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.audit.PostgresAuditReader;
import dev.portreeve.audit.StoredRecord;
import dev.portreeve.audit.export.AuditExport;
import dev.portreeve.audit.export.EvidenceEvents;
import dev.portreeve.audit.export.ExportRefused;
import dev.portreeve.audit.export.RecordFormat;
import dev.portreeve.audit.export.Selection;
import dev.portreeve.audit.log.LogSigner;
import dev.portreeve.audit.log.Progress;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.audit.verify.Assurance;
import dev.portreeve.audit.verify.AuditVerifier;
import dev.portreeve.audit.verify.Checked;
import dev.portreeve.audit.verify.HeldHeads;
import dev.portreeve.audit.verify.Report;
import dev.portreeve.audit.verify.Verification;
import dev.portreeve.gateway.config.AnchorConfig;
import dev.portreeve.gateway.config.DataDirectory;
import dev.portreeve.gateway.database.DatabaseBeside;
import dev.portreeve.gateway.database.EvidenceFiles;
import dev.portreeve.gateway.database.StartFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code portreeve audit verify|export|tail}. Reads the database itself, past a running server: what a server says of its
 * own records would prove nothing.
 */
@Command(
        name = "audit",
        description = "verify, export, find, keep and erase the records",
        mixinStandardHelpOptions = true)
public final class AuditCommand {
    private static final int PROGRESS_EVERY = 100_000;
    private final Terminal terminal;

    public AuditCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Command(
            name = "verify",
            description = "check that the records are complete and unaltered, in the database or in an evidence bundle",
            exitCodeOnInvalidInput = Checked.USAGE,
            exitCodeListHeading = "%nExit codes of this command:%n",
            exitCodeList = {
                "0:everything is as it was signed",
                "1:somebody changed something",
                "2:not everything could be checked",
                "3:the command line makes no sense"
            },
            mixinStandardHelpOptions = true)
    int verify(@Mixin ServerOptions server, @Mixin VerifyOptions options) {
        DataDirectory directory = server.dataDirectory(terminal);
        VerifierKey key = options.key == null ? published(directory) : key(options.key);
        Path bundle = options.bundle();
        if (bundle != null) {
            return print(
                    server, AuditVerifier.bundle(bundle, key, options.held(), options.outside(Map.of()), progress()));
        }
        if (key == null) {
            throw noKey(directory);
        }
        return print(server, database(server, options, directory, key));
    }

    private Checked database(ServerOptions server, VerifyOptions options, DataDirectory directory, VerifierKey key) {
        try (DatabaseBeside database = DatabaseBeside.open(SqlCommand.databaseConfig(server, terminal), directory)) {
            HeldHeads held = options.held();
            Verification found = new AuditVerifier(key, progress())
                    .database(
                            database.app().dataSource(),
                            EvidenceFiles.heads(directory),
                            options.tenants(),
                            held,
                            options.outside(folders(server)));
            if (!options.silent) {
                record(database, found, key);
            }
            return Assurance.ofDatabase(found, key, held, options.tenants().isEmpty());
        } catch (StartFailure unreachable) {
            throw new CliFailure(Checked.INCOMPLETE, String.valueOf(unreachable.getMessage()), unreachable);
        }
    }

    /** The heads at file anchors, as far as they can be read here. */
    private Map<String, HeldHeads> folders(ServerOptions server) {
        Map<String, HeldHeads> folders = new TreeMap<>();
        List<AnchorConfig> anchors = server.configuration(terminal)
                .map(config -> config.audit().anchors())
                .orElse(List.of());
        for (AnchorConfig anchor : anchors) {
            Path folder = anchor.folder();
            if (folder != null) {
                try {
                    folders.put(anchor.name(), HeldHeads.ofFolder(folder));
                } catch (IOException unreadable) {
                    terminal.note(
                            "the heads at anchor " + anchor.name() + " are not compared: " + unreadable.getMessage());
                }
            }
        }
        return folders;
    }

    private void record(DatabaseBeside database, Verification found, VerifierKey key) {
        try (JournalBeside journal = JournalBeside.open(database)) {
            journal.log()
                    .append(EvidenceEvents.verified(JournalBeside.person(), found, key))
                    .await();
        } catch (EvidenceUnavailable notStored) {
            terminal.note("that you looked could not be recorded: " + notStored.getMessage());
        }
    }

    private int print(ServerOptions server, Checked checked) {
        if (server.json()) {
            terminal.line(Report.json(checked).stripTrailing());
            return checked.exitCode();
        }
        for (Report.Line line : Report.lines(checked)) {
            switch (line.tone()) {
                case PLAIN -> terminal.line(line.text());
                case QUIET -> terminal.quiet(line.text());
                case GOOD -> terminal.good(line.text());
                case BAD -> terminal.bad(line.text());
            }
        }
        return checked.exitCode();
    }

    @Command(
            name = "export",
            description =
                    "write the signed records to an evidence bundle that can be verified anywhere, or for another system",
            mixinStandardHelpOptions = true)
    int export(@Mixin ServerOptions server, @Mixin ExportOptions options) {
        DataDirectory directory = server.dataDirectory(terminal);
        Path target = options.target();
        Selection selection = options.selection();
        VerifierKey key = published(directory);
        if (key == null) {
            throw noKey(directory);
        }
        LogSigner signer = JournalBeside.signer(server, terminal, directory, key);
        try (DatabaseBeside database = DatabaseBeside.open(SqlCommand.databaseConfig(server, terminal), directory);
                JournalBeside journal = JournalBeside.open(database)) {
            AuditExport export = new AuditExport(
                    database.app().dataSource(),
                    signer,
                    journal.log(),
                    progress(),
                    InstantSource.system(),
                    new AuditExport.Asker(JournalBeside.person(), JournalBeside.tool()));
            RecordFormat format = options.format();
            AuditExport.Exported exported =
                    format == null ? export.to(target, selection) : export.as(format, target, selection);
            terminal.line(
                    exported.records() + (exported.records() == 1 ? " record is in " : " records are in ") + target);
            if (format == null) {
                terminal.line("check them anywhere: portreeve audit verify " + target + " --key " + key);
            }
            return 0;
        } catch (ExportRefused | EvidenceUnavailable refused) {
            throw new CliFailure(CliFailure.NO, String.valueOf(refused.getMessage()), refused);
        } catch (IOException | SQLException failed) {
            throw new CliFailure(CliFailure.UNREACHABLE, "the export failed: " + failed.getMessage(), failed);
        }
    }

    @Command(name = "tail", description = "the newest records, oldest of them first", mixinStandardHelpOptions = true)
    int tail(@Mixin ServerOptions server, @Option(names = "-n", defaultValue = "20") int count) {
        DataDirectory directory = server.dataDirectory(terminal);
        try (DatabaseBeside database = DatabaseBeside.open(SqlCommand.databaseConfig(server, terminal), directory)) {
            AuditReader reader = new PostgresAuditReader(database.app().dataSource());
            List<StoredRecord> records =
                    new ArrayList<>(reader.newest(null, Math.clamp(count, 1, AuditReader.LARGEST_PAGE))
                            .records());
            Collections.reverse(records);
            records.forEach(record -> terminal.line(record.json()));
            return 0;
        }
    }

    static @Nullable VerifierKey published(DataDirectory directory) {
        try {
            return Files.exists(directory.verifierKey()) ? key(Files.readString(directory.verifierKey())) : null;
        } catch (IOException unreadable) {
            throw new CliFailure(
                    Checked.USAGE, "\"" + directory.verifierKey() + "\" cannot be read: " + unreadable, unreadable);
        }
    }

    /** That of the log in this data directory. */
    static VerifierKey ownKey(DataDirectory directory) {
        VerifierKey key = published(directory);
        if (key == null) {
            throw noKey(directory);
        }
        return key;
    }

    private static CliFailure noKey(DataDirectory directory) {
        return new CliFailure(
                Checked.USAGE,
                "there is no key of a log in \"" + directory.root()
                        + "\": give the log's public key with --key, or the data directory with --data");
    }

    static VerifierKey key(String text) {
        try {
            return VerifierKey.parse(text);
        } catch (IllegalArgumentException notOne) {
            throw new CliFailure(Checked.USAGE, String.valueOf(notOne.getMessage()), notOne);
        }
    }

    private Progress progress() {
        return (tenant, records, of) -> {
            if (records % PROGRESS_EVERY == 0 && records > 0 && records < of) {
                terminal.note("  " + tenant + ": " + records + " of " + of);
            }
        };
    }
}
