package dev.portreeve.migrations;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The folder of one embedded server, locked for this process: {@code cluster} holds PostgreSQL's files, beside it lie the
 * passwords, the port and the lock.
 */
final class DataFolder implements AutoCloseable {
    private static final int PASSWORD_BYTES = 24;

    private final Path root;
    private final FileChannel lockFile;

    private DataFolder(Path root, FileChannel lockFile) {
        this.root = root;
        this.lockFile = lockFile;
    }

    /** Creates the folder if needed and locks it; the lock also falls when this process dies. */
    static DataFolder open(Path folder) {
        Path root = folder.toAbsolutePath().normalize();
        try {
            if (!Files.isDirectory(root)) {
                Files.createDirectories(root);
                // Passage for the user the server runs as; what lies here is closed by its own permissions.
                Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx--x--x"));
            }
            return new DataFolder(root, lock(root));
        } catch (IOException e) {
            throw DatabaseUnavailable.hereOnly("cannot use the data folder '" + root + "': " + e, e);
        }
    }

    private static FileChannel lock(Path root) throws IOException {
        Path path = root.resolve("lock");
        FileChannel file =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (tryLock(file) == null) {
            String holder = Files.readString(path).strip();
            file.close();
            throw new DatabaseUnavailable("the data folder '" + root + "' is in use by another Portreeve (process "
                    + holder + "): stop that one, or give this one a data folder of its own");
        }
        file.truncate(0);
        file.write(ByteBuffer.wrap(String.valueOf(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
        return file;
    }

    private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    /** Whether a running program has this folder open, this one included. */
    static boolean isHeld(Path folder) throws IOException {
        Path path = folder.resolve("lock");
        if (!Files.exists(path)) {
            return false;
        }
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return tryLock(file) == null;
        }
    }

    /** The folder of a server that another program runs: to be read, never written, and not to be closed. */
    static String read(Path folder, String file) throws IOException {
        return Files.readString(folder.resolve(file)).strip();
    }

    /** The file of a role's password. */
    static String passwordFile(String role) {
        return role + ".password";
    }

    Path root() {
        return root;
    }

    Path cluster() {
        return root.resolve("cluster");
    }

    /** Where the server's own process id stands while it lives. */
    Path pidFile() {
        return cluster().resolve("postmaster.pid");
    }

    Path unfinishedCluster() {
        return root.resolve("cluster.unfinished");
    }

    boolean hasCluster() {
        return Files.exists(cluster());
    }

    /** The password of a role: made at the first call, the same ever after, readable by its owner only. */
    String password(String role) throws IOException {
        Path file = root.resolve(passwordFile(role));
        if (!Files.exists(file)) {
            if (hasCluster()) {
                throw new DatabaseUnavailable("'" + file + "' is missing, but the database beside it was made with the"
                        + " password in it: restore the file from your backup");
            }
            byte[] random = new byte[PASSWORD_BYTES];
            new SecureRandom().nextBytes(random);
            writePrivate(file, Base64.getUrlEncoder().withoutPadding().encodeToString(random));
        }
        return Files.readString(file).strip();
    }

    /** The port this folder's server listens on: kept between starts while it stays free. */
    int port() throws IOException {
        Path file = root.resolve("port");
        if (Files.exists(file)) {
            int kept = Integer.parseInt(Files.readString(file).strip());
            if (isFree(kept)) {
                return kept;
            }
        }
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            writePrivate(file, String.valueOf(socket.getLocalPort()));
            return socket.getLocalPort();
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress("127.0.0.1", port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Writes all or nothing, and never with open permissions, not even for a moment. */
    static void writePrivate(Path file, String text) throws IOException {
        Path unfinished = Files.createTempFile(
                file.getParent(),
                file.getFileName().toString(),
                ".unfinished",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(unfinished, text);
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() {
        try {
            lockFile.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
