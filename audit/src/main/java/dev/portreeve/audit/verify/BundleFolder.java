package dev.portreeve.audit.verify;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A bundle that was unpacked. Links in it are not followed. */
final class BundleFolder implements BundleFiles {
    private static final int DEEPEST = 4;
    private final Path folder;

    BundleFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new NotDirectoryException(folder.toString());
        }
        this.folder = folder;
    }

    @Override
    public Set<String> names() throws IOException {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> found = Files.walk(folder, DEEPEST)) {
            for (Path each : (Iterable<Path>) found::iterator) {
                String name = folder.relativize(each).toString().replace('\\', '/');
                if (Files.isSymbolicLink(each) && !each.equals(folder)) {
                    throw new IllegalArgumentException("\"" + Plain.text(name) + "\" is a link: a bundle has none");
                }
                if (folder.relativize(each).getNameCount() == DEEPEST && Files.isDirectory(each)) {
                    throw new IllegalArgumentException(
                            "\"" + Plain.text(name) + "\" is a folder deeper than any in a bundle");
                }
                if (Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS)) {
                    Manifest.requireName(name);
                    names.add(name);
                }
                if (names.size() > MOST_FILES) {
                    throw new IllegalArgumentException("there are more than " + MOST_FILES + " files");
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return names;
    }

    @Override
    public InputStream open(String name) throws IOException {
        Manifest.requireName(name);
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new NoSuchFileException(name);
        }
        return Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public void close() {
        // Holds nothing open.
    }
}
