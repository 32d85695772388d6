package dev.portreeve.audit.export;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.Receipt;
import dev.portreeve.audit.log.LogSigner;
import dev.portreeve.audit.log.LogTables;
import dev.portreeve.audit.log.Progress;
import dev.portreeve.audit.verify.AuditVerifier;
import dev.portreeve.audit.verify.BundleNames;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Writes signed records to a bundle that can be checked anywhere, without this program or its database.
 *
 * <p>Reads as a stream, as the log stands at one instant: memory does not grow with it. The bundle appears complete or not at all,
 * and only after a record of the export is durable. One that is interrupted leaves nothing that looks like a bundle, and is
 * begun again: reading the log anew costs less than knowing how far the last one came. Blocks; thread-safe.
 */
public final class AuditExport {
    private static final int MOST_NAMED = 20;
    private final DataSource database;
    private final LogSigner signer;
    private final AuditLog log;
    private final Progress progress;
    private final InstantSource clock;
    private final Asker asker;

    /**
     * Who exports, with what.
     *
     * @param by a person or a program, for the record and the manifest
     * @param tool the program and its version
     */
    public record Asker(String by, String tool) {}

    /**
     * What was exported.
     *
     * @param sha256 the digest of the bundle's signed manifest, or of the file, in hexadecimal
     */
    public record Exported(long records, String sha256) {}

    /**
     * @param database opens one connection for each export, which may take long
     * @param log where the export is recorded
     */
    public AuditExport(
            DataSource database, LogSigner signer, AuditLog log, Progress progress, InstantSource clock, Asker asker) {
        this.database = database;
        this.signer = signer;
        this.log = log;
        this.progress = progress;
        this.clock = clock;
        this.asker = asker;
    }

    /**
     * Writes a bundle to a new ZIP file, or, where the name does not end with {@code .zip}, to a new or empty folder.
     *
     * @throws ExportRefused if something is there already, if there is nothing to export, or if a record is missing
     * @throws dev.portreeve.audit.EvidenceUnavailable the export cannot be recorded: there is no bundle then
     */
    public Exported to(Path target, Selection selection) throws IOException, SQLException, ExportRefused {
        Instant now = clock.instant();
        refuseFuture(selection, now);
        boolean zipped = target.toString().endsWith(".zip");
        try (FreshTarget fresh = FreshTarget.of(target, zipped);
                Connection connection = database.getConnection()) {
            AuditVerifier.snapshot(connection);
            List<LogRange> ranges = ranges(connection, selection);
            String note;
            try (BundleWriter bundle =
                    zipped ? BundleWriter.zip(fresh.path(), now) : BundleWriter.folder(fresh.path(), now)) {
                note = write(connection, bundle, selection, ranges, now);
            }
            Exported exported = new Exported(
                    ranges.stream().mapToLong(LogRange::records).sum(),
                    HexFormat.of().formatHex(BundleWriter.sha256().digest(note.getBytes(StandardCharsets.UTF_8))));
            record(ranges, "evidence", exported.sha256());
            fresh.keep();
            return exported;
        }
    }

    /**
     * Writes records in a form that other systems read, without proofs, to a new file.
     *
     * @return how many, and the digest of the file
     * @throws ExportRefused as {@link #to}
     */
    public Exported as(RecordFormat format, Path target, Selection selection)
            throws IOException, SQLException, ExportRefused {
        refuseFuture(selection, clock.instant());
        try (FreshTarget fresh = FreshTarget.of(target, true);
                Connection connection = database.getConnection()) {
            AuditVerifier.snapshot(connection);
            List<LogRange> ranges = ranges(connection, selection);
            Exported exported = new FormatExport(connection, format, progress).write(fresh.path(), ranges);
            record(ranges, format.code(), exported.sha256());
            fresh.keep();
            return exported;
        }
    }

    private static void refuseFuture(Selection selection, Instant now) throws ExportRefused {
        for (Instant each : new @Nullable Instant[] {selection.from(), selection.to()}) {
            if (each != null && each.isAfter(now)) {
                throw new ExportRefused(each + " is in the future: nobody knows yet what will be recorded until then");
            }
        }
    }

    private static List<LogRange> ranges(Connection connection, Selection selection)
            throws SQLException, ExportRefused {
        List<String> tenants = LogTables.tenants(connection, LogTables.CHECKPOINT);
        String chosen = selection.tenant();
        if (tenants.isEmpty()) {
            throw new ExportRefused("there is nothing to export: no record is signed yet, records are a second after"
                    + " they are written");
        }
        if (chosen != null && !tenants.contains(chosen)) {
            List<String> some = tenants.subList(0, Math.min(MOST_NAMED, tenants.size()));
            throw new ExportRefused("there is no signed record of a tenant \"" + chosen + "\": there are "
                    + String.join(", ", some) + (tenants.size() > MOST_NAMED ? " and others" : ""));
        }
        List<LogRange> ranges = new ArrayList<>();
        for (String tenant : chosen == null ? tenants : List.of(chosen)) {
            LogRange range = LogRange.find(connection, tenant, selection);
            if (range != null) {
                ranges.add(range);
            }
        }
        if (ranges.isEmpty()) {
            throw new ExportRefused("no signed record lies in the range that was asked for"
                    + (selection.since() > 0 ? ", from index " + selection.since() + " on" : ""));
        }
        return ranges;
    }

    private String write(
            Connection connection, BundleWriter bundle, Selection selection, List<LogRange> ranges, Instant now)
            throws IOException, SQLException, ExportRefused {
        bundle.file(BundleNames.README, out -> resource(out, "export-readme.txt"));
        bundle.file(BundleNames.SCHEMA, out -> resource(out, "record-schema.json"));
        bundle.file(BundleNames.KEY, out -> out.write((signer.verifierKey() + "\n").getBytes(StandardCharsets.UTF_8)));
        List<TenantExport> tenants = new ArrayList<>();
        for (LogRange range : ranges) {
            TenantExport tenant = new TenantExport(connection, range, progress);
            tenant.write(bundle, signer.verifierKey());
            tenants.add(tenant);
        }
        String text = ManifestText.of(selection, asker, signer.verifierKey(), now, tenants, bundle.written());
        String note = signer.sign(text).toString();
        bundle.file(BundleNames.MANIFEST, out -> out.write(note.getBytes(StandardCharsets.UTF_8)));
        return note;
    }

    private static void resource(OutputStream out, String name) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(AuditExport.class.getResourceAsStream(name), "it is in this jar")) {
            in.transferTo(out);
        }
    }

    /** Each tenant's own log says that its records were taken. */
    private void record(List<LogRange> ranges, String format, String digest) {
        ranges.stream()
                .map(range -> log.append(EvidenceEvents.exported(asker, range, format, digest)))
                .toList()
                .forEach(Receipt::await);
    }
}
