package dev.portreeve.migrations;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/**
 * Unpacks a tar archive: folders, files with their executable bit, symbolic links, names of at most 100 bytes.
 *
 * <p>Anything else, and any name that would leave the target folder, is an error: the archive comes with the program, so
 * a surprise in it means a damaged build.
 */
final class TarReader {
    private static final int BLOCK = 512;

    private final InputStream in;
    private final Path target;
    private final byte[] header = new byte[BLOCK];

    private TarReader(InputStream in, Path target) {
        this.in = in;
        this.target = target;
    }

    static void unpack(InputStream tar, Path target) throws IOException {
        TarReader reader = new TarReader(tar, target);
        while (reader.next()) {}
    }

    private boolean next() throws IOException {
        if (in.readNBytes(header, 0, BLOCK) < BLOCK || header[0] == 0) {
            return false;
        }
        String name = text(0, 100);
        long size = octal(124, 12);
        Path path = inside(name);
        switch (header[156]) {
            case '5' -> folder(path);
            case '2' -> link(path, text(157, 100));
            case '0', 0 -> file(path, size);
            default -> throw new IOException("unexpected kind of entry in the archive at '" + name + "'");
        }
        return true;
    }

    private void folder(Path path) throws IOException {
        Files.createDirectories(path);
        Files.setPosixFilePermissions(path, permissions(true));
    }

    private Path inside(String name) throws IOException {
        Path path = target.resolve(name).normalize();
        if (!path.startsWith(target)) {
            throw new IOException("entry outside the archive's folder: '" + name + "'");
        }
        return path;
    }

    private void link(Path path, String to) throws IOException {
        if (!path.resolveSibling(to).normalize().startsWith(target)) {
            throw new IOException("link outside the archive's folder: '" + to + "'");
        }
        folder(path.resolveSibling(""));
        Files.createSymbolicLink(path, Path.of(to));
    }

    private void file(Path path, long size) throws IOException {
        folder(path.resolveSibling(""));
        try (OutputStream out = Files.newOutputStream(path)) {
            byte[] buffer = new byte[64 * 1024];
            for (long left = size; left > 0; ) {
                int read = in.readNBytes(buffer, 0, (int) Math.min(left, buffer.length));
                if (read == 0) {
                    throw new IOException("the archive ends inside '" + path.getFileName() + "'");
                }
                out.write(buffer, 0, read);
                left -= read;
            }
        }
        in.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
        Files.setPosixFilePermissions(path, permissions((octal(100, 8) & 0100) != 0));
    }

    /** Readable by everyone, because the server may run as another user than the one who unpacked. */
    private static Set<PosixFilePermission> permissions(boolean executable) {
        Set<PosixFilePermission> permissions = EnumSet.of(
                PosixFilePermission.OWNER_READ,
                PosixFilePermission.OWNER_WRITE,
                PosixFilePermission.GROUP_READ,
                PosixFilePermission.OTHERS_READ);
        if (executable) {
            permissions.add(PosixFilePermission.OWNER_EXECUTE);
            permissions.add(PosixFilePermission.GROUP_EXECUTE);
            permissions.add(PosixFilePermission.OTHERS_EXECUTE);
        }
        return permissions;
    }

    private String text(int offset, int length) {
        int end = offset;
        while (end < offset + length && header[end] != 0) {
            end++;
        }
        return new String(header, offset, end - offset, StandardCharsets.UTF_8);
    }

    private long octal(int offset, int length) {
        String digits = text(offset, length).strip();
        return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
    }
}
