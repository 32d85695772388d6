package dev.portreeve.hub.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.call.Deadline;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The one client: no redirects, no proxies, bounded answers. */
class OutboundHttpTest {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AlarmClock alarms = new AlarmClock();
    private final CountDownLatch over = new CountDownLatch(1);
    private OutboundHttp http;
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        http = OutboundHttp.create(Duration.ofSeconds(5), NameResolver.SYSTEM, alarms);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/short", exchange -> {
            exchange.sendResponseHeaders(200, 5);
            exchange.getResponseBody().write("short".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            exchange.close();
        });
        server.createContext("/moved", exchange -> {
            exchange.getResponseHeaders().set("Location", "/short");
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
        server.createContext("/half", exchange -> {
            exchange.sendResponseHeaders(200, 10);
            exchange.getResponseBody().write('x');
            exchange.getResponseBody().flush();
            await(over);
            exchange.close();
        });
        server.start();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @AfterEach
    void stop() {
        over.countDown();
        server.stop(0);
        http.close();
        alarms.close();
        threads.shutdownNow();
    }

    private OutboundRequest get(String path) {
        return OutboundRequest.get(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path), "text/plain");
    }

    private OutboundHttp.Fetched fetch(String path, int maxBytes, Duration time) throws Exception {
        return http.fetch(get(path), Reach.LOOPBACK, maxBytes, Deadline.in(time));
    }

    @Test
    void answersAreBoundedInBytes() throws Exception {
        assertEquals(5, fetch("/short", 5, Duration.ofSeconds(20)).body().length);
        OutboundRefused refused = assertThrows(OutboundRefused.class, () -> fetch("/short", 4, Duration.ofSeconds(20)));
        assertTrue(refused.getMessage().contains("more than 4 bytes"), refused.getMessage());
    }

    @Test
    void answersAreBoundedInTimeToTheirLastByte() {
        assertThrows(OutOfTime.class, () -> fetch("/half", 100, Duration.ofMillis(400)));
    }

    @Test
    void redirectsAreAnswersLikeAnyOther() throws Exception {
        assertEquals(302, fetch("/moved", 100, Duration.ofSeconds(20)).status());
    }

    @Test
    void theGuardIsAskedBeforeEveryRequest() {
        assertThrows(
                OutboundRefused.class,
                () -> http.fetch(get("/short"), Reach.PUBLIC, 100, Deadline.in(Duration.ofSeconds(20))));
        assertThrows(
                OutboundRefused.class,
                () -> http.send(get("/short"), Reach.PUBLIC, Deadline.in(Duration.ofSeconds(20))));
    }

    @Test
    void proxySettingsAreNotLookedAt() throws Exception {
        String before = System.getProperty("http.proxyHost");
        String exceptions = System.getProperty("http.nonProxyHosts");
        System.setProperty("http.proxyHost", "127.0.0.1");
        System.setProperty("http.proxyPort", "1");
        System.setProperty("http.nonProxyHosts", "");
        try {
            assertEquals(200, fetch("/short", 100, Duration.ofSeconds(20)).status());
        } finally {
            restore("http.proxyHost", before);
            restore("http.nonProxyHosts", exceptions);
            System.clearProperty("http.proxyPort");
        }
    }

    private static void restore(String name, String value) {
        if (value == null) {
            System.clearProperty(name);
        } else {
            System.setProperty(name, value);
        }
    }
}
