package dev.portreeve.audit.anchor;

import dev.portreeve.audit.log.Checkpoint;
import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.proof.Continuation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A folder outside the database, best where nobody can take away or replace what was written: another machine's, or one that is written
 * once. Each head is a file of its own, named by its size, on disk before it is confirmed, whole under its name or not there.
 */
public final class FileAnchor implements Anchor {
    /** The end of a head's file name. */
    public static final String SUFFIX = ".checkpoint";

    private static final int MOST_BYTES = 64 * 1024;
    private final String name;
    private final Path folder;
    private final InstantSource clock;

    /** @param folder is made if it is not there; its parent is not, since it may be a mount that is missing */
    public FileAnchor(String name, Path folder, InstantSource clock) {
        this.name = name;
        this.folder = folder;
        this.clock = clock;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Kind kind() {
        return Kind.FILE;
    }

    /** The name a head of this size has at a file or object anchor: sorted by name is sorted by size. */
    public static String fileName(long size) {
        return String.format(Locale.ROOT, "%019d%s", size, SUFFIX);
    }

    @Override
    public Confirmation put(Continuation next, Continuations log) throws AnchorRefused, IOException {
        SignedNote head = next.note();
        Path file = folder.resolve(fileName(next.checkpoint().size()));
        try {
            if (!Files.isDirectory(folder)) {
                Files.createDirectory(folder);
            }
            String there = read(file);
            if (there == null) {
                write(file, head.toString());
                there = read(file);
            }
            requireSame(file, there, head);
        } catch (FileSystemException unusable) {
            String why = unusable.getReason() == null ? unusable.getClass().getSimpleName() : unusable.getReason();
            throw new IOException("'" + unusable.getFile() + "' cannot be written: " + why, unusable);
        }
        return new Confirmation(head, clock.instant(), file.toUri().toString(), new byte[0]);
    }

    private static @Nullable String read(Path file) throws IOException {
        try {
            if (Files.size(file) > MOST_BYTES) {
                return "";
            }
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (NoSuchFileException none) {
            return null;
        }
    }

    /**
     * Holds what is at an anchor against the head that should be there. A head may be signed twice, by keys that say the time or by
     * one key more; what counts is which tree it is of.
     *
     * @param there what is there; {@code null} if nothing is
     * @throws AnchorRefused if it is something else
     * @throws IOException if nothing is there
     */
    public static void requireSame(Object place, @Nullable String there, SignedNote head)
            throws AnchorRefused, IOException {
        if (there == null) {
            throw new IOException("'" + place + "' was written and is not there");
        }
        Checkpoint kept;
        try {
            kept = Checkpoint.parse(SignedNote.parse(there).text());
        } catch (IllegalArgumentException notOne) {
            throw new AnchorRefused("'" + place + "' is there and is no head of a log: somebody else wrote it");
        }
        if (!kept.equals(Checkpoint.parse(head.text()))) {
            throw new AnchorRefused("'" + place + "' is there and holds another head of the same size: one of the two"
                    + " is of another history; nothing was replaced");
        }
    }

    /** Under another name first, so that a crash leaves no half head; a name that is taken stays with what has it. */
    private void write(Path file, String note) throws IOException {
        Path fresh = Files.createTempFile(folder, ".head-", ".new");
        try {
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = StandardCharsets.UTF_8.encode(note);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            takeName(fresh, file);
            force(folder);
        } catch (FileAlreadyExistsException taken) {
            // Another replica was faster: what it wrote is compared.
            return;
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static void takeName(Path fresh, Path file) throws IOException {
        try {
            Files.createLink(file, fresh);
        } catch (FileAlreadyExistsException taken) {
            throw taken;
        } catch (UnsupportedOperationException | FileSystemException noLinks) {
            Files.move(fresh, file);
        }
    }

    /** The entry in the folder too, where the system lets a folder be opened. */
    private static void force(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException notHere) {
            // As on Windows: then the file system's own journal has it.
            return;
        }
    }
}
