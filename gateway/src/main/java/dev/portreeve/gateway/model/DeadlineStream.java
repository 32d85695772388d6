package dev.portreeve.gateway.model;

import dev.portreeve.policy.call.Deadline;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;

/** Bounds a whole answer: a read's own time limit starts again with each byte an upstream drips. */
final class DeadlineStream extends FilterInputStream {
    private final Deadline deadline;

    DeadlineStream(InputStream in, Deadline deadline) {
        super(in);
        this.deadline = deadline;
    }

    @Override
    public int read() throws IOException {
        check();
        return super.read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        check();
        return super.read(bytes, offset, length);
    }

    private void check() throws IOException {
        if (deadline.isPast()) {
            throw new SocketTimeoutException("the call's time is over");
        }
    }
}
