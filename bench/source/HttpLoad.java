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
 * Sends one request again and again from several callers at once, each on its own kept connection and each waiting for the
 * whole answer before it asks again. Prints one line: requests, duration in microseconds, failures, p50, p90, p99 in
 * microseconds.
 */
final class HttpLoad {
    private static final int MAX_SAMPLES = 4_000_000;
    private static final int CHECKED_EVERY = 256;

    /** Looks at some of the bodies. */
    interface Check {
        /** @throws IOException if this is not what was asked for */
        void check(byte[] body) throws IOException;
    }

    private final int port;
    private final byte[] request;
    private final Check check;
    private final ConcurrentLinkedQueue<long[]> samples = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();

    HttpLoad(int port, byte[] request, Check check) {
        this.port = port;
        this.request = request;
        this.check = check;
    }

    void run(int callers, long seconds) throws InterruptedException {
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
            while (System.nanoTime() < until && count < MAX_SAMPLES) {
                long start = System.nanoTime();
                out.write(request);
                byte[] body = answer(in);
                long took = System.nanoTime() - start;
                if (count % CHECKED_EVERY == 0) {
                    check.check(body);
                }
                own = count == own.length ? Arrays.copyOf(own, count * 2) : own;
                own[count++] = took;
            }
        } catch (IOException failed) {
            failures.add(String.valueOf(failed.getMessage()));
        }
        samples.add(Arrays.copyOf(own, count));
    }

    /** How often these bytes stand there. */
    static int count(byte[] bytes, byte[] wanted) {
        int count = 0;
        for (int i = 0; i + wanted.length <= bytes.length; i++) {
            if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
                count++;
            }
        }
        return count;
    }

    /**
     * The body of the next answer, which has a length or comes in chunks.
     *
     * @throws IOException for any status but 200
     */
    static byte[] answer(InputStream in) throws IOException {
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
