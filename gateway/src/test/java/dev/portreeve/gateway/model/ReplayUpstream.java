package dev.portreeve.gateway.model;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An upstream that answers with the bytes it is given, over plain sockets, so that it can also do what no proper server
 * does: hang, cut, babble. It remembers every request in its bytes.
 */
public final class ReplayUpstream implements AutoCloseable {
    /** What it does with one request. */
    @FunctionalInterface
    public interface Script {
        void play(Exchange exchange) throws IOException, InterruptedException;
    }

    /** A request as it arrived; header names in lower case. */
    public record Seen(String line, Map<String, String> headers, byte[] body) {
        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    private final ServerSocket server;
    private final String scheme;
    private final BlockingQueue<Script> scripts = new LinkedBlockingQueue<>();
    private final List<Seen> requests = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger served = new AtomicInteger();
    private final CountDownLatch gone = new CountDownLatch(1);
    private volatile Script always = Exchange::noScript;

    public ReplayUpstream() throws IOException {
        this(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), "http");
    }

    /** @param server a listening socket, of TLS for {@code https} */
    public ReplayUpstream(ServerSocket server, String scheme) {
        this.server = server;
        this.scheme = scheme;
        Thread.ofVirtual().name("replay-upstream").start(this::accept);
    }

    public URI baseUrl() {
        return URI.create(scheme + "://localhost:" + server.getLocalPort() + "/v1");
    }

    /** Plays this for the next request that has no other. */
    public ReplayUpstream then(Script script) {
        scripts.add(script);
        return this;
    }

    /** Plays this for every request for which nothing was queued. */
    public ReplayUpstream always(Script script) {
        always = script;
        return this;
    }

    public List<Seen> requests() {
        return List.copyOf(requests);
    }

    /** How many connections were made so far. */
    public int connections() {
        return connections.get();
    }

    /** How many connections there are now. */
    public int open() {
        return connections.get() - served.get();
    }

    /** Waits until a client closed a connection while a script waited for that. */
    public boolean clientLeft(long seconds) throws InterruptedException {
        return gone.await(seconds, TimeUnit.SECONDS);
    }

    /** A recorded answer from the test resources; one of OpenAI's where the name says no folder. */
    public static byte[] recorded(String name) {
        try (InputStream in =
                ReplayUpstream.class.getResourceAsStream(name.contains("/") ? "/" + name : "/openai/" + name)) {
            if (in == null) {
                throw new IllegalArgumentException("no recording \"" + name + "\"");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Script json(int status, byte[] body) {
        return exchange -> exchange.json(status, "", body);
    }

    public static Script json(int status, String body) {
        return json(status, body.getBytes(StandardCharsets.UTF_8));
    }

    /** A whole event stream, all of it in one write. */
    public static Script events(byte[] body) {
        return exchange -> {
            exchange.beginEvents();
            exchange.chunk(body);
            exchange.endEvents();
        };
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                connections.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            Seen seen = read(in);
            while (seen != null) {
                requests.add(seen);
                Script queued = scripts.poll();
                (queued == null ? always : queued).play(new Exchange(socket, in));
                seen = socket.isClosed() ? null : read(in);
            }
        } catch (IOException | InterruptedException ended) {
            // The connection is over; what the test expects of it, it looks at itself.
            open.remove(socket);
        } finally {
            served.incrementAndGet();
        }
    }

    private static Seen read(InputStream in) throws IOException {
        String line = line(in);
        if (line == null) {
            return null;
        }
        Map<String, String> headers = new TreeMap<>();
        for (String header = line(in); header != null && !header.isEmpty(); header = line(in)) {
            int colon = header.indexOf(':');
            headers.put(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        return new Seen(line, headers, in.readNBytes(length));
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                return null;
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    /** One request being answered. */
    public final class Exchange {
        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;

        private Exchange(Socket socket, InputStream in) throws IOException {
            this.socket = socket;
            this.in = in;
            this.out = socket.getOutputStream();
        }

        void noScript() throws IOException {
            json(500, "", "{\"error\":{\"message\":\"no script\"}}".getBytes(StandardCharsets.UTF_8));
        }

        /** @param headers further lines, each with its line end */
        public void json(int status, String headers, byte[] body) throws IOException {
            raw("HTTP/1.1 " + status + " Status\r\nContent-Type: application/json\r\n" + headers + "Content-Length: "
                    + body.length + "\r\n\r\n");
            out.write(body);
            out.flush();
        }

        public void beginEvents() throws IOException {
            begin("text/event-stream; charset=utf-8");
        }

        /** Begins an answer of any type, of unknown length. */
        public void begin(String type) throws IOException {
            raw("HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nTransfer-Encoding: chunked\r\n\r\n");
        }

        public void chunk(byte[] bytes) throws IOException {
            raw(Integer.toHexString(bytes.length) + "\r\n");
            out.write(bytes);
            raw("\r\n");
        }

        public void chunk(String text) throws IOException {
            chunk(text.getBytes(StandardCharsets.UTF_8));
        }

        public void endEvents() throws IOException {
            raw("0\r\n\r\n");
        }

        public void raw(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }

        /** Ends the connection where it is. */
        public void cut() throws IOException {
            socket.close();
        }

        /** Says nothing until the client closes the connection. */
        public void hang() throws IOException {
            try {
                int b = in.read();
                while (b >= 0) {
                    b = in.read();
                }
            } finally {
                gone.countDown();
                socket.close();
            }
        }
    }
}
