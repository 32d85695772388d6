import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Asks in one dialect, over {@link HttpLoad}; or holds many streams open at once and says when all have begun.
 *
 * <pre>java DialectLoad PORT KEY CALLERS SECONDS DIALECT MODEL BYTES|stream
 *java DialectLoad PORT KEY STREAMS 0 DIALECT MODEL hold</pre>
 */
public final class DialectLoad {
    private static final int STREAM_REQUEST = 1024;

    private DialectLoad() {}

    public static void main(String[] args) throws InterruptedException {
        int port = Integer.parseInt(args[0]);
        Wire wire = Wire.of(args[4]);
        boolean stream = args[6].equals("stream") || args[6].equals("hold");
        int size = stream ? STREAM_REQUEST : Integer.parseInt(args[6]);
        String body = wire.request(args[5], size, stream);
        String head = "POST " + wire.path(args[5], stream) + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nAuthorization: Bearer "
                + args[1] + "\r\nContent-Type: application/json\r\nanthropic-version: 2023-06-01\r\nContent-Length: "
                + body.length() + "\r\n\r\n";
        byte[] request = (head + body).getBytes(StandardCharsets.US_ASCII);
        byte[] end = wire.end().getBytes(StandardCharsets.US_ASCII);
        byte[] words = Wire.WORD.getBytes(StandardCharsets.US_ASCII);
        HttpLoad.Check check = answer -> {
            if (HttpLoad.count(answer, words) < 6 || stream && HttpLoad.count(answer, end) == 0) {
                throw new IOException("not what was asked for: " + new String(answer, 0, Math.min(500, answer.length), StandardCharsets.UTF_8));
            }
        };
        if (args[6].equals("hold")) {
            hold(port, request, Integer.parseInt(args[2]), check);
        } else {
            new HttpLoad(port, request, check).run(Integer.parseInt(args[2]), Long.parseLong(args[3]));
        }
    }

    /** Prints {@code held N} once so many streams have begun, and {@code ended N} with those that ended as they should. */
    private static void hold(int port, byte[] request, int streams, HttpLoad.Check check) throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(streams);
        AtomicInteger whole = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            threads.add(Thread.startVirtualThread(() -> {
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    socket.setSoTimeout(120_000);
                    socket.getOutputStream().write(request);
                    InputStream in = new BufferedInputStream(socket.getInputStream(), 2048);
                    in.mark(1);
                    in.read();
                    in.reset();
                    begun.countDown();
                    check.check(HttpLoad.answer(in));
                    whole.incrementAndGet();
                } catch (IOException failed) {
                    System.err.println(failed.getMessage());
                    begun.countDown();
                }
            }));
        }
        begun.await();
        System.out.println("held " + streams);
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.println("ended " + whole.get());
    }
}
