package dev.portreeve.audit.verify;

import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** The lengths and digests of a bundle's files, as they are found while these are read anyway. For one thread. */
final class FileDigests {
    private final Map<String, String> digests = new TreeMap<>();

    /** The bytes of a file; when it is closed its digest is known. */
    InputStream reading(BundleFiles files, String name) throws IOException {
        MessageDigest sha256 = sha256();
        return new DigestInputStream(files.open(name), sha256) {
            private long count;

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                int read = super.read(bytes, offset, length);
                count += Math.max(0, read);
                return read;
            }

            @Override
            public void close() throws IOException {
                super.close();
                digests.put(name, count + " " + HexFormat.of().formatHex(sha256.digest()));
            }
        };
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Forgets those of files that were perhaps not read to their end. */
    void forget(String under) {
        digests.keySet().removeIf(name -> name.startsWith(under));
    }

    boolean isKnown(String name) {
        return digests.containsKey(name);
    }

    /** Whether a file was read and is not that one. */
    boolean differs(String name, Manifest.FileSum sum) {
        String found = digests.get(name);
        return found != null && !found.equals(sum.bytes() + " " + sum.sha256());
    }
}
