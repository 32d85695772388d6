package dev.portreeve.migrations;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.tukaani.xz.XZInputStream;

/**
 * The PostgreSQL programs that came with this build, unpacked.
 *
 * <p>They are unpacked once per version into a cache, first to a folder of their own and then renamed, so that a folder
 * with the right name is always complete, whoever was interrupted or ran at the same time.
 */
final class PostgresBinaries {
    private final Path home;

    private PostgresBinaries(Path home) {
        this.home = home;
    }

    Path program(String name) {
        return home.resolve("bin").resolve(name);
    }

    /** Finds or unpacks the programs; {@code fallback} is used where no cache folder of the user can be written. */
    static PostgresBinaries unpacked(Path fallback, Consumer<String> progress) {
        String name = "postgresql-" + version() + "-" + platform();
        List<Path> caches =
                Stream.concat(Cache.folders().stream(), Stream.of(fallback)).toList();
        for (Path cache : caches) {
            if (Files.isDirectory(cache.resolve(name))) {
                return new PostgresBinaries(cache.resolve(name));
            }
        }
        Path cache =
                caches.stream().filter(PostgresBinaries::writable).findFirst().orElse(fallback);
        progress.accept("unpacking PostgreSQL " + version());
        try {
            return new PostgresBinaries(unpack(cache, name));
        } catch (IOException e) {
            throw DatabaseUnavailable.hereOnly("cannot unpack PostgreSQL to '" + cache + "': " + e.getMessage(), e);
        }
    }

    private static Path unpack(Path cache, String name) throws IOException {
        Path home = cache.resolve(name);
        Path unfinished = Files.createTempDirectory(cache, name + ".unfinished-");
        try (InputStream archive = archive();
                XZInputStream tar = new XZInputStream(archive)) {
            TarReader.unpack(tar, unfinished);
            // A temporary folder is private, but the server may run as another user.
            Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.move(unfinished, home);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
            // Another start was faster; its folder is complete.
            delete(unfinished);
        } catch (IOException e) {
            delete(unfinished);
            throw e;
        }
        return home;
    }

    private static InputStream archive() {
        String resource = "/postgres-" + platform() + ".txz";
        InputStream archive = PostgresBinaries.class.getResourceAsStream(resource);
        if (archive == null) {
            throw DatabaseUnavailable.hereOnly(
                    "this build brings no PostgreSQL for " + platform() + " (built on another platform?)", null);
        }
        return archive;
    }

    private static boolean writable(Path cache) {
        try {
            Files.createDirectories(cache);
            return Files.isWritable(cache);
        } catch (IOException e) {
            return false;
        }
    }

    private static String version() {
        Properties properties = new Properties();
        try (InputStream in = PostgresBinaries.class.getResourceAsStream("embedded-postgres.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }

    /** In the words of the archive's name. */
    private static String platform() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac") ? "darwin" : "linux";
        String processor = switch (System.getProperty("os.arch")) {
            case "aarch64" -> "arm_64";
            case "amd64", "x86_64" -> "x86_64";
            case String other -> other;
        };
        return system + "-" + processor;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** Where programs that can be unpacked again are kept between runs. */
    private static final class Cache {
        private static final Path NAME = Path.of("portreeve");

        private Cache() {}

        static List<Path> folders() {
            if ("root".equals(System.getProperty("user.name"))) {
                // The home of root is closed to the user that the server runs as.
                return List.of(Path.of("/var/cache").resolve(NAME));
            }
            String cache = System.getenv("XDG_CACHE_HOME");
            if (cache != null && !cache.isBlank()) {
                return List.of(Path.of(cache).resolve(NAME));
            }
            Path home = Path.of(System.getProperty("user.home"));
            return Files.isWritable(home) ? List.of(home.resolve(".cache").resolve(NAME)) : List.of();
        }
    }
}
