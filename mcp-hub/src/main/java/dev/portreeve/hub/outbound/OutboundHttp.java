package dev.portreeve.hub.outbound;

import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.call.Deadline;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;

/**
 * The one HTTP client of the hub: HTTP/1.1 (RFC 9112) over blocking sockets, on the caller's own virtual thread. Every
 * request passes the {@link OutboundGuard}, and goes to an address that the guard has seen, not to what the name leads to a
 * moment later. Redirects are answers like any other, since a credential must not follow one; the JVM's proxy settings are
 * not looked at; nothing is repeated, since a tool that ran once must not run twice. Made and closed by the composition root.
 * Thread-safe; calls block; an interrupt closes the connection in use and ends the wait with an {@link IOException}.
 *
 * <p>Own code, because a tool call spends more time in the JDK's client than in everything that governs it
 * ({@code docs/performance.md}), and because that client resolves a name once more after the guard has.
 */
public final class OutboundHttp implements AutoCloseable {
    private static final byte[] NOTHING = {};
    private final Connections connections;
    private final OutboundGuard guard;
    private final AlarmClock alarms;

    /** With the trust of the JVM. */
    public static OutboundHttp create(Duration connectTimeout, NameResolver names, AlarmClock alarms) {
        try {
            return new OutboundHttp(connectTimeout, names, SSLContext.getDefault(), alarms);
        } catch (NoSuchAlgorithmException everyJvmHasIt) {
            throw new IllegalStateException(everyJvmHasIt);
        }
    }

    /**
     * @param names how hosts are found
     * @param tls whose trust decides over certificates
     * @param alarms stay the caller's
     */
    public OutboundHttp(Duration connectTimeout, NameResolver names, SSLContext tls, AlarmClock alarms) {
        this.connections = new Connections(connectTimeout, tls.getSocketFactory());
        this.guard = new OutboundGuard(names);
        this.alarms = alarms;
    }

    /**
     * Sends a request and waits for the head of its answer. Whoever reads the body bounds it, in bytes and in time, and
     * closes it.
     *
     * @throws OutboundRefused if the gateway does not connect there
     * @throws Unreachable if there is no connection; nothing was sent
     * @throws OutOfTime if the head is not there by the deadline
     */
    public OutboundAnswer send(OutboundRequest request, Reach reach, Deadline deadline) throws IOException {
        List<InetAddress> addresses;
        try {
            addresses = guard.require(request.url(), reach);
        } catch (UnknownHostException nowhere) {
            throw new Unreachable("its name has no address", nowhere);
        }
        Origin origin = Origin.of(request.url());
        try (Watch watch = new Watch(alarms, deadline)) {
            Connection waiting = connections.idle(origin);
            Connection connection = waiting == null ? connections.open(addresses, origin, watch) : waiting;
            return exchange(connection, request, watch);
        }
    }

    private OutboundAnswer exchange(Connection connection, OutboundRequest request, Watch watch) throws IOException {
        boolean answered = false;
        try {
            watch.over(connection);
            byte[] body = request.body();
            connection.send(request.head(), body == null ? NOTHING : body);
            AnswerHead head = AnswerHead.read(connection);
            watch.release();
            // What answers HEAD says the length of a body that does not come.
            Framing framing = request.method().equals("HEAD") ? Framing.length(0) : head.framing();
            OutboundAnswer answer = new OutboundAnswer(head, new AnswerBody(connection, head, framing, connections));
            answered = true;
            return answer;
        } catch (IOException broken) {
            watch.requireTime(broken);
            throw broken;
        } finally {
            if (!answered) {
                connection.close();
            }
        }
    }

    /** A short answer, read whole. */
    public record Fetched(int status, byte[] body) {}

    /**
     * Sends a request and reads the whole answer by the deadline.
     *
     * @throws OutboundRefused if the gateway does not connect there, or the body has more bytes than allowed
     * @throws Unreachable if there is no connection; nothing was sent
     * @throws OutOfTime if it takes too long
     */
    public Fetched fetch(OutboundRequest request, Reach reach, int maxBodyBytes, Deadline deadline) throws IOException {
        OutboundAnswer answer = send(request, reach, deadline);
        AlarmClock.Alarm tooLate = alarms.after(deadline.remaining(), answer::close);
        try {
            byte[] bytes = answer.body().readNBytes(maxBodyBytes + 1);
            if (bytes.length > maxBodyBytes) {
                throw new OutboundRefused("the answer has more than " + maxBodyBytes + " bytes");
            }
            return new Fetched(answer.status(), bytes);
        } catch (IOException broken) {
            if (!(broken instanceof OutboundRefused)
                    && deadline.isPast()
                    && !Thread.currentThread().isInterrupted()) {
                throw new OutOfTime("the answer did not end in time");
            }
            throw broken;
        } finally {
            tooLate.close();
            answer.close();
        }
    }

    /** Closes connections that nobody used for a while; to be called now and then. */
    public void closeUnused() {
        connections.closeUnused();
    }

    @Override
    public void close() {
        connections.close();
    }
}
