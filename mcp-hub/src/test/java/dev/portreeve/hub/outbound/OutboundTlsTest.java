package dev.portreeve.hub.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.call.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over TLS: who the server is is checked against the name, not against the address it was found at. */
class OutboundTlsTest {
    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final Deadline LONG = Deadline.in(Duration.ofMinutes(2));

    @TempDir
    private static Path folder;

    private static HttpsServer server;
    private static SSLContext trusting;
    private static final Set<Object> CALLERS = ConcurrentHashMap.newKeySet();
    private static final AlarmClock ALARMS = new AlarmClock();

    @BeforeAll
    static void start() throws Exception {
        Path file = folder.resolve("server.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=mcp.example",
                        "-ext",
                        "SAN=dns:mcp.example",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, keytool.waitFor(), said);
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD);
        }
        trusting = context(keys);
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

    private static SSLContext context(KeyStore keys) throws GeneralSecurityException {
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, PASSWORD);
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        KeyStore known = KeyStore.getInstance("PKCS12");
        try {
            known.load(null, null);
        } catch (IOException memoryOnly) {
            throw new IllegalStateException(memoryOnly);
        }
        known.setCertificateEntry("server", keys.getCertificate("server"));
        trusted.init(known);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
        return context;
    }

    @AfterAll
    static void stop() {
        server.stop(0);
        ALARMS.close();
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
