package dev.portreeve.audit.export;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where an export is written under another name until it is whole. What a killed export left there under that name is written
 * over by the next. For one thread.
 */
final class FreshTarget implements AutoCloseable {
    private final Path target;
    private final Path fresh;
    private final @Nullable FileChannel channel;
    private boolean kept;

    private FreshTarget(Path target, Path fresh, @Nullable FileChannel channel) {
        this.target = target;
        this.fresh = fresh;
        this.channel = channel;
    }

    /**
     * @param file a file, or else a folder
     * @throws ExportRefused something is there already, or another export writes there
     */
    static FreshTarget of(Path target, boolean file) throws IOException, ExportRefused {
        Path absolute = target.toAbsolutePath();
        refuseFull(absolute, file);
        Path parent = Objects.requireNonNull(absolute.getParent(), "a file has a folder");
        Files.createDirectories(parent);
        if (!file) {
            return new FreshTarget(
                    absolute, Files.createTempDirectory(parent, "." + absolute.getFileName() + "-"), null);
        }
        Path fresh = parent.resolve("." + absolute.getFileName() + ".part");
        FileChannel channel = FileChannel.open(fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Another thread of this program has it: as if it were another program.
            lock = null;
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
        if (lock == null) {
            throw new ExportRefused("another export writes to '" + target + "'");
        }
        return new FreshTarget(absolute, fresh, channel);
    }

    private static void refuseFull(Path target, boolean file) throws IOException, ExportRefused {
        if (Files.isDirectory(target) && !file) {
            try (Stream<Path> entries = Files.list(target)) {
                if (entries.findAny().isPresent()) {
                    throw new ExportRefused("folder '" + target + "' is not empty: name a new one");
                }
            }
        } else if (Files.exists(target)) {
            throw new ExportRefused("'" + target + "' is there already: name a new " + (file ? "file" : "folder"));
        }
    }

    /** Where to write meanwhile. */
    Path path() {
        return fresh;
    }

    /** All is written: gives it its name. */
    void keep() throws IOException {
        FileChannel written = channel;
        if (written == null) {
            // An empty folder in its place is taken over; a file that appeared meanwhile is not.
            Files.deleteIfExists(target);
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        } else {
            written.force(true);
            // A hard link, because a move would write over a file that appeared meanwhile.
            Files.createLink(target, fresh);
            Files.delete(fresh);
        }
        kept = true;
    }

    @Override
    public void close() throws IOException {
        if (!kept) {
            delete(fresh);
        }
        if (channel != null) {
            channel.close();
        }
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
}
