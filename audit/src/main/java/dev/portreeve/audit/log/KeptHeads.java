package dev.portreeve.audit.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The last signed head of each tenant, kept in files outside the database: what a restored or rolled-back database is
 * found out by. One file per tenant, replaced whole.
 */
public final class KeptHeads {
    private static final String SUFFIX = ".head";
    /** Of the tree over all tenants' heads; no tenant's name ends so. */
    private static final String INSTANCE = "instance.tree";

    private static final String SUBTREES = "\nsubtrees\n";
    private static final long MOST_BYTES = 64 * 1024;
    private final Path folder;

    /**
     * A head and the tree that has it.
     *
     * @param tree grows from here without reading all leaves again
     */
    public record Head(SignedNote note, Checkpoint checkpoint, CompactRange tree) {}

    public KeptHeads(Path folder) {
        this.folder = folder;
    }

    Path file(String tenant) {
        return folder.resolve(tenant.equals(TenantName.NONE) ? INSTANCE : TenantName.escape(tenant) + SUFFIX);
    }

    /** The tenants a head is kept of. */
    public List<String> tenants() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(name -> TenantName.unescape(name.substring(0, name.length() - SUFFIX.length())))
                    .sorted()
                    .toList();
        }
    }

    /**
     * The kept head of a tenant, or {@code null} if there is none. Its signature is the caller's to check.
     *
     * @throws IOException if the file cannot be read or is not what was written
     */
    public @Nullable Head read(String tenant) throws IOException {
        Path file = file(tenant);
        String content;
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new IOException("'" + file + "' is too big for a kept head");
            }
            content = Files.readString(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return null;
        }
        try {
            int end = content.indexOf(SUBTREES);
            SignedNote note = SignedNote.parse(content.substring(0, Math.max(0, end)));
            Checkpoint checkpoint = Checkpoint.parse(note.text());
            List<byte[]> subtrees = new ArrayList<>();
            content.substring(end + SUBTREES.length())
                    .lines()
                    .forEach(line -> subtrees.add(Base64.getDecoder().decode(line)));
            CompactRange tree = CompactRange.of(checkpoint.size(), subtrees);
            if (!new Checkpoint(checkpoint.origin(), tree.size(), tree.root()).sameTree(checkpoint)) {
                throw new IllegalArgumentException("the subtrees do not give the root");
            }
            return new Head(note, checkpoint, tree);
        } catch (IllegalArgumentException e) {
            throw new IOException("'" + file + "' is not what was written there: " + e.getMessage(), e);
        }
    }

    void keep(String tenant, SignedNote note, CompactRange tree) throws IOException {
        StringBuilder content = new StringBuilder(note.toString()).append(SUBTREES);
        for (byte[] subtree : tree.subtrees()) {
            content.append(Base64.getEncoder().encodeToString(subtree)).append('\n');
        }
        Files.createDirectories(folder);
        Path fresh = folder.resolve(file(tenant).getFileName() + ".new");
        try (FileChannel channel = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(content.toString());
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(fresh, file(tenant), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
