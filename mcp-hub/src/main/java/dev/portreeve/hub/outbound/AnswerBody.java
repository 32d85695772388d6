package dev.portreeve.hub.outbound;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The body of an answer. Read to its end, or closed when the end is there already, its connection serves the next request;
 * closed before that, the connection is closed, which tells the server that nobody listens. One thread reads; any thread may
 * close, which ends a waiting read at once and never blocks.
 */
final class AnswerBody extends InputStream {
    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LINE_AND_LAST_CHUNK = "\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private enum State {
        RESTING,
        READING,
        OVER
    }

    private final Connection connection;
    private final Framing framing;
    private final boolean reusable;
    private final Connections connections;
    private final AtomicReference<State> state = new AtomicReference<>(State.RESTING);
    /** Bytes until the end, or until the end of the chunk. */
    private long left;

    private boolean inChunks;
    private boolean complete;

    AnswerBody(Connection connection, AnswerHead head, Framing framing, Connections connections) {
        this.connection = connection;
        this.framing = framing;
        this.reusable = head.keepsConnection() && !(framing instanceof Framing.UntilClosed);
        this.connections = connections;
        if (framing instanceof Framing.Length(long bytes)) {
            left = bytes;
            if (bytes == 0) {
                complete = true;
                state.set(State.OVER);
                over();
            }
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!state.compareAndSet(State.RESTING, State.READING)) {
            if (complete) {
                return -1;
            }
            throw new IOException("the answer was closed");
        }
        boolean whole = false;
        try {
            int read = next(bytes, offset, length);
            whole = true;
            return read;
        } finally {
            if (!whole) {
                state.set(State.OVER);
                connection.close();
            } else if (complete && state.compareAndSet(State.READING, State.OVER)) {
                over();
            } else {
                // Whoever closed it meanwhile has closed the connection.
                boolean ignored = state.compareAndSet(State.READING, State.RESTING);
            }
        }
    }

    private int next(byte[] bytes, int offset, int length) throws IOException {
        return switch (framing) {
            case Framing.Length whole -> {
                int read = some(bytes, offset, length);
                complete = left == 0;
                yield read;
            }
            case Framing.Chunked chunked -> {
                if (left == 0 && !hasChunk()) {
                    complete = true;
                    yield -1;
                }
                yield some(bytes, offset, length);
            }
            case Framing.UntilClosed open -> {
                int read = connection.read(bytes, offset, length);
                complete = read < 0;
                yield read;
            }
        };
    }

    private int some(byte[] bytes, int offset, int length) throws IOException {
        int read = connection.read(bytes, offset, (int) Math.min(length, left));
        if (read < 0) {
            throw new EOFException("the connection was closed before the answer was whole");
        }
        left -= read;
        return read;
    }

    private boolean hasChunk() throws IOException {
        AnswerHead.Lines lines = new AnswerHead.Lines(connection);
        if (inChunks && !lines.next().isEmpty()) {
            throw new IOException("a chunk of the answer is longer than it says");
        }
        inChunks = true;
        String size = lines.next();
        int extension = size.indexOf(';');
        left = AnswerHead.number((extension < 0 ? size : size.substring(0, extension)).strip(), 16);
        if (left > 0) {
            return true;
        }
        while (!lines.next().isEmpty()) {
            // Trailers say nothing that we ask for.
        }
        return false;
    }

    // The connection is ours alone: nobody reads, and nobody will.
    private void over() {
        if (reusable) {
            connections.giveBack(connection);
        } else {
            connection.close();
        }
    }

    @Override
    public void close() {
        State before = state.getAndSet(State.OVER);
        if (before == State.READING) {
            connection.close();
        } else if (before == State.RESTING) {
            finish();
        }
    }

    // Who waits for the last event of a stream closes it before its end is read; mostly that is there already.
    private void finish() {
        boolean ends = framing instanceof Framing.Chunked
                && left == 0
                && connection.has(inChunks ? LINE_AND_LAST_CHUNK : LAST_CHUNK);
        if (ends) {
            over();
        } else {
            connection.close();
        }
    }
}
