package dev.portreeve.audit.deliver;

import dev.portreeve.audit.export.RecordFormat;
import dev.portreeve.audit.export.RecordLines;
import dev.portreeve.audit.log.TenantName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Objects;

/**
 * Writes each batch as a file below a folder, in a folder of its tenant: under another name until it is on the disk, so that
 * whoever watches the folder sees whole files only. The name is the first index, so a batch that comes again takes the place of
 * what it wrote before.
 */
public final class FolderReceiver implements Receiver, BundleReceiver {
    private final Path folder;
    private final RecordFormat format;

    /** @param folder made if it is not there */
    public FolderReceiver(Path folder, RecordFormat format) {
        this.folder = folder;
        this.format = format;
    }

    /** A batch as one text of its format, with a heading where that has one. */
    public static byte[] text(Batch batch, RecordFormat format) {
        RecordLines lines = format.lines();
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.writeBytes(lines.heading());
        for (Batch.Record record : batch.records()) {
            text.writeBytes(lines.line(record.leaf(), record.index()));
        }
        return text.toByteArray();
    }

    /** Where a batch goes below a folder or a prefix: the tenant, and the first index with zeros before it, so that names sort. */
    public static String name(Batch batch, RecordFormat format) {
        return TenantName.escape(batch.tenant()) + "/" + String.format(Locale.ROOT, "%012d", batch.first()) + "."
                + ending(format);
    }

    private static String ending(RecordFormat format) {
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
            byte[] text = text(batch, format);
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
        Files.createDirectories(parent);
        Path fresh = parent.resolve("." + file.getFileName() + ".part");
        try (FileChannel channel = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            content.to(channel);
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        // The new name is on the disk only with the folder.
        try (FileChannel directory = FileChannel.open(parent, StandardOpenOption.READ)) {
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
