package dev.portreeve.gateway.cli;

import dev.portreeve.audit.AuditReader;
import dev.portreeve.audit.PostgresAuditReader;
import dev.portreeve.audit.StoredRecord;
import dev.portreeve.audit.log.AuditExport;
import dev.portreeve.audit.log.AuditVerifier;
import dev.portreeve.audit.log.Finding;
import dev.portreeve.audit.log.Progress;
import dev.portreeve.audit.log.Verification;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.gateway.config.DataDirectory;
import dev.portreeve.gateway.database.DatabaseBeside;
import dev.portreeve.gateway.database.EvidenceFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

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
            description = "check that the records are complete and unaltered, in the database or in an exported folder",
            mixinStandardHelpOptions = true)
    int verify(
            @Mixin ServerOptions server,
            @Option(names = "--folder", paramLabel = "DIR", description = "an exported folder; needs nothing else")
                    @Nullable
                    Path folder,
            @Option(names = "--key", paramLabel = "KEY", description = "the log's public key, from a source you trust")
                    @Nullable
                    String keyText,
            @Option(names = "--tenant") @Nullable String tenant) {
        DataDirectory directory = server.dataDirectory(terminal);
        VerifierKey key = keyText == null ? ownKey(directory) : key(keyText);
        AuditVerifier verifier = new AuditVerifier(key, progress());
        Verification found;
        if (folder == null) {
            try (DatabaseBeside database =
                    DatabaseBeside.open(SqlCommand.databaseConfig(server, terminal), directory)) {
                List<String> only = tenant == null ? List.of() : List.of(tenant);
                found = verifier.database(database.app().dataSource(), EvidenceFiles.heads(directory), only);
            }
        } else {
            found = verifier.folder(folder);
        }
        return server.json() ? json(found, key) : report(found, key);
    }

    @Command(
            name = "export",
            description = "write the signed records to a new folder that can be verified anywhere",
            mixinStandardHelpOptions = true)
    int export(
            @Mixin ServerOptions server,
            @Parameters(paramLabel = "DIR", description = "a folder that does not exist yet") Path folder,
            @Option(names = "--tenant", description = "default: all") @Nullable String tenant,
            @Option(names = "--since", paramLabel = "INDEX", defaultValue = "0") long since) {
        DataDirectory directory = server.dataDirectory(terminal);
        VerifierKey key = ownKey(directory);
        try (DatabaseBeside database = DatabaseBeside.open(SqlCommand.databaseConfig(server, terminal), directory)) {
            AuditExport export = new AuditExport(database.app().dataSource(), key, progress());
            long records = export.to(folder, new AuditExport.Selection(tenant, since));
            terminal.line(records + " records are in " + folder);
            terminal.line("check them anywhere: portreeve audit verify --folder " + folder + " --key " + key);
            return 0;
        } catch (AuditExport.Refused refused) {
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

    private static VerifierKey ownKey(DataDirectory directory) {
        try {
            return key(Files.readString(directory.verifierKey()));
        } catch (IOException missing) {
            throw new CliFailure(
                    CliFailure.USAGE,
                    "there is no key of a log in \"" + directory.root()
                            + "\": give the log's public key with --key, or the data directory with --data",
                    missing);
        }
    }

    private static VerifierKey key(String text) {
        try {
            return VerifierKey.parse(text);
        } catch (IllegalArgumentException notOne) {
            throw new CliFailure(CliFailure.USAGE, String.valueOf(notOne.getMessage()), notOne);
        }
    }

    private Progress progress() {
        return (tenant, records, of) -> {
            if (records % PROGRESS_EVERY == 0 && records > 0 && records < of) {
                terminal.note("  " + tenant + ": " + records + " of " + of);
            }
        };
    }

    private int report(Verification found, VerifierKey key) {
        for (Verification.Tree tree : found.trees()) {
            terminal.line(tree.tenant() + ": " + tree.records() + " records checked, " + tree.signed() + " signed, "
                    + tree.checkpoints() + " checkpoints");
        }
        for (Finding finding : found.findings()) {
            if (finding.isTampering()) {
                terminal.bad(finding.toString());
            } else {
                terminal.quiet(finding.toString());
            }
        }
        switch (found) {
            case Verification.Intact ignored -> terminal.good("INTACT: everything that is signed is there, unaltered");
            case Verification.Tampered ignored -> terminal.bad("TAMPERED: the records are not what was signed");
            case Verification.Incomplete ignored -> terminal.bad("INCOMPLETE: not everything could be checked");
        }
        terminal.quiet("key " + key);
        return found instanceof Verification.Intact ? 0 : CliFailure.NO;
    }

    private int json(Verification found, VerifierKey key) {
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.put(
                "verdict",
                switch (found) {
                    case Verification.Intact ignored -> "intact";
                    case Verification.Tampered ignored -> "tampered";
                    case Verification.Incomplete ignored -> "incomplete";
                });
        json.put("key", key.toString());
        json.set("trees", JsonMapper.shared().valueToTree(found.trees()));
        json.set("findings", JsonMapper.shared().valueToTree(found.findings()));
        terminal.line(json.toString());
        return found instanceof Verification.Intact ? 0 : CliFailure.NO;
    }
}
