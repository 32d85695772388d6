package dev.portreeve.audit.verify;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * A bundle as a ZIP file. Nothing is unpacked: entries are read as streams, so that a path, a link or a mode in it means nothing.
 * What unpacks to far more than it is ends with an error instead of a day's work.
 */
final class BundleZip implements BundleFiles {
    /** Text of records packs to a tenth; what packs a hundred times better than that was made to harm. */
    private static final long MOST_RATIO = 500;

    private static final long FREE_BYTES = 1 << 20;
    private static final int MOST_DIRECTORY_BYTES = 128 << 20;
    private static final int END_BYTES = 22;
    private static final int MOST_COMMENT = 0xFFFF;
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int DIRECTORY_SIZE_AT = 12;
    private static final long MASK = 0xFFFFFFFFL;
    private final ZipFile zip;
    private final Map<String, ZipEntry> entries = new HashMap<>();

    BundleZip(Path file) throws IOException {
        requireSmallDirectory(file);
        this.zip = new ZipFile(file.toFile(), StandardCharsets.UTF_8);
        boolean read = false;
        try {
            read();
            read = true;
        } finally {
            if (!read) {
                zip.close();
            }
        }
    }

    /** The JDK reads the directory into memory before it says how big it is. */
    private static void requireSmallDirectory(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            ByteBuffer end = ByteBuffer.allocate((int) Math.min(size, END_BYTES + MOST_COMMENT))
                    .order(ByteOrder.LITTLE_ENDIAN);
            while (end.hasRemaining() && channel.read(end, size - end.capacity() + end.position()) >= 0) {
                continue;
            }
            for (int at = end.position() - END_BYTES; at >= 0; at--) {
                if (end.getInt(at) == END_SIGNATURE) {
                    // So that whoever reads it finds the same directory.
                    if (at + END_BYTES != end.position()) {
                        throw new IllegalArgumentException(
                                "something stands behind its end, as behind that of no bundle");
                    }
                    // All bits set where the directory is larger than that, or where the number stands elsewhere.
                    if ((end.getInt(at + DIRECTORY_SIZE_AT) & MASK) > MOST_DIRECTORY_BYTES) {
                        throw new IllegalArgumentException("its directory is larger than that of any bundle");
                    }
                    return;
                }
            }
            throw new ZipException("it is no ZIP file, or its end was cut off");
        }
    }

    private void read() {
        if (zip.size() > MOST_FILES) {
            throw new IllegalArgumentException("there are more than " + MOST_FILES + " files");
        }
        for (Enumeration<? extends ZipEntry> found = zip.entries(); found.hasMoreElements(); ) {
            ZipEntry entry = found.nextElement();
            String name = entry.getName();
            if (entry.isDirectory()) {
                Manifest.requireName(name.substring(0, name.length() - 1));
                continue;
            }
            Manifest.requireName(name);
            if (entries.put(name, entry) != null) {
                throw new IllegalArgumentException("\"" + name + "\" is in it twice");
            }
            if (entry.getSize() > FREE_BYTES && entry.getSize() / MOST_RATIO > entry.getCompressedSize()) {
                throw new IllegalArgumentException(
                        "\"" + name + "\" unpacks to more than " + MOST_RATIO + " times its size: records do not");
            }
        }
    }

    @Override
    public Set<String> names() {
        return entries.keySet();
    }

    @Override
    public InputStream open(String name) throws IOException {
        ZipEntry entry = entries.get(name);
        if (entry == null) {
            throw new NoSuchFileException(name);
        }
        return new Bounded(zip.getInputStream(entry), entry);
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }

    /** Ends with an error after as many bytes as the directory promised: it is only a promise. */
    private static final class Bounded extends FilterInputStream {
        private final String name;
        private long left;

        Bounded(InputStream in, ZipEntry entry) {
            super(in);
            this.name = entry.getName();
            this.left = entry.getSize();
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = in.read(bytes, offset, length);
            left -= Math.max(0, read);
            if (left < 0) {
                throw new ZipException("\"" + name + "\" is longer than the directory says");
            }
            return read;
        }
    }
}
