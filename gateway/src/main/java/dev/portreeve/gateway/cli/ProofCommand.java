package dev.portreeve.gateway.cli;

import dev.portreeve.audit.log.Checkpoint;
import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.audit.proof.Continuation;
import dev.portreeve.audit.proof.TlogProof;
import dev.portreeve.audit.publish.PublishedLog;
import dev.portreeve.gateway.config.DataDirectory;
import dev.portreeve.gateway.database.DatabaseBeside;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code portreeve audit prove|check-proof|consistency}: receipts of single records, and proofs that a log was only added to. */
public final class ProofCommand {
    private ProofCommand() {}

    /** Makes a receipt. Reads the database itself, past a running server. */
    @Command(
            name = "prove",
            description =
                    "write a record and its receipt, a proof that anybody can check without this program's database",
            mixinStandardHelpOptions = true)
    public static final class Prove implements Callable<Integer> {
        private final Terminal terminal;

        @Mixin
        private ServerOptions server = new ServerOptions();

        @Parameters(paramLabel = "RECORD", description = "the record's id")
        private UUID id = new UUID(0, 0);

        @Option(names = "--tenant", description = "whose record it is (default: looks through all)")
        private @Nullable String tenant;

        @Option(names = "--to", paramLabel = "DIR", description = "where the two files go (default: here)")
        private Path folder = Path.of("");

        public Prove(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() {
            DataDirectory directory = server.dataDirectory(terminal);
            PublishedLog.Proved proved;
            try (DatabaseBeside database =
                    DatabaseBeside.open(SqlCommand.databaseConfig(server, terminal), directory)) {
                proved = new PublishedLog(database.app().dataSource()).prove(tenant, id);
            } catch (PublishedLog.Damaged damaged) {
                throw new CliFailure(CliFailure.NO, String.valueOf(damaged.getMessage()), damaged);
            } catch (SQLException | IOException failed) {
                throw new CliFailure(CliFailure.UNREACHABLE, "the log cannot be read: " + failed.getMessage(), failed);
            }
            if (proved == null) {
                throw new CliFailure(
                        CliFailure.NO,
                        "there is no signed record " + id
                                + "; records are signed about a second after they are written");
            }
            Path receipt = folder.resolve(id + ".tlog-proof");
            write(receipt, proved.proof().toString().getBytes(StandardCharsets.UTF_8));
            terminal.line("the receipt is in " + receipt);
            byte[] leaf = proved.leaf();
            if (leaf == null) {
                terminal.line("the record itself was removed when its time was over");
                return 0;
            }
            Path record = folder.resolve(id + ".json");
            write(record, leaf);
            terminal.line("the record is in " + record);
            terminal.line("check them anywhere: portreeve audit check-proof " + record + " " + receipt + " --key "
                    + AuditCommand.ownKey(directory));
            return 0;
        }

        private static void write(Path file, byte[] bytes) {
            try {
                Files.write(file, bytes);
            } catch (IOException failed) {
                throw new CliFailure(CliFailure.USAGE, "cannot write \"" + file + "\": " + failed.getMessage(), failed);
            }
        }
    }

    /** Checks a receipt, with nothing but its file, the record and the key. */
    @Command(
            name = "check-proof",
            description = "check a record against its receipt; needs no database and no network",
            mixinStandardHelpOptions = true)
    public static final class CheckProof implements Callable<Integer> {
        private final Terminal terminal;

        @Parameters(index = "0", paramLabel = "RECORD", description = "the record, one line of JSON, or a signed head")
        private Path record = Path.of("");

        @Parameters(index = "1", paramLabel = "PROOF", description = "its receipt, a .tlog-proof")
        private Path proof = Path.of("");

        @Option(
                names = "--key",
                paramLabel = "KEY",
                required = true,
                description = "the log's public key, from a source you trust")
        private String key = "";

        public CheckProof(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() {
            TlogProof read = parsed(proof, TlogProof::parse);
            byte[] leaf = bytes(record);
            // A line of an export may end as lines do; a signed head, which may be proved too, ends with its last
            // newline.
            boolean line = leaf.length > 1 && leaf[0] == '{' && leaf[leaf.length - 1] == '\n';
            Checkpoint head = read.checkpoint();
            String flaw = read.flaw(
                    line ? Arrays.copyOf(leaf, leaf.length - 1) : leaf,
                    AuditCommand.key(key).forOrigin(head.origin()));
            if (flaw != null) {
                terminal.bad("NOT PROVED: " + flaw);
                return CliFailure.NO;
            }
            terminal.good("PROVED: this is record " + read.inclusion().index() + " of the " + head.size()
                    + " that the log " + head.origin() + " had when this head was signed");
            return 0;
        }
    }

    /** Checks that a log was only added to since a head that somebody kept. */
    @Command(
            name = "consistency",
            description = "check that a log continues a signed head that was kept, and was not rewritten",
            mixinStandardHelpOptions = true)
    public static final class Consistency implements Callable<Integer> {
        private final Terminal terminal;

        @Mixin
        private ServerOptions server = new ServerOptions();

        @Parameters(index = "0", paramLabel = "OLD", description = "a signed head, or a receipt, that was kept")
        private Path old = Path.of("");

        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "NEW",
                description = "a newer head with its consistency proof, as the server gives it (default: the database)")
        private @Nullable Path newer;

        @Option(names = "--key", paramLabel = "KEY", description = "the log's public key, from a source you trust")
        private @Nullable String keyText;

        public Consistency(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() {
            SignedNote kept = parsed(old, Consistency::head);
            Checkpoint before = Checkpoint.parse(kept.text());
            String given = keyText;
            VerifierKey key = (given == null
                            ? AuditCommand.ownKey(server.dataDirectory(terminal))
                            : AuditCommand.key(given))
                    .forOrigin(before.origin());
            if (key.check(kept) != VerifierKey.Check.VALID) {
                throw new CliFailure(CliFailure.NO, "\"" + old + "\" was not signed with the key " + key);
            }
            Path file = newer;
            Continuation continuation = file == null ? ofDatabase(before) : parsed(file, Continuation::parse);
            String flaw = continuation.flaw(before, key);
            if (flaw != null) {
                terminal.bad("NOT CONSISTENT: " + flaw);
                return CliFailure.NO;
            }
            terminal.good("CONSISTENT: the log " + before.origin() + " of "
                    + continuation.checkpoint().size() + " records continues the one of " + before.size());
            return 0;
        }

        private static SignedNote head(String text) {
            return text.startsWith("c2sp.org/tlog-proof@")
                    ? TlogProof.parse(text).note()
                    : SignedNote.parse(text);
        }

        private Continuation ofDatabase(Checkpoint before) {
            DataDirectory directory = server.dataDirectory(terminal);
            try (DatabaseBeside database =
                    DatabaseBeside.open(SqlCommand.databaseConfig(server, terminal), directory)) {
                Continuation found = new PublishedLog(database.app().dataSource()).continuation(before);
                if (found == null) {
                    terminal.bad("NOT CONSISTENT: the head covers " + before.size()
                            + " records, more than are signed in the" + " database, which lost some");
                    throw new CliFailure(CliFailure.NO, "records are missing in the log " + before.origin());
                }
                return found;
            } catch (PublishedLog.Damaged damaged) {
                throw new CliFailure(CliFailure.NO, String.valueOf(damaged.getMessage()), damaged);
            } catch (SQLException | IOException failed) {
                throw new CliFailure(CliFailure.UNREACHABLE, "the log cannot be read: " + failed.getMessage(), failed);
            }
        }
    }

    private interface Form<T> {
        T read(String text);
    }

    private static <T> T parsed(Path file, Form<T> form) {
        try {
            return form.read(new String(bytes(file), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException notOne) {
            throw new CliFailure(CliFailure.USAGE, "\"" + file + "\": " + notOne.getMessage(), notOne);
        }
    }

    private static byte[] bytes(Path file) {
        try {
            if (Files.size(file) > TlogProof.MOST_CHARS) {
                throw new CliFailure(CliFailure.USAGE, "\"" + file + "\" is too large to be one of these");
            }
            return Files.readAllBytes(file);
        } catch (IOException failed) {
            throw new CliFailure(CliFailure.USAGE, "cannot read \"" + file + "\": " + failed.getMessage(), failed);
        }
    }
}
