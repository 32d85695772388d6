import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Opens streams, several at once, and measures for each the time to its first event's first byte and to its end. Prints
 * one line: streams, failures, then in microseconds first byte p50 p90 p99, duration p50 p90 p99.
 *
 * <pre>java SseClient.java PORT BODY-FILE KEY CONNECTIONS SECONDS</pre>
 */
public final class SseClient {
    private static final byte[] END = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DONE = "data: [DONE]".getBytes(StandardCharsets.US_ASCII);
    private final List<long[]> measured = Collections.synchronizedList(new ArrayList<>());
    private final List<String> failures = Collections.synchronizedList(new ArrayList<>());

    private SseClient() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        byte[] body = Files.readAllBytes(Path.of(args[1]));
        byte[] head = ("POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:" + args[0] + "\r\nAuthorization: Bearer "
                        + args[2] + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] request = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, request, head.length, body.length);
        SseClient client = new SseClient();
        long until = System.nanoTime() + Long.parseLong(args[4]) * 1_000_000_000L;
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(args[3]); i++) {
            threads.add(Thread.startVirtualThread(() -> client.run(Integer.parseInt(args[0]), request, until)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        client.report();
    }

    private void run(int port, byte[] request, long until) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(30_000);
            OutputStream out = socket.getOutputStream();
            InputStream in = socket.getInputStream();
            while (System.nanoTime() < until) {
                long start = System.nanoTime();
                out.write(request);
                measured.add(stream(in, start));
            }
        } catch (SocketTimeoutException silent) {
            failures.add("nothing for 30 s");
        } catch (IOException failed) {
            failures.add(String.valueOf(failed.getMessage()));
        }
    }

    private static long[] stream(InputStream in, long start) throws IOException {
        byte[] seen = new byte[64 * 1024];
        int length = 0;
        long first = 0;
        while (true) {
            int read = in.read(seen, length, seen.length - length);
            if (read < 0) {
                throw new IOException("cut after " + length + " bytes: " + head(seen, length));
            }
            length += read;
            if (first == 0 && indexOf(seen, length, DATA) >= 0) {
                first = System.nanoTime();
            }
            if (first == 0 && !new String(seen, 0, Math.min(length, 12), StandardCharsets.US_ASCII).endsWith("200")) {
                throw new IOException("refused: " + head(seen, length));
            }
            boolean ended = length > END.length && Arrays.equals(seen, length - END.length, length, END, 0, END.length);
            if (ended && indexOf(seen, length, DONE) >= 0) {
                return new long[] {(first - start) / 1000, (System.nanoTime() - start) / 1000};
            }
        }
    }

    private static String head(byte[] bytes, int length) {
        return new String(bytes, 0, Math.min(length, 200), StandardCharsets.US_ASCII).lines().findFirst().orElse("");
    }

    private static int indexOf(byte[] bytes, int length, byte[] wanted) {
        for (int i = 0; i + wanted.length <= length; i++) {
            if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
        return -1;
    }

    private void report() {
        StringBuilder line = new StringBuilder().append(measured.size()).append(' ').append(failures.size());
        for (int column = 0; column < 2; column++) {
            int which = column;
            long[] sorted = measured.stream().mapToLong(m -> m[which]).sorted().toArray();
            for (double quantile : new double[] {0.5, 0.9, 0.99}) {
                line.append(' ').append(sorted.length == 0 ? -1 : sorted[(int) (quantile * (sorted.length - 1))]);
            }
        }
        System.out.println(line);
        failures.stream().distinct().limit(3).forEach(System.err::println);
    }
}
