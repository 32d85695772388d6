package dev.portreeve.gateway.cli;

import dev.portreeve.audit.stamp.TimeStampTrust;
import dev.portreeve.audit.verify.Checked;
import dev.portreeve.audit.verify.HeldHeads;
import dev.portreeve.audit.verify.Outside;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What is to be checked, against what. */
final class VerifyOptions {
    @Parameters(
            paramLabel = "BUNDLE",
            arity = "0..1",
            description = "an evidence bundle, packed or unpacked; needs nothing else (default: the database)")
    private @Nullable Path bundle;

    @Option(names = "--folder", paramLabel = "DIR", description = "the same as BUNDLE")
    private @Nullable Path folder;

    @Option(names = "--key", paramLabel = "KEY", description = "the log's public key, from a source you trust")
    @Nullable
    String key;

    @Option(
            names = "--since",
            paramLabel = "HEADS",
            description = "signed heads you kept, or an earlier bundle: does the log go on from there?")
    private @Nullable Path since;

    @Option(
            names = "--witness",
            paramLabel = "KEY",
            description = "the public key of a witness you trust; may be given several times")
    private List<String> witnesses = List.of();

    @Option(
            names = "--tsa",
            paramLabel = "FILE",
            description = "certificates (PEM) that those of time stamp authorities must lead to")
    private @Nullable Path stamps;

    @Option(names = "--tenant", description = "of the database: only this one's log")
    private @Nullable String tenant;

    @Option(names = "--no-record", description = "of the database: leave no record of having looked")
    boolean silent;

    /**
     * The bundle; {@code null} if the database is meant.
     *
     * @throws CliFailure there is none of that name
     */
    @Nullable
    Path bundle() {
        Path named = bundle == null ? folder : bundle;
        if (named != null) {
            requireBundle(named);
        }
        return named;
    }

    /** @throws CliFailure nothing of that name is there */
    static void requireBundle(Path named) {
        if (!Files.exists(named)) {
            throw new CliFailure(
                    Checked.USAGE,
                    "there is no file or folder \"" + named
                            + "\": name an evidence bundle (evidence.zip, or the folder it was unpacked to), or none to"
                            + " read the database");
        }
    }

    List<String> tenants() {
        return tenant == null ? List.of() : List.of(tenant);
    }

    /**
     * What is known of places outside.
     *
     * @param folders heads at file anchors
     * @throws CliFailure what is named cannot be read
     */
    Outside outside(Map<String, HeldHeads> folders) {
        try {
            return new Outside(
                    folders,
                    witnesses.stream().map(AuditCommand::key).toList(),
                    stamps == null ? null : TimeStampTrust.read(stamps));
        } catch (IOException unreadable) {
            throw new CliFailure(Checked.USAGE, "--tsa: " + unreadable.getMessage(), unreadable);
        }
    }

    /** @throws CliFailure what is named holds none */
    HeldHeads held() {
        try {
            return since == null ? HeldHeads.none() : HeldHeads.read(since);
        } catch (IOException unreadable) {
            throw new CliFailure(Checked.USAGE, String.valueOf(unreadable.getMessage()), unreadable);
        }
    }
}
