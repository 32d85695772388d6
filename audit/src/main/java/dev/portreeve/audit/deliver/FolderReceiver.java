package dev.portreeve.audit.deliver;

import dev.portreeve.audit.export.RecordFile;
import dev.portreeve.audit.export.RecordFormat;
import dev.portreeve.audit.log.TenantName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;

/**
 * Writes each batch as a file below a folder, in a folder of its tenant: under another name until it is on the disk, so that
 * whoever watches the folder sees whole files only. The name is the range of indexes: a batch that comes again takes the place of
 * what it wrote before, and what a gateway writes late that has lost its turn takes the place of nothing that reaches further.
 */
public final class FolderReceiver implements Receiver, BundleReceiver {
    private final Path folder;
    private final RecordFormat format;

    /** @param folder made if it is not there */
    public FolderReceiver(Path folder, RecordFormat format) {
        this.folder = folder;
        this.format = format;
    }

    /** A batch as one file of its format. */
    public static byte[] content(Batch batch, RecordFormat format) {
        RecordFile file = new RecordFile(format);
        batch.records().forEach(record -> file.take(record.leaf(), record.index()));
        return file.end(batch.tenant(), batch.first(), batch.end());
    }

    /** Where a batch goes below a folder or a prefix: the tenant, and its range with zeros before it, so that names sort. */
    public static String name(Batch batch, RecordFormat format) {
        return TenantName.escape(batch.tenant()) + "/" + range(batch.first(), batch.end()) + "." + ending(format);
    }

    /** @param end one more than the last index */
    static String range(long first, long end) {
        return String.format(Locale.ROOT, "%012d-%012d", first, end - 1);
    }

    static String ending(RecordFormat format) {
        return switch (format) {
            case OCSF -> "ocsf.jsonl";
            case SYSLOG, CEF -> format.code() + ".log";
            default -> format.code();
        };
    }

    @Override
    public void take(Batch batch) throws NotTaken {
        Path file = folder.resolve(name(batch, format));
        try {
            byte[] text = content(batch, format);
            put(file, channel -> {
                ByteBuffer bytes = ByteBuffer.wrap(text);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            });
        } catch (IOException failed) {
            throw new NotTaken(
                    NotTaken.Way.AGAIN,
                    "the folder cannot be written to: " + failed.getClass().getSimpleName(),
                    failed);
        }
    }

    @Override
    public void put(String name, Path bundle) throws NotTaken {
        try (FileChannel from = FileChannel.open(bundle, StandardOpenOption.READ)) {
            put(folder.resolve(name), channel -> {
                long written = 0;
                while (written < from.size()) {
                    written += from.transferTo(written, from.size() - written, channel);
                }
            });
        } catch (IOException failed) {
            throw new NotTaken(
                    NotTaken.Way.AGAIN,
                    "the folder cannot be written to: " + failed.getClass().getSimpleName(),
                    failed);
        }
    }

    private interface Content {
        void to(FileChannel channel) throws IOException;
    }

    private static void put(Path file, Content content) throws IOException {
        Path parent = Objects.requireNonNull(file.getParent(), "a file has a folder");
        make(parent);
        // A name of its own: another gateway may write the same file just now.
        Path fresh = parent.resolve("." + file.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            try (FileChannel channel =
                    FileChannel.open(fresh, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                content.to(channel);
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
        force(parent);
    }

    /** With the folders above it, each of them on the disk before something is in it. */
    private static void make(Path made) throws IOException {
        if (Files.isDirectory(made)) {
            return;
        }
        Path parent = made.toAbsolutePath().getParent();
        if (parent != null) {
            make(parent);
        }
        try {
            Files.createDirectory(made);
        } catch (FileAlreadyExistsException another) {
            if (!Files.isDirectory(made)) {
                throw another;
            }
        }
        if (parent != null) {
            force(parent);
        }
    }

    /** A new name is on the disk only with its folder. */
    private static void force(Path folder) throws IOException {
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    @Override
    public String kind() {
        return "folder";
    }

    @Override
    public String format() {
        return format.code();
    }
}
