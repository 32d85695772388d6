import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Calls a tool, or lists the tools, from several callers at once, each on its own kept connection and each waiting for its
 * answer before it asks again. Prints one line: requests, duration in microseconds, failures, p50, p90, p99 in microseconds.
 *
 * <pre>java McpLoad.java PORT KEY CALLERS SECONDS call TOOL
 *java McpLoad.java PORT KEY CALLERS SECONDS list TOOLS-EXPECTED</pre>
 */
public final class McpLoad {
    private static final int MAX_SAMPLES = 4_000_000;
    private static final byte[] ERROR = "\"isError\":true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] RESULT = "\"result\":".getBytes(StandardCharsets.US_ASCII);
    private final int port;
    private final byte[] request;
    private final byte[] expected;
    private final int times;
    private final ConcurrentLinkedQueue<long[]> samples = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();

    private McpLoad(int port, byte[] request, String expected, int times) {
        this.port = port;
        this.request = request;
        this.expected = expected.getBytes(StandardCharsets.US_ASCII);
        this.times = times;
    }

    public static void main(String[] args) throws InterruptedException {
        boolean call = args[4].equals("call");
        String meta = "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                + "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"bench\",\"version\":\"1\"},"
                + "\"io.modelcontextprotocol/clientCapabilities\":{}}";
        String params = call
                ? "{\"name\":\"" + args[5] + "\",\"arguments\":{\"message\":\"" + "The gate opens at dawn. ".repeat(20)
                        + "\"}," + meta + "}"
                : "{" + meta + "}";
        String method = call ? "tools/call" : "tools/list";
        String body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":" + params + "}";
        String head = "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:" + args[0] + "\r\nAuthorization: Bearer " + args[1]
                + "\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
                + "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: " + method + "\r\n"
                + (call ? "Mcp-Name: " + args[5] + "\r\n" : "") + "Content-Length: " + body.length() + "\r\n\r\n";
        McpLoad load = new McpLoad(
                Integer.parseInt(args[0]),
                (head + body).getBytes(StandardCharsets.US_ASCII),
                call ? "The gate opens at dawn." : "\"inputSchema\"",
                call ? 1 : Integer.parseInt(args[5]));
        load.run(Integer.parseInt(args[2]), Long.parseLong(args[3]));
    }

    private void run(int callers, long seconds) throws InterruptedException {
        long start = System.nanoTime();
        long until = start + seconds * 1_000_000_000L;
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            threads.add(Thread.startVirtualThread(() -> call(until)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        long duration = System.nanoTime() - start;
        long[] all = samples.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        StringBuilder line = new StringBuilder()
                .append(all.length)
                .append(' ')
                .append(duration / 1000)
                .append(' ')
                .append(failures.size());
        for (double quantile : new double[] {0.5, 0.9, 0.99}) {
            long nanos = all.length == 0 ? -1 : all[(int) (quantile * (all.length - 1))];
            line.append(' ').append(String.format(Locale.ROOT, "%.1f", nanos / 1000.0));
        }
        System.out.println(line);
        failures.stream().distinct().limit(3).forEach(System.err::println);
    }

    private void call(long until) {
        long[] own = new long[1024];
        int count = 0;
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(30_000);
            OutputStream out = socket.getOutputStream();
            InputStream in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
            boolean checked = false;
            while (System.nanoTime() < until && count < MAX_SAMPLES) {
                long start = System.nanoTime();
                out.write(request);
                byte[] body = answer(in);
                long took = System.nanoTime() - start;
                if (!checked || count % 256 == 0) {
                    check(body);
                    checked = true;
                }
                own = count == own.length ? Arrays.copyOf(own, count * 2) : own;
                own[count++] = took;
            }
        } catch (IOException failed) {
            failures.add(String.valueOf(failed.getMessage()));
        }
        samples.add(Arrays.copyOf(own, count));
    }

    private void check(byte[] body) throws IOException {
        boolean good = count(body, RESULT) == 1 && count(body, ERROR) == 0 && count(body, expected) >= times;
        if (!good) {
            throw new IOException(
                    "not what was asked for: " + new String(body, 0, Math.min(300, body.length), StandardCharsets.UTF_8));
        }
    }

    private static int count(byte[] bytes, byte[] wanted) {
        int count = 0;
        for (int i = 0; i + wanted.length <= bytes.length; i++) {
            if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
                count++;
            }
        }
        return count;
    }

    /** The body of the next answer, which has a length or comes in chunks. */
    private static byte[] answer(InputStream in) throws IOException {
        String status = line(in);
        int length = -1;
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(lower.substring(15).strip());
            }
        }
        byte[] body = length >= 0 ? in.readNBytes(length) : chunks(in);
        if (!status.startsWith("HTTP/1.1 200")) {
            throw new IOException(status + ": " + new String(body, StandardCharsets.UTF_8));
        }
        return body;
    }

    private static byte[] chunks(InputStream in) throws IOException {
        byte[] body = new byte[0];
        while (true) {
            int length = Integer.parseInt(line(in).strip(), 16);
            byte[] chunk = in.readNBytes(length);
            line(in);
            if (length == 0) {
                return body;
            }
            int end = body.length;
            body = Arrays.copyOf(body, end + chunk.length);
            System.arraycopy(chunk, 0, body, end, chunk.length);
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder(64);
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the connection was closed");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }
}
