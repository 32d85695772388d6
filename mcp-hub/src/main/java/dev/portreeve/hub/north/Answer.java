package dev.portreeve.hub.north;

import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.hub.wire.RequestId;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one request, in one of three states: nothing sent, answered as JSON, or an open event stream. It becomes a
 * stream when there is something to say before the end; the code above does not care. Thread-safe.
 */
final class Answer implements AutoCloseable {
    private static final int OK = 200;
    private static final int ACCEPTED = 202;
    private static final Map<String, String> JSON = Map.of("Content-Type", "application/json");
    private static final byte[] NOTHING = new byte[0];

    private final McpExchange exchange;
    private final RequestId id;
    private final boolean mayStream;
    private final Runnable whenGone;
    private final Map<String, String> headers = new HashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private McpExchange.@Nullable EventStream stream;
    private @Nullable SessionStreams streams;
    private @Nullable StreamLog log;
    private boolean primed;
    private boolean ended;

    /** @param whenGone called if the caller leaves an open stream */
    Answer(McpExchange exchange, RequestId id, Runnable whenGone) {
        this.exchange = exchange;
        this.id = id;
        this.mayStream = acceptsStream(exchange);
        this.whenGone = whenGone;
    }

    private static boolean acceptsStream(McpExchange exchange) {
        String accept = exchange.header("Accept");
        return accept != null && accept.toLowerCase(Locale.ROOT).contains("text/event-stream");
    }

    /** A header of the request that is answered. */
    @Nullable
    String requestHeader(String name) {
        return exchange.header(name);
    }

    RequestId id() {
        return id;
    }

    /** Sets a header of the answer; without effect once something was sent. */
    void header(String name, String value) {
        lock.lock();
        try {
            headers.put(name, value);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Should it become a stream, then one that the caller can take up again when its connection breaks.
     *
     * @param primed whether the caller wants to hear the stream's name before the first message
     */
    void resumable(SessionStreams session, boolean primed) {
        lock.lock();
        try {
            this.streams = session;
            this.primed = primed;
        } finally {
            lock.unlock();
        }
    }

    /** Becomes an event stream now, if the caller takes one and nothing was sent. */
    void stream() {
        lock.lock();
        try {
            if (stream == null && !ended && mayStream) {
                stream = exchange.stream(Map.copyOf(headers), whenGone);
                if (streams != null) {
                    log = streams.begin();
                    if (primed) {
                        boolean ignored = stream.prime(
                                log.idOf(0).toString(), streams.limits().retry());
                    }
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean send(McpExchange.EventStream open, byte[] message) {
        return log == null ? open.send(message) : open.send(log.append(message).toString(), message);
    }

    /**
     * Says something before the end.
     *
     * @return false if the caller takes no event stream, or has left one that it cannot take up again
     */
    boolean say(byte[] message) {
        lock.lock();
        try {
            stream();
            // Where the stream is kept, a caller who left finds the message when he comes back.
            return stream != null && !ended && (send(stream, message) || log != null);
        } finally {
            lock.unlock();
        }
    }

    void result(RawJson result) {
        end(OK, JsonRpc.result(id, result));
    }

    /** @param status sent only if nothing was sent before */
    void error(int status, McpError error) {
        end(status, JsonRpc.error(id, error));
    }

    /** Ends without a message: the caller cancelled and wants none. */
    void nothing() {
        stream();
        end(ACCEPTED, NOTHING);
    }

    private void end(int status, byte[] message) {
        lock.lock();
        try {
            if (ended) {
                return;
            }
            ended = true;
            if (stream == null) {
                Map<String, String> all = new HashMap<>(headers);
                all.putAll(message.length == 0 ? Map.of() : JSON);
                exchange.answer(status, all, message);
                return;
            }
            if (message.length > 0) {
                boolean ignored = send(stream, message);
            }
            closeStream(stream);
        } finally {
            lock.unlock();
        }
    }

    /** Ends a stream that was left open by a bug, so that the caller does not wait for ever. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (stream != null && !ended) {
                ended = true;
                closeStream(stream);
            }
        } finally {
            lock.unlock();
        }
    }

    private void closeStream(McpExchange.EventStream open) {
        if (streams != null && log != null) {
            streams.finished(log);
        }
        open.close();
    }
}
