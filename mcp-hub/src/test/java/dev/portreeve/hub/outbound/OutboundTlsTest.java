package dev.portreeve.hub.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.portreeve.hub.fixture.TlsKeys;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.call.Deadline;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over TLS: who the server is is checked against the name, not against the address it was found at. */
class OutboundTlsTest {
    private static final Deadline LONG = Deadline.in(Duration.ofMinutes(2));

    @TempDir
    private static Path folder;

    private static HttpsServer server;
    private static SSLContext trusting;
    private static final Set<Object> CALLERS = ConcurrentHashMap.newKeySet();
    private static final AlarmClock ALARMS = new AlarmClock();

    @BeforeAll
    static void start() throws Exception {
        trusting = TlsKeys.in(folder, "dns:mcp.example").context();
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(trusting));
        server.createContext("/", exchange -> {
            CALLERS.add(exchange.getRemoteAddress());
            byte[] body = exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    private static OutboundHttp client(SSLContext tls) {
        return new OutboundHttp(Duration.ofSeconds(20), host -> List.of(InetAddress.getLoopbackAddress()), tls, ALARMS);
    }

    private static OutboundRequest request(String host, int port, byte[] body) {
        return OutboundRequest.post(URI.create("https://" + host + ":" + port + "/"), "*/*", "text/plain", body);
    }

    @Test
    void aServerWithItsOwnNameIsSpokenToOverOneConnection() throws IOException {
        CALLERS.clear();
        byte[] large = "The gate opens at dawn. ".repeat(20_000).getBytes(StandardCharsets.US_ASCII);
        try (OutboundHttp http = client(trusting)) {
            for (int i = 0; i < 3; i++) {
                OutboundHttp.Fetched answer = http.fetch(
                        request("mcp.example", server.getAddress().getPort(), large),
                        Reach.PRIVATE,
                        large.length,
                        LONG);
                assertEquals(large.length, answer.body().length);
            }
        }
        assertEquals(1, CALLERS.size());
    }

    @Test
    void aServerWithAnotherNameGetsNothing() throws IOException {
        CALLERS.clear();
        try (OutboundHttp http = client(trusting)) {
            OutboundRequest secret =
                    request("other.example", server.getAddress().getPort(), new byte[3]);
            Unreachable refused = assertThrows(Unreachable.class, () -> http.send(secret, Reach.PRIVATE, LONG));
            assertTrue(refused.getMessage().contains("certificate"), refused.getMessage());
        }
        assertEquals(0, CALLERS.size());
    }

    @Test
    void aServerNobodyVouchesForGetsNothing() throws Exception {
        CALLERS.clear();
        try (OutboundHttp http = client(SSLContext.getDefault())) {
            OutboundRequest secret = request("mcp.example", server.getAddress().getPort(), new byte[3]);
            assertThrows(Unreachable.class, () -> http.send(secret, Reach.PRIVATE, LONG));
        }
        assertEquals(0, CALLERS.size());
    }

    @Test
    void aServerThatTakesNoPartInTheGreetingIsAwaitedOnlyUntilTheDeadline() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                OutboundHttp http = client(trusting)) {
            OutboundRequest request = request("mcp.example", silent.getLocalPort(), new byte[3]);
            assertThrows(OutOfTime.class, () -> http.send(request, Reach.PRIVATE, Deadline.in(Duration.ofMillis(300))));
        }
    }
}
