package dev.portreeve.gateway.http;

import dev.portreeve.hub.north.McpExchange.EventStream;
import io.helidon.webserver.CloseConnectionException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/** An open event stream of an MCP exchange: messages and comment lines under one lock, each flushed at once. Thread-safe. */
final class McpStream implements EventStream, KeepAlive.Beating {
    private static final byte[] COMMENT = ": waiting\n\n".getBytes(StandardCharsets.UTF_8);
    private static final byte[] BEGIN = ": stream\n\n".getBytes(StandardCharsets.UTF_8);
    private static final String EVENT = "event: message\ndata: ";
    private static final byte[] PREFIX = EVENT.getBytes(StandardCharsets.UTF_8);

    private final OutputStream out;
    private final Clients clients;
    private final Runnable whenGone;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean ended;
    private boolean gone;
    private volatile long lastWriteNanos = System.nanoTime();

    McpStream(OutputStream out, Clients clients, Runnable whenGone) {
        this.out = out;
        this.clients = clients;
        this.whenGone = whenGone;
    }

    /** Sends the headers at once: a client waits for them before it believes in the stream. */
    void begin() {
        write(BEGIN);
        clients.keepAlive().watch(this);
    }

    @Override
    public boolean send(byte[] message) {
        return write(event(PREFIX, message));
    }

    @Override
    public boolean send(String eventId, byte[] message) {
        return write(event(("id: " + eventId + "\n" + EVENT).getBytes(StandardCharsets.UTF_8), message));
    }

    @Override
    public boolean prime(String eventId, Duration retry) {
        return write(
                ("retry: " + retry.toMillis() + "\nid: " + eventId + "\ndata: \n\n").getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] event(byte[] prefix, byte[] message) {
        byte[] event = new byte[prefix.length + message.length + 2];
        System.arraycopy(prefix, 0, event, 0, prefix.length);
        for (int i = 0; i < message.length; i++) {
            // A line end would cut the event; where JSON allows one, a space means the same.
            byte b = message[i];
            event[prefix.length + i] = b == '\n' || b == '\r' ? (byte) ' ' : b;
        }
        event[event.length - 2] = '\n';
        event[event.length - 1] = '\n';
        return event;
    }

    private boolean write(byte[] bytes) {
        boolean found = false;
        lock.lock();
        try {
            if (ended || gone) {
                return false;
            }
            lastWriteNanos = System.nanoTime();
            clients.writes().during(() -> {
                out.write(bytes);
                out.flush();
            });
            return true;
        } catch (IOException | UncheckedIOException | CloseConnectionException left) {
            gone = true;
            found = true;
            return false;
        } finally {
            lock.unlock();
            if (found) {
                clients.keepAlive().forget(this);
                // Outside the lock: the hub may close this stream from here.
                whenGone.run();
            }
        }
    }

    @Override
    public long lastWriteNanos() {
        return lastWriteNanos;
    }

    @Override
    public void beat() {
        if (!lock.isLocked()) {
            write(COMMENT);
        }
    }

    @Override
    public void close() {
        clients.keepAlive().forget(this);
        lock.lock();
        try {
            if (!ended && !gone) {
                out.close();
            }
        } catch (IOException | UncheckedIOException | CloseConnectionException left) {
            gone = true;
        } finally {
            ended = true;
            lock.unlock();
        }
    }
}
