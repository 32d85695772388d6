package dev.portreeve.examples.notes;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Notes as files in one folder. No path leads out of the folder, neither by {@code ..} nor by a symbolic link. Safe for
 * several threads: a note is replaced in one move.
 */
final class Notes {
    static final int MAX_NOTE_BYTES = 64 * 1024;
    static final int MAX_HITS = 20;
    private static final int MAX_FILES_SEARCHED = 1000;
    private static final int MAX_DEPTH = 4;

    private final Path folder;

    /** One line that contains what was searched for. */
    record Hit(String path, int line, String text) {}

    /** What the caller asked for cannot be done; the message is for the caller. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    private Notes(Path folder) {
        this.folder = folder;
    }

    /** Opens a folder, which is made if it is not there. */
    static Notes open(Path folder) throws IOException {
        Files.createDirectories(folder);
        return new Notes(folder.toRealPath());
    }

    /** Puts three notes into the folder if it has none, so that there is something to find. */
    void addSamples() throws IOException, Refused {
        if (!all().isEmpty()) {
            return;
        }
        write("welcome.md", "# Welcome\nThese notes belong to the sample tool server.\n");
        write("shopping.md", "# Shopping\n- rye bread\n- two lemons\n- a gate key\n");
        write("ideas/garden.md", "# Garden\nPlant the lemons behind the gate in spring.\n");
    }

    /** Lines that contain {@code query}, in any case, in the order of the paths; {@value #MAX_HITS} at most. */
    List<Hit> search(String query) throws IOException {
        String wanted = query.toLowerCase(Locale.ROOT);
        List<Hit> hits = new ArrayList<>();
        for (Path file : all()) {
            List<String> lines = text(file).lines().toList();
            for (int i = 0; i < lines.size() && hits.size() < MAX_HITS; i++) {
                if (lines.get(i).toLowerCase(Locale.ROOT).contains(wanted)) {
                    hits.add(new Hit(nameOf(file), i + 1, lines.get(i)));
                }
            }
        }
        return hits;
    }

    String read(String path) throws IOException, Refused {
        Path file = inside(path);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new Refused("there is no note \"" + path + "\"");
        }
        return text(file);
    }

    /**
     * Writes a whole note, replacing what was there.
     *
     * @return whether the note is new
     */
    boolean write(String path, String text) throws IOException, Refused {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_NOTE_BYTES) {
            throw new Refused("a note may have " + MAX_NOTE_BYTES + " bytes, this one has " + bytes.length);
        }
        Path file = inside(path);
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new Refused("\"" + path + "\" is not a note");
        }
        boolean isNew = !Files.exists(file, LinkOption.NOFOLLOW_LINKS);
        Files.createDirectories(parentOf(file));
        Path draft = Files.createTempFile(folder, ".draft-", null);
        try {
            Files.write(draft, bytes);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(draft);
        }
        return isNew;
    }

    private List<Path> all() throws IOException {
        try (Stream<Path> files = Files.walk(folder, MAX_DEPTH)) {
            return files.filter(file -> file.getFileName().toString().endsWith(".md"))
                    .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .sorted()
                    .limit(MAX_FILES_SEARCHED)
                    .toList();
        }
    }

    /** The file of a path, which must end in .md; every folder on the way must be a real one inside ours. */
    private Path inside(String path) throws IOException, Refused {
        Path file;
        try {
            file = folder.resolve(path).normalize();
        } catch (InvalidPathException unreadable) {
            throw new Refused("\"" + path + "\" is not a path");
        }
        if (!file.startsWith(folder) || !file.getFileName().toString().endsWith(".md")) {
            throw new Refused("\"" + path + "\" is not a note: a path below the folder that ends in .md is needed");
        }
        if (folder.relativize(file).getNameCount() > MAX_DEPTH) {
            throw new Refused("\"" + path + "\" is deeper than " + MAX_DEPTH + " levels");
        }
        for (Path above = parentOf(file); !above.equals(folder); above = parentOf(above)) {
            if (Files.exists(above, LinkOption.NOFOLLOW_LINKS)
                    && !Files.isDirectory(above, LinkOption.NOFOLLOW_LINKS)) {
                throw new Refused("\"" + nameOf(above) + "\" is not a folder");
            }
        }
        return file;
    }

    private String nameOf(Path file) {
        return folder.relativize(file).toString().replace('\\', '/');
    }

    /** At most the bytes a note may have; somebody else may have put a larger file there. Bad UTF-8 becomes U+FFFD. */
    private static String text(Path file) throws IOException {
        try (var in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            return new String(in.readNBytes(MAX_NOTE_BYTES), StandardCharsets.UTF_8);
        }
    }

    private static Path parentOf(Path file) {
        Path parent = file.getParent();
        if (parent == null) {
            throw new IllegalArgumentException("no folder above \"" + file + "\"");
        }
        return parent;
    }
}
