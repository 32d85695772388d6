package dev.portreeve.audit.export;

import dev.portreeve.audit.log.Progress;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;

/** Writes records of one form to a file, tenant after tenant. For one thread. */
final class FormatExport {
    private static final int BUFFER = 1 << 16;
    private final Connection connection;
    private final RecordFormat format;
    private final Progress progress;

    FormatExport(Connection connection, RecordFormat format, Progress progress) {
        this.connection = connection;
        this.format = format;
        this.progress = progress;
    }

    AuditExport.Exported write(Path file, List<LogRange> ranges) throws IOException, SQLException, ExportRefused {
        MessageDigest sha256 = BundleWriter.sha256();
        try (OutputStream out = new BufferedOutputStream(
                new DigestOutputStream(
                        Files.newOutputStream(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING),
                        sha256),
                BUFFER)) {
            RecordSink sink = format.sink(out);
            for (LogRange range : ranges) {
                new TenantExport(connection, range, progress).records((index, leaf) -> sink.take(leaf, index));
            }
            sink.end(ranges);
        }
        return new AuditExport.Exported(
                ranges.stream().mapToLong(LogRange::records).sum(),
                HexFormat.of().formatHex(sha256.digest()));
    }
}
