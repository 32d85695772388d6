package dev.portreeve.audit.log;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Writes the signed part of the log to a folder that can be checked anywhere, without this program or its database.
 *
 * <p>Reads as a stream, as the log stands at one instant. The folder appears complete or not at all. Blocks; thread-safe.
 */
public final class AuditExport {
    static final String EVERY_TENANT = "*";
    private final DataSource database;
    private final VerifierKey key;
    private final Progress progress;

    /**
     * What to export.
     *
     * @param tenant one tenant, or {@code null} for all
     * @param since the first index
     */
    public record Selection(@Nullable String tenant, long since) {
        public Selection {
            if (since < 0) {
                throw new IllegalArgumentException("an index is not below 0");
            }
        }

        public static Selection everything() {
            return new Selection(null, 0);
        }
    }

    /** Why nothing was exported; the message is for the one who asked. */
    public static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    public AuditExport(DataSource database, VerifierKey key, Progress progress) {
        this.database = database;
        this.key = key;
        this.progress = progress;
    }

    /**
     * Writes the folder and returns how many records are in it.
     *
     * @throws Refused if the folder has something in it, if there is nothing to export, or if a record is missing
     */
    public long to(Path folder, Selection selection) throws IOException, SQLException, Refused {
        Path target = folder.toAbsolutePath();
        refuseFull(target);
        Path parent = Objects.requireNonNull(target.getParent(), "a folder has a parent");
        Files.createDirectories(parent);
        Path fresh = Files.createTempDirectory(parent, "." + target.getFileName() + "-");
        boolean done = false;
        try (Connection connection = database.getConnection()) {
            AuditVerifier.snapshot(connection);
            long records = write(connection, fresh, selection);
            // An empty folder in its place is taken over; a file that appeared meanwhile is not.
            Files.deleteIfExists(target);
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
            done = true;
            return records;
        } finally {
            if (!done) {
                delete(fresh);
            }
        }
    }

    private static void refuseFull(Path target) throws IOException, Refused {
        if (Files.isDirectory(target)) {
            try (Stream<Path> entries = Files.list(target)) {
                if (entries.findAny().isPresent()) {
                    throw new Refused("folder '" + target + "' is not empty: name a new one");
                }
            }
        } else if (Files.exists(target)) {
            throw new Refused("'" + target + "' is a file: name a new folder");
        }
    }

    private long write(Connection connection, Path folder, Selection selection)
            throws IOException, SQLException, Refused {
        String chosen = selection.tenant();
        List<String> tenants = chosen == null ? LogTables.tenants(connection, LogTables.CHECKPOINT) : List.of(chosen);
        StringBuilder manifest = new StringBuilder("folder\tfirst\trecords\n");
        long total = 0;
        for (String tenant : tenants) {
            long records = new TenantExport(connection, tenant, selection.since())
                    .write(folder.resolve(TenantName.escape(tenant)));
            manifest.append(TenantName.escape(tenant)).append('\t').append(selection.since());
            manifest.append('\t').append(records).append('\n');
            total += records;
        }
        if (tenants.isEmpty()) {
            throw new Refused("there is nothing to export: no record is signed yet, records are a second after they are"
                    + " written");
        }
        Files.writeString(folder.resolve(ExportFolder.MANIFEST), manifest);
        Files.writeString(folder.resolve(ExportFolder.KEY), key + "\n");
        try (InputStream readme = Objects.requireNonNull(
                AuditExport.class.getResourceAsStream("export-readme.txt"), "the export's README is in this jar")) {
            Files.copy(readme, folder.resolve(ExportFolder.README));
        }
        return total;
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** The files of one tenant. */
    private final class TenantExport {
        private final Connection connection;
        private final String tenant;
        private final long since;

        TenantExport(Connection connection, String tenant, long since) {
            this.connection = connection;
            this.tenant = tenant;
            this.since = since;
        }

        long write(Path folder) throws IOException, SQLException, Refused {
            long end = signedSize();
            if (since >= end) {
                throw new Refused("tenant \"" + tenant + "\" has no signed record from index " + since + " on: " + end
                        + " records are signed");
            }
            Files.createDirectories(folder);
            Files.writeString(folder.resolve(ExportFolder.KEY), key.forTenant(tenant) + "\n");
            if (since > 0) {
                writeBefore(folder.resolve(ExportFolder.BEFORE));
            }
            writeCheckpoints(folder.resolve(ExportFolder.CHECKPOINTS), end);
            writeRecords(folder, end);
            return end - since;
        }

        private PreparedStatement statement(String sql) throws SQLException {
            return LogTables.stream(connection, sql, tenant);
        }

        private long signedSize() throws SQLException {
            try (PreparedStatement statement =
                            statement("SELECT coalesce(max(size), 0) FROM audit.checkpoint WHERE tenant = ?");
                    ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }

        private void writeBefore(Path file) throws IOException, SQLException, Refused {
            CompactRange tree = CompactRange.empty();
            try (PreparedStatement statement = statement(
                    "SELECT index, leaf_hash FROM audit.sequence WHERE tenant = ? AND index < ? ORDER BY index")) {
                statement.setLong(2, since);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        requireNext(rows.getLong(1), tree.size());
                        tree.append(rows.getBytes(2));
                    }
                }
            }
            requireNext(since, tree.size());
            StringBuilder lines = new StringBuilder();
            tree.subtrees().forEach(subtree -> lines.append(base64(subtree)).append('\n'));
            Files.writeString(file, lines);
        }

        private void writeCheckpoints(Path file, long end) throws IOException, SQLException {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
                    PreparedStatement statement = statement(
                            "SELECT note FROM audit.checkpoint WHERE tenant = ? AND size BETWEEN ? AND ? ORDER BY size")) {
                statement.setLong(2, since);
                statement.setLong(3, end);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        out.write((rows.getString(1) + "\n").getBytes(StandardCharsets.UTF_8));
                    }
                }
            }
        }

        private void writeRecords(Path folder, long end) throws IOException, SQLException, Refused {
            try (OutputStream records =
                            new BufferedOutputStream(Files.newOutputStream(folder.resolve(ExportFolder.RECORDS)));
                    OutputStream hashes =
                            new BufferedOutputStream(Files.newOutputStream(folder.resolve(ExportFolder.HASHES)));
                    PreparedStatement statement = statement("""
                            SELECT s.index, s.record_id, s.leaf_hash, r.leaf
                            FROM audit.sequence s
                            LEFT JOIN audit.record r ON r.tenant = s.tenant AND r.id = s.record_id
                            WHERE s.tenant = ? AND s.index >= ? AND s.index < ? ORDER BY s.index""")) {
                statement.setLong(2, since);
                statement.setLong(3, end);
                long next = since;
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        requireNext(rows.getLong(1), next);
                        byte[] leaf = rows.getBytes(4);
                        if (leaf == null) {
                            throw damaged("record " + rows.getString(2) + " at index " + next + " is missing");
                        }
                        records.write(leaf);
                        records.write('\n');
                        hashes.write(base64(rows.getBytes(3)).getBytes(StandardCharsets.US_ASCII));
                        hashes.write('\n');
                        next++;
                        progress.checked(tenant, next - since, end - since);
                    }
                }
                requireNext(end, next);
            }
        }

        private void requireNext(long index, long expected) throws Refused {
            if (index != expected) {
                throw damaged("index " + expected + " is " + (index < expected ? "there twice" : "missing"));
            }
        }

        private Refused damaged(String what) {
            return new Refused("the log of tenant \"" + tenant + "\" is damaged, " + what
                    + ": see what audit verify says of the database");
        }

        private static String base64(byte[] bytes) {
            return Base64.getEncoder().encodeToString(bytes);
        }
    }
}
