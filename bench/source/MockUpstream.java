import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The upstream that nginx alone cannot be: it waits before it answers, and it streams. One virtual thread per connection,
 * plain sockets, keep-alive. A request with {@code "stream":true} gets server-sent events.
 *
 * <pre>java MockUpstream.java PORT ANSWER-FILE DELAY-MS CHUNKS PACE-MS</pre>
 */
public final class MockUpstream {
    private static final int BACKLOG = 1024;
    private final byte[] answer;
    private final int delay;
    private final int chunks;
    private final int pace;

    private MockUpstream(byte[] answer, int delay, int chunks, int pace) {
        this.answer = answer;
        this.delay = delay;
        this.chunks = chunks;
        this.pace = pace;
    }

    public static void main(String[] args) throws IOException {
        byte[] body = Files.readAllBytes(Path.of(args[1]));
        String head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + body.length + "\r\n\r\n";
        byte[] answer = join(ascii(head), body);
        MockUpstream mock = new MockUpstream(
                answer, Integer.parseInt(args[2]), Integer.parseInt(args[3]), Integer.parseInt(args[4]));
        try (ServerSocket server =
                new ServerSocket(Integer.parseInt(args[0]), BACKLOG, InetAddress.getLoopbackAddress())) {
            while (true) {
                Socket client = server.accept();
                Thread.startVirtualThread(() -> mock.serve(client));
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                InputStream in = new BufferedInputStream(client.getInputStream(), 8192);
                OutputStream out = new BufferedOutputStream(client.getOutputStream(), 8192)) {
            client.setTcpNoDelay(true);
            for (String request = request(in); request != null; request = request(in)) {
                Thread.sleep(delay);
                if (request.contains("\"stream\":true")) {
                    stream(out, request.contains("\"include_usage\":true"));
                } else {
                    out.write(answer);
                }
                out.flush();
            }
        } catch (IOException gone) {
            // The load generator has left.
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void stream(OutputStream out, boolean withUsage) throws IOException, InterruptedException {
        out.write(ascii("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"));
        for (int i = 0; i < chunks; i++) {
            event(out, "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,"
                    + "\"model\":\"bench-model\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"word " + i
                    + " \"},\"finish_reason\":null}]}");
            out.flush();
            Thread.sleep(pace);
        }
        event(out, "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,"
                + "\"model\":\"bench-model\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
        if (withUsage) {
            event(out, "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,"
                    + "\"model\":\"bench-model\",\"choices\":[],\"usage\":{\"prompt_tokens\":450,\"completion_tokens\":"
                    + chunks + ",\"total_tokens\":" + (450 + chunks) + "}}");
        }
        event(out, "[DONE]");
        out.write(ascii("0\r\n\r\n"));
    }

    private static void event(OutputStream out, String data) throws IOException {
        byte[] event = ascii("data: " + data + "\n\n");
        out.write(ascii(Integer.toHexString(event.length) + "\r\n"));
        out.write(event);
        out.write(ascii("\r\n"));
    }

    /** Head and body of the next request (with a length or in chunks), or null at the end of the connection. */
    private static String request(InputStream in) throws IOException {
        int length = 0;
        boolean chunked = false;
        String line = line(in);
        if (line == null) {
            return null;
        }
        for (; line != null && !line.isEmpty(); line = line(in)) {
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(line.substring(15).strip());
            }
            chunked |= lower.startsWith("transfer-encoding:") && lower.contains("chunked");
        }
        if (!chunked) {
            return new String(in.readNBytes(length), StandardCharsets.UTF_8);
        }
        StringBuilder body = new StringBuilder();
        for (int size = Integer.parseInt(line(in), 16); size > 0; size = Integer.parseInt(line(in), 16)) {
            body.append(new String(in.readNBytes(size), StandardCharsets.UTF_8));
            line(in);
        }
        line(in);
        return body.toString();
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

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] both = new byte[first.length + second.length];
        System.arraycopy(first, 0, both, 0, first.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
