package dev.portreeve.hub.outbound;

import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * An answer whose head has arrived. Whoever takes it bounds its body, in bytes and in time, and closes it; closing is allowed
 * from any thread, ends a waiting read, and never blocks.
 */
public final class OutboundAnswer implements AutoCloseable {
    private final AnswerHead head;
    private final AnswerBody body;

    OutboundAnswer(AnswerHead head, AnswerBody body) {
        this.head = head;
        this.body = body;
    }

    public int status() {
        return head.status();
    }

    /** The first header of this name, however it is spelled. */
    public Optional<String> header(String name) {
        return head.all(name).stream().findFirst();
    }

    /** All headers of this name, in their order. */
    public List<String> headers(String name) {
        return List.copyOf(head.all(name));
    }

    /** Read by one thread. A connection that breaks before the body is whole is an {@link java.io.IOException}, never an end. */
    public InputStream body() {
        return body;
    }

    @Override
    public void close() {
        body.close();
    }
}
