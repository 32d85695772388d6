package dev.portreeve.hub.outbound;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.call.Deadline;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What servers may write on a connection, byte for byte, and what becomes of the connection afterwards. */
class AnswersTest {
    private static final Deadline LONG = Deadline.in(Duration.ofMinutes(2));
    private final AlarmClock alarms = new AlarmClock();
    private final OutboundHttp http =
            OutboundHttp.create(Duration.ofSeconds(20), host -> List.of(InetAddress.getLoopbackAddress()), alarms);
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger left = new AtomicInteger();
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private ServerSocket server;
    /** What each request is answered with; a bar is a pause until the caller has left, a caret closes. */
    private volatile String script = "";

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try {
                    Socket socket = server.accept();
                    connections.incrementAndGet();
                    Thread.ofVirtual().start(() -> serve(socket));
                } catch (IOException closed) {
                    return;
                }
            }
        });
    }

    private void serve(Socket socket) {
        try (socket) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            OutputStream out = socket.getOutputStream();
            while (true) {
                StringBuilder head = new StringBuilder();
                for (String line = in.readLine(); line == null || !line.isEmpty(); line = in.readLine()) {
                    if (line == null) {
                        return;
                    }
                    head.append(line).append('\n');
                }
                heads.add(head.toString());
                for (String part : script.split("(?<=[|^])|(?=[|^])")) {
                    if (part.equals("|")) {
                        out.flush();
                        over.await();
                    } else if (part.equals("^")) {
                        return;
                    } else {
                        out.write(part.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
                    }
                }
                out.flush();
            }
        } catch (IOException | InterruptedException gone) {
            // Whatever the caller did, the test looks at it from the other side.
        } finally {
            left.incrementAndGet();
        }
    }

    @AfterEach
    void stop() throws IOException {
        over.countDown();
        http.close();
        alarms.close();
        server.close();
    }

    private URI url(String path) {
        return URI.create("http://mcp.example:" + server.getLocalPort() + path);
    }

    private OutboundAnswer send() throws IOException {
        return http.send(OutboundRequest.get(url("/"), "text/plain"), Reach.PRIVATE, LONG);
    }

    private String answer() throws IOException {
        try (OutboundAnswer answer = send()) {
            return answer.status() + ":" + new String(answer.body().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void theAddressIsTheOneTheGuardSaw() throws IOException {
        // No resolver of the world knows this name: only the guard's own does.
        script = "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi";
        assertEquals("200:hi", answer());
        assertTrue(heads.getFirst().contains("Host: mcp.example:" + server.getLocalPort()), heads.getFirst());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello",
                "HTTP/1.1 200 OK\nContent-Length: 5\nContent-Length: 5\n\nhello",
                "HTTP/1.1 200\ncontent-length:5\n\nhello",
                "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\nhello\n0\n\n",
                "HTTP/1.1 200 OK\nTransfer-Encoding: Chunked\n\n2;why=not\nhe\n03\nllo\n0\nTrailer: yes\n\n",
                "HTTP/1.1 100 Continue\n\nHTTP/1.1 103 Early Hints\nLink: x\n\nHTTP/1.1 200 OK\nContent-Length: 5\n\nhello"
            })
    void aWholeAnswerLeavesTheConnectionForTheNext(String said) throws IOException {
        script = said;
        for (int i = 0; i < 3; i++) {
            assertEquals("200:hello", answer());
        }
        assertEquals(1, connections.get());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\n\nhello^",
                "HTTP/1.1 200 OK\nConnection: Keep-Alive, Close\nContent-Length: 5\n\nhello",
                "HTTP/1.0 200 OK\nContent-Length: 5\n\nhello"
            })
    void aConnectionThatEndsWithItsAnswerIsNotUsedAgain(String said) throws IOException {
        script = said;
        assertEquals("200:hello", answer());
        assertEquals("200:hello", answer());
        assertEquals(2, connections.get());
    }

    @Test
    void answersWithoutBodyHaveNone() throws IOException {
        script = "HTTP/1.1 204 No Content\n\n";
        assertEquals("204:", answer());
        script = "HTTP/1.1 202 Accepted\nContent-Length: 0\n\n";
        assertEquals("202:", answer());
        assertEquals(1, connections.get());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\nContent-Length: 5\nContent-Length: 6\n\nhello",
                "HTTP/1.1 200 OK\nContent-Length: 5, 5\n\nhello",
                "HTTP/1.1 200 OK\nContent-Length: -5\n\nhello",
                "HTTP/1.1 200 OK\nContent-Length: 99999999999999999999\n\nhello",
                "HTTP/1.1 200 OK\nContent-Length: 5\nTransfer-Encoding: chunked\n\n5\nhello\n0\n\n",
                "HTTP/1.1 200 OK\nTransfer-Encoding: gzip, chunked\n\n5\nhello\n0\n\n",
                "HTTP/1.1 200 OK\nContent-Length : 5\n\nhello",
                "HTTP/1.1 200 OK\nX: a\n b\nContent-Length: 5\n\nhello",
                "HTTP/1.1 20 OK\n\n^",
                "HTTP/1.1 +20 OK\n\n^",
                "HTTP/1.1 2000 OK\n\n^",
                "HTTP/2 200 OK\n\n^",
                "HTTP/1.1 101 Switching\n\n^",
                "SSH-2.0-OpenSSH\n^",
                "HTTP/1.1 200 OK\nContent-Length: 5\n^",
                "^",
                "HTTP/1.1 200 OK\nContent-Length: 9\n\nhello^",
                "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\nhello\n^",
                "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\nhello!\n0\n\n",
                "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n+5\nhello\n0\n\n",
                "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nffffffffff\nhello\n0\n\n"
            })
    void whatIsNoWholeAnswerIsAnErrorAndNeverAnEnd(String said) {
        script = said;
        assertThrows(IOException.class, this::answer);
        Awaitility.await().until(() -> left.get() == connections.get());
    }

    @Test
    void headsAreBounded() {
        script = "HTTP/1.1 200 OK\n" + "X: 0123456789\n".repeat(10_000) + "\n";
        assertTrue(assertThrows(IOException.class, this::answer).getMessage().contains("head has more than"));
        script = "HTTP/1.1 100 Continue\n\n".repeat(100);
        assertTrue(assertThrows(IOException.class, this::answer).getMessage().contains("does not come to an answer"));
    }

    @Test
    void aStreamClosedAfterItsLastEventLeavesTheConnectionIfItsEndIsThere() throws IOException {
        script = "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\nhello\n0\n\n";
        for (int i = 0; i < 3; i++) {
            try (OutboundAnswer answer = send()) {
                assertEquals("hello", new String(answer.body().readNBytes(5), StandardCharsets.US_ASCII));
            }
        }
        assertEquals(1, connections.get());
    }

    @Test
    void aStreamClosedBeforeItsEndTellsTheServer() throws IOException {
        script = "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\nhello\n|";
        try (OutboundAnswer answer = send()) {
            assertEquals("hello", new String(answer.body().readNBytes(5), StandardCharsets.US_ASCII));
        }
        over.countDown();
        Awaitility.await().until(() -> left.get() == 1);
        script = "HTTP/1.1 204 No Content\n\n";
        assertEquals("204:", answer());
        assertEquals(2, connections.get());
    }

    @Test
    void anyThreadMayEndAWaitingRead() throws Exception {
        script = "HTTP/1.1 200 OK\nContent-Length: 9\n\nhello|";
        OutboundAnswer answer = send();
        InputStream body = answer.body();
        assertEquals(5, body.readNBytes(5).length);
        AtomicReference<Throwable> broke = new AtomicReference<>();
        Thread reader = Thread.ofVirtual().start(() -> {
            try {
                int ignored = body.read();
            } catch (IOException closed) {
                broke.set(closed);
            }
        });
        Awaitility.await().until(() -> reader.getState() == Thread.State.WAITING);
        answer.close();
        reader.join();
        assertTrue(broke.get() instanceof IOException);
        assertThrows(IOException.class, body::read);
    }

    @Test
    void anInterruptEndsTheWaitForAHead() throws Exception {
        script = "|";
        AtomicReference<Throwable> broke = new AtomicReference<>();
        Thread caller = Thread.ofVirtual().start(() -> {
            try {
                send().close();
            } catch (IOException closed) {
                broke.set(Thread.currentThread().isInterrupted() ? closed : null);
            }
        });
        Awaitility.await().until(() -> heads.size() == 1);
        caller.interrupt();
        caller.join();
        assertTrue(broke.get() instanceof IOException && !(broke.get() instanceof OutOfTime));
    }

    @Test
    void aHeadThatTricklesIsAwaitedOnlyUntilTheDeadline() {
        script = "HTTP/1.1 200 OK\nX: |";
        assertThrows(
                OutOfTime.class,
                () -> http.send(
                        OutboundRequest.get(url("/"), "text/plain"),
                        Reach.PRIVATE,
                        Deadline.in(Duration.ofMillis(300))));
        over.countDown();
        Awaitility.await().until(() -> left.get() == 1);
    }

    @Test
    void aConnectionTheServerClosedMeanwhileIsNotUsed() throws IOException {
        script = "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello^";
        for (int i = 1; i <= 5; i++) {
            assertEquals("200:hello", answer());
            int count = i;
            Awaitility.await().until(() -> left.get() == count);
        }
        assertEquals(5, connections.get());
    }

    @Test
    void aConnectionOnWhichSomethingUnaskedStandsIsNotUsed() throws IOException {
        // Else the next caller would get an answer that was prepared for somebody else.
        script = "HTTP/1.1 200 OK\nContent-Length: 5\n\nhelloHTTP/1.1 200 OK\nContent-Length: 4\n\nevil";
        assertEquals("200:hello", answer());
        script = "HTTP/1.1 200 OK\nContent-Length: 5\n\nfresh";
        assertEquals("200:fresh", answer());
        assertEquals(2, connections.get());
    }

    @Test
    void whoIsNotThereIsUnreachable() throws IOException {
        // Bound and not listening: the port is nobody else's meanwhile, and refuses.
        try (Socket nobody = new Socket()) {
            nobody.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            URI there = URI.create("http://mcp.example:" + nobody.getLocalPort() + "/");
            Unreachable away = assertThrows(
                    Unreachable.class, () -> http.send(OutboundRequest.get(there, "text/plain"), Reach.PRIVATE, LONG));
            assertTrue(away.getMessage().contains("refused"), away.getMessage());
        }
    }

    @Test
    void closingTheClientEndsWhatIsInUse() throws IOException {
        script = "HTTP/1.1 200 OK\nContent-Length: 9\n\nhello|";
        OutboundAnswer answer = send();
        assertEquals(5, answer.body().readNBytes(5).length);
        http.close();
        assertThrows(IOException.class, () -> answer.body().read());
        assertThrows(IOException.class, this::send);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nX: b", "a\nb", "\u0000", "\u0100", "\u007f"})
    void aHeaderCannotEndItsLine(String value) {
        assertThrows(
                IllegalArgumentException.class,
                () -> OutboundRequest.get(url("/"), "*/*").with(Map.of("X", value)));
    }

    @Test
    void requestsAreWrittenAsTheStandardSays() throws IOException {
        script = "HTTP/1.1 204 No Content\n\n";
        byte[] body = "{}".getBytes(StandardCharsets.US_ASCII);
        OutboundRequest request = OutboundRequest.post(url("/a%20b?c=d#e"), "*/*", "application/json", body)
                .with(Map.of("ACCEPT", "text/plain"));
        http.send(request, Reach.PRIVATE, LONG).close();
        assertEquals(
                "POST /a%20b?c=d HTTP/1.1\nHost: mcp.example:" + server.getLocalPort()
                        + "\nContent-Type: application/json\nACCEPT: text/plain\nContent-Length: 2\n",
                heads.getFirst());
        assertArrayEquals(body, request.body());
    }
}
