package dev.portreeve.gateway.cli;

import dev.portreeve.audit.export.RecordFormat;
import dev.portreeve.audit.export.Selection;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which records are meant, and where they go. */
final class ExportOptions {
    private static final String EVIDENCE = "evidence";

    @Option(names = "--tenant", description = "only this one's records (default: all)")
    private @Nullable String tenant;

    @Option(names = "--since", paramLabel = "INDEX", description = "from this index on", defaultValue = "0")
    private long since;

    @Option(names = "--from", paramLabel = "TIME", description = "2026-10-01, or 2026-10-01T12:00:00Z; UTC")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "up to this time, which is not included")
    private @Nullable String to;

    @Parameters(
            paramLabel = "TARGET",
            arity = "0..1",
            description = "a new file NAME.zip, or a new folder to have it unpacked")
    private @Nullable Path target;

    @Option(names = "--out", paramLabel = "TARGET", description = "the same as TARGET")
    private @Nullable Path out;

    @Option(
            names = "--format",
            paramLabel = "FORM",
            description = "evidence (default), or without proofs in one file: jsonl, csv, parquet, ocsf, cef or syslog",
            defaultValue = "evidence")
    private String format = EVIDENCE;

    /**
     * The form for another system; {@code null} for an evidence bundle.
     *
     * @throws CliFailure there is none of that name
     */
    @Nullable
    RecordFormat format() {
        try {
            return format.equals(EVIDENCE) ? null : RecordFormat.of(format);
        } catch (IllegalArgumentException none) {
            throw new CliFailure(CliFailure.USAGE, none.getMessage() + ", and evidence", none);
        }
    }

    /** @throws CliFailure none is named */
    Path target() {
        Path named = target == null ? out : target;
        if (named == null) {
            throw new CliFailure(CliFailure.USAGE, "where to? Name a new file, such as evidence.zip");
        }
        return named;
    }

    /** @throws CliFailure it is none; says why */
    Selection selection() {
        try {
            return new Selection(tenant, since, time("--from", from), time("--to", to));
        } catch (IllegalArgumentException none) {
            throw new CliFailure(CliFailure.USAGE, String.valueOf(none.getMessage()), none);
        }
    }

    private static @Nullable Instant time(String option, @Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return text.indexOf('T') < 0
                    ? LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC)
                    : Instant.parse(text);
        } catch (DateTimeException none) {
            throw new IllegalArgumentException(
                    option + " \"" + text + "\" is no time: write 2026-10-01 or 2026-10-01T12:00:00Z", none);
        }
    }
}
