package dev.portreeve.hub.outbound;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.function.Consumer;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * One connection to a server, with what was read ahead of it. One thread at a time sends and reads; any thread may close it,
 * which ends whatever the other waits for at once. An interrupt of a waiting thread closes it too.
 */
final class Connection implements AutoCloseable {
    private static final int BUFFER = 16 * 1024;

    private final SocketChannel channel;
    private final Origin origin;
    private final Consumer<Connection> ended;
    private InputStream in;
    private OutputStream out;
    private final byte[] buffer = new byte[BUFFER];
    private int next;
    private int filled;
    private long idleSince;

    private Connection(SocketChannel channel, Origin origin, Consumer<Connection> ended) throws IOException {
        this.channel = channel;
        this.origin = origin;
        this.ended = ended;
        this.in = channel.socket().getInputStream();
        this.out = channel.socket().getOutputStream();
    }

    /**
     * Connects to exactly this address, whatever the name may lead to by now.
     *
     * @param timeoutMillis for the connection; the greeting of TLS has none of its own
     * @param ended hears that it was closed
     */
    static Connection open(InetAddress address, Origin origin, int timeoutMillis, Consumer<Connection> ended)
            throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.socket().connect(new InetSocketAddress(address, origin.port()), timeoutMillis);
            return new Connection(channel, origin, ended);
        } catch (IOException | RuntimeException failed) {
            channel.close();
            throw failed;
        }
    }

    /** Goes on over TLS; the certificate must be for the host's name. */
    void secure(SSLSocketFactory tls) throws IOException {
        Socket plain = channel.socket();
        SSLSocket secured = (SSLSocket) tls.createSocket(plain, origin.name(), origin.port(), true);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setApplicationProtocols(new String[] {"http/1.1"});
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        in = secured.getInputStream();
        out = secured.getOutputStream();
    }

    Origin origin() {
        return origin;
    }

    /** Sends a head and a body as one, so that a small request is one packet. */
    void send(byte[] head, byte[] body) throws IOException {
        byte[] all = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, all, head.length, body.length);
        out.write(all);
        out.flush();
    }

    /** The next byte, or -1 at the end. */
    int read() throws IOException {
        return next < filled || fill() ? buffer[next++] & 0xff : -1;
    }

    /** Some of the next bytes, or -1 at the end. */
    int read(byte[] bytes, int offset, int length) throws IOException {
        if (next == filled) {
            if (length >= BUFFER) {
                return in.read(bytes, offset, length);
            }
            if (!fill()) {
                return -1;
            }
        }
        int taken = Math.min(length, filled - next);
        System.arraycopy(buffer, next, bytes, offset, taken);
        next += taken;
        return taken;
    }

    private boolean fill() throws IOException {
        next = 0;
        filled = Math.max(0, in.read(buffer, 0, BUFFER));
        return filled > 0;
    }

    /** Whether exactly these bytes come next and nothing after them, as far as can be told without waiting; they are read. */
    boolean has(byte[] expected) {
        try {
            if (next == filled && (in.available() == 0 || !fill())) {
                return false;
            }
        } catch (IOException broken) {
            return false;
        }
        boolean comes = Arrays.equals(buffer, next, filled, expected, 0, expected.length);
        next = comes ? filled : next;
        return comes;
    }

    void rest() {
        idleSince = System.nanoTime();
    }

    long idleNanos() {
        return System.nanoTime() - idleSince;
    }

    /**
     * Whether an idle connection still stands: its server has not closed it, and has said nothing that nobody asked for. A
     * server may close it in the next moment.
     */
    boolean isQuiet() {
        if (next < filled) {
            return false;
        }
        try {
            channel.configureBlocking(false);
            int read = channel.read(ByteBuffer.allocate(1));
            channel.configureBlocking(true);
            return read == 0;
        } catch (IOException broken) {
            return false;
        }
    }

    /** Closes the socket itself: the farewell of TLS would wait for whoever is sending. Never blocks. */
    @Override
    public void close() {
        ended.accept(this);
        try {
            channel.close();
        } catch (IOException alreadyBroken) {
            // There is nothing left to close.
        }
    }
}
