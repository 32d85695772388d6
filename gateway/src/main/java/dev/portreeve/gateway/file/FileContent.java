package dev.portreeve.gateway.file;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** A file's pieces as one stream; at most one of them is in memory. For one thread. */
final class FileContent extends InputStream {
    private static final byte[] NONE = new byte[0];

    private final IntFunction<byte @Nullable []> pieces;
    private final int count;
    private byte[] piece = NONE;
    private int at;
    private int next;

    /** @param pieces gives one by its number from 0, or {@code null} if it is gone */
    FileContent(int count, IntFunction<byte @Nullable []> pieces) {
        this.count = count;
        this.pieces = pieces;
    }

    private boolean isOver() throws IOException {
        while (at == piece.length) {
            if (next == count) {
                return true;
            }
            byte[] found = pieces.apply(next);
            if (found == null) {
                throw new IOException("piece " + next + " of the file is gone");
            }
            piece = found;
            at = 0;
            next++;
        }
        return false;
    }

    @Override
    public int read() throws IOException {
        return isOver() ? -1 : piece[at++] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (isOver()) {
            return -1;
        }
        int read = Math.min(length, piece.length - at);
        System.arraycopy(piece, at, into, offset, read);
        at += read;
        return read;
    }
}
