package dev.portreeve.gateway.edit;

import dev.portreeve.gateway.config.BadConfig;
import dev.portreeve.gateway.config.ConfigProblem;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a small text file, and replaces it whole or not at all: the old one is kept beside it, the new one has its
 * permissions and its owner, and a link stays a link. Blocks; for one command on its own thread.
 */
public final class FileEdit {
    private static final int MAX_BYTES = 16 * 1024 * 1024;
    private static final int MAX_BACKUPS = 1000;

    private FileEdit() {}

    /**
     * What was done.
     *
     * @param backup the old file; {@code null} where there was none
     */
    public record Done(Path file, @Nullable Path backup) {}

    /**
     * The file's text, or nothing if there is no such file.
     *
     * @throws BadConfig it cannot be read, is too large or is not UTF-8
     */
    public static Optional<String> read(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw problem(file, "is larger than " + MAX_BYTES / 1024 / 1024 + " MiB");
            }
            return Optional.of(Files.readString(file));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (CharacterCodingException binary) {
            throw problem(file, "is not text in UTF-8");
        } catch (IOException unreadable) {
            throw problem(file, "cannot be read: " + unreadable.getMessage());
        }
    }

    /**
     * Writes {@code after} in place of {@code before}.
     *
     * @param before what {@link #read} gave; if the file says something else by now, nothing is done
     * @param secret whether a file that is made new is for its owner only
     * @throws BadConfig it cannot be written, or was changed meanwhile
     */
    public static Done replace(Path file, Optional<String> before, String after, boolean secret) {
        try {
            Path real = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
            Path folder = real.getParent();
            if (folder == null) {
                throw problem(file, "is not a file");
            }
            Files.createDirectories(folder);
            if (!read(real).equals(before)) {
                throw problem(file, "was changed by somebody else just now: try again");
            }
            Path backup = before.isPresent() ? backup(real) : null;
            Path unfinished = Files.createTempFile(
                    folder,
                    ".new-",
                    null,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try {
                Files.writeString(unfinished, after);
                dress(unfinished, before.isPresent() ? real : null, secret);
                Files.move(unfinished, real, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(unfinished);
            }
            return new Done(file, backup);
        } catch (IOException unwritable) {
            throw problem(file, "cannot be written: " + unwritable.getMessage());
        }
    }

    /** A copy under a name that is free: {@code x.bak}, {@code x.bak.2} and so on; never over an older copy. */
    private static Path backup(Path file) throws IOException {
        for (int i = 1; i <= MAX_BACKUPS; i++) {
            Path copy = file.resolveSibling(file.getFileName() + ".bak" + (i == 1 ? "" : "." + i));
            try {
                return Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
            } catch (FileAlreadyExistsException taken) {
                continue;
            }
        }
        throw problem(file, "has " + MAX_BACKUPS + " backups beside it: move some away");
    }

    /** Permissions and owner of the file that is replaced; those of a new file are what the system gives, or private. */
    private static void dress(Path unfinished, @Nullable Path like, boolean secret) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(unfinished, PosixFileAttributeView.class);
        if (like != null) {
            PosixFileAttributes old = Files.readAttributes(like, PosixFileAttributes.class);
            PosixFileAttributes made = view.readAttributes();
            if (!old.owner().equals(made.owner())) {
                view.setOwner(old.owner());
            }
            if (!old.group().equals(made.group())) {
                view.setGroup(old.group());
            }
            view.setPermissions(old.permissions());
        } else if (!secret) {
            view.setPermissions(usual(unfinished));
        }
    }

    private static Set<PosixFilePermission> usual(Path beside) throws IOException {
        Path probe = beside.resolveSibling(beside.getFileName() + ".mode");
        Files.newByteChannel(probe, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)
                .close();
        try {
            return Files.getPosixFilePermissions(probe);
        } finally {
            Files.deleteIfExists(probe);
        }
    }

    private static BadConfig problem(Path file, String what) {
        return new BadConfig(List.of(new ConfigProblem(file.toString(), 0, "", what)));
    }
}
