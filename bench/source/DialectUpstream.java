import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * A provider of four dialects that answers at once with one text, or as a stream of 50 words. A request for {@code idle-model}
 * gets its first word and hears nothing more for so many milliseconds. One virtual thread per connection, plain sockets.
 *
 * <pre>java DialectUpstream PORT IDLE-MS</pre>
 */
public final class DialectUpstream {
    private static final int WORDS = 50;
    private static final int BACKLOG = 4096;
    private static final int BUFFER = 4096;
    private final int idle;
    private final Map<Wire, byte[]> answers = new EnumMap<>(Wire.class);

    private DialectUpstream(int idle) {
        this.idle = idle;
        for (Wire wire : Wire.values()) {
            byte[] body = bytes(wire.answer());
            answers.put(wire, join(bytes("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + body.length + "\r\n\r\n"), body));
        }
    }

    public static void main(String[] args) throws IOException {
        DialectUpstream upstream = new DialectUpstream(Integer.parseInt(args[1]));
        try (ServerSocket server = new ServerSocket(Integer.parseInt(args[0]), BACKLOG, InetAddress.getLoopbackAddress())) {
            while (true) {
                Socket client = server.accept();
                Thread.startVirtualThread(() -> upstream.serve(client));
            }
        }
    }

    private record Request(String path, String body) {
        boolean streamed() {
            return path.contains(":stream") || body.contains("\"stream\":true");
        }
    }

    private void serve(Socket client) {
        try (client;
                InputStream in = new BufferedInputStream(client.getInputStream(), BUFFER);
                OutputStream out = new BufferedOutputStream(client.getOutputStream(), BUFFER)) {
            client.setTcpNoDelay(true);
            for (Request request = read(in); request != null; request = read(in)) {
                Wire wire = Wire.ofPath(request.path());
                if (request.streamed()) {
                    stream(wire, request, out);
                } else {
                    out.write(answers.get(wire));
                }
                out.flush();
            }
        } catch (IOException gone) {
            // The gateway or the load generator has left.
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void stream(Wire wire, Request request, OutputStream out) throws IOException, InterruptedException {
        out.write(bytes("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"));
        for (String event : wire.first()) {
            chunk(out, event);
        }
        boolean waits = request.body().contains("idle-model") || request.path().contains("idle-model");
        for (int i = 0; i < WORDS; i++) {
            chunk(out, wire.word(i));
            out.flush();
            if (waits && i == 0) {
                Thread.sleep(idle);
            }
        }
        for (String event : wire.last(WORDS, request.body().contains("\"include_usage\":true"))) {
            chunk(out, event);
        }
        out.write(bytes("0\r\n\r\n"));
    }

    private static void chunk(OutputStream out, String event) throws IOException {
        if (!event.isEmpty()) {
            byte[] bytes = bytes(event);
            out.write(bytes(Integer.toHexString(bytes.length) + "\r\n"));
            out.write(bytes);
            out.write(bytes("\r\n"));
        }
    }

    /** The next request (with a length or in chunks), or null at the end of the connection. */
    private static Request read(InputStream in) throws IOException {
        String first = line(in);
        if (first == null) {
            return null;
        }
        int length = 0;
        boolean chunked = false;
        for (String line = line(in); line != null && !line.isEmpty(); line = line(in)) {
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(line.substring(15).strip());
            }
            chunked |= lower.startsWith("transfer-encoding:") && lower.contains("chunked");
        }
        String path = first.split(" ")[1];
        if (!chunked) {
            return new Request(path, new String(in.readNBytes(length), StandardCharsets.UTF_8));
        }
        StringBuilder body = new StringBuilder();
        for (int size = Integer.parseInt(line(in), 16); size > 0; size = Integer.parseInt(line(in), 16)) {
            body.append(new String(in.readNBytes(size), StandardCharsets.UTF_8));
            line(in);
        }
        line(in);
        return new Request(path, body.toString());
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c == '\n') {
                return line.toString();
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return null;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] both = new byte[first.length + second.length];
        System.arraycopy(first, 0, both, 0, first.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
