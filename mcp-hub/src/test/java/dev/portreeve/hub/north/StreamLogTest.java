package dev.portreeve.hub.north;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.HubWorld;
import dev.portreeve.hub.time.AlarmClock;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StreamLogTest {
    private static final StreamLimits LIMITS = HubWorld.STREAMS;

    private final LogSpace space = new LogSpace(LIMITS.allLogBytes());
    private final StreamLog log = new StreamLog(3, LIMITS, space);

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String next(StreamLog.Reader reader) throws InterruptedException {
        Optional<StreamLog.Event> next = reader.next();
        return next.map(event -> event.number() + new String(event.message(), StandardCharsets.UTF_8))
                .orElse("over");
    }

    @Test
    void isReadInOrderAndOnce() throws Exception {
        assertEquals("3-1", log.append(bytes("a")).toString());
        log.append(bytes("b"));
        try (StreamLog.Reader reader = log.read()) {
            assertEquals("1a", next(reader));
            assertEquals("2b", next(reader));
            log.append(bytes("c"));
            log.end();
            log.append(bytes("after the end"));
            assertEquals("3c", next(reader));
            assertEquals("over", next(reader));
        }
        try (StreamLog.Reader again = log.read()) {
            assertEquals("over", next(again), "who comes back has had it all");
        }
        try (StreamLog.Reader again = log.readAfter(1)) {
            assertEquals("2b", next(again), "unless it says it has not");
        }
    }

    @Test
    void theOldestGoFirst() throws Exception {
        for (int i = 1; i <= LIMITS.logEvents() + 2; i++) {
            log.append(bytes("x"));
        }
        try (StreamLog.Reader reader = log.readAfter(0)) {
            assertEquals("3x", next(reader));
        }
        log.append(new byte[LIMITS.logBytes() - 1]);
        try (StreamLog.Reader reader = log.readAfter(0)) {
            assertTrue(next(reader).startsWith(LIMITS.logEvents() + 2 + "x"), "bytes are bounded too");
        }
    }

    @Test
    void allLogsTogetherAreBounded() {
        LogSpace small = new LogSpace(10);
        StreamLog one = new StreamLog(1, LIMITS, small);
        one.append(new byte[8]);
        StreamLog two = new StreamLog(2, LIMITS, small);
        two.append(new byte[8]);
        assertFalse(small.take(3), "the second log kept nothing, the first keeps what it has");
        one.drop();
        assertTrue(small.take(10), "what is dropped is free again");
    }

    @Test
    void aReaderThatLagsTooFarIsCutOff() throws Exception {
        try (StreamLog.Reader reader = log.read()) {
            log.append(bytes("a"));
            assertEquals("1a", next(reader));
            for (int i = 0; i <= LIMITS.logEvents(); i++) {
                log.append(bytes("b"));
            }
            assertTrue(Thread.interrupted(), "even out of a write that hangs");
            assertEquals("over", next(reader));
        }
    }

    /** A client that reads nothing, on a real connection: the write hangs until the log has no more room. */
    @Test
    void aClientThatDoesNotReadIsLetGo() throws Exception {
        try (AlarmClock alarms = new AlarmClock();
                ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket deaf = new Socket(InetAddress.getLoopbackAddress(), listening.getLocalPort());
                Socket accepted = listening.accept()) {
            deaf.setReceiveBufferSize(4096);
            accepted.setSendBufferSize(4096);
            Thread pumping = Thread.ofVirtual().start(() -> {
                try (StreamLog.Reader reader = log.read()) {
                    new StreamPump(alarms, LIMITS).run(reader, new Plain(accepted), true);
                }
            });
            byte[] event = new byte[16 * 1024];
            await().pollInterval(Duration.ofMillis(1)).until(() -> {
                log.append(event);
                return !pumping.isAlive();
            });
            assertFalse(log.isRead());
        }
    }

    /** A caller proves who it is again after a while, however well it listens. */
    @Test
    void aStreamHasAnAge() throws Exception {
        StreamLimits short1 =
                new StreamLimits(4, 100, 1000, 1, Duration.ofMillis(1), Duration.ofSeconds(1), 1, 1, 1, 1, 1, 1);
        try (AlarmClock alarms = new AlarmClock();
                StreamLog.Reader reader = log.read();
                Socket unused = new Socket()) {
            new StreamPump(alarms, short1).run(reader, new Plain(unused), true);
        }
        assertFalse(log.isRead());
    }

    private record Plain(Socket socket) implements McpExchange.EventStream {
        @Override
        public boolean send(byte[] message) {
            try {
                OutputStream out = socket.getOutputStream();
                out.write(message);
                return true;
            } catch (IOException gone) {
                return false;
            }
        }

        @Override
        public boolean send(String eventId, byte[] message) {
            return send(message);
        }

        @Override
        public boolean prime(String eventId, Duration retry) {
            return true;
        }

        @Override
        public void close() {
            // The test closes the socket.
        }
    }
}
