package dev.portreeve.gateway.deliver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.deliver.NotTaken;
import dev.portreeve.audit.deliver.Receiver;
import dev.portreeve.gateway.config.DeliveryConfig;
import dev.portreeve.gateway.config.HostPort;
import dev.portreeve.hub.fixture.TlsKeys;
import dev.portreeve.hub.outbound.NameResolver;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Syslog over real TLS: how messages are framed, and what counts as taken. */
class SyslogReceiverTest {
    @TempDir
    private static Path folder;

    private static Path certificate;
    private static Path key;
    private static SSLContext tls;

    private SSLServerSocket server;
    private Thread serving;
    private final BlockingQueue<List<String>> received = new LinkedBlockingQueue<>();
    private volatile boolean hangsUp;

    @BeforeAll
    static void certificates() throws Exception {
        TlsKeys keys = TlsKeys.in(folder, "dns:localhost");
        tls = keys.context();
        certificate = keys.certificate();
        key = keys.key();
    }

    @BeforeEach
    void start() throws Exception {
        server = (SSLServerSocket)
                tls.getServerSocketFactory().createServerSocket(0, 10, InetAddress.getByName("localhost"));
        serving = Thread.ofVirtual().start(this::serve);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        serving.join();
    }

    private void serve() {
        while (!server.isClosed()) {
            try (SSLSocket socket = (SSLSocket) server.accept()) {
                InputStream in = socket.getInputStream();
                if (hangsUp) {
                    int first = in.read();
                    socket.setSoLinger(true, 0);
                    assertTrue(first > 0);
                    continue;
                }
                received.add(messages(in));
            } catch (IOException gone) {
                // The next one, or the end.
            }
        }
    }

    private static List<String> messages(InputStream in) throws IOException {
        List<String> messages = new ArrayList<>();
        StringBuilder length = new StringBuilder();
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c == ' ') {
                messages.add(new String(in.readNBytes(Integer.parseInt(length.toString())), StandardCharsets.UTF_8));
                length.setLength(0);
            } else {
                length.append((char) c);
            }
        }
        return messages;
    }

    private Receiver receiver(@Nullable Path trusted, @Nullable Path own, @Nullable Path ownKey) {
        return new SyslogReceiver(new DeliveryConfig.Syslog(
                new HostPort("localhost", server.getLocalPort()), trusted, own, ownKey, false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void messages_are_counted_octets_of_rfc_5424(String protocol) throws Exception {
        server.setEnabledProtocols(new String[] {protocol});
        try (Receiver receiver = receiver(certificate, null, null)) {
            receiver.take(Records.batch(4, 3));
            receiver.take(Records.batch(7, 1));
        }
        List<String> first = received.take();
        assertEquals(3, first.size());
        assertTrue(
                first.getFirst()
                        .startsWith("<110>1 2026-11-22T10:00:00.000001Z - portreeve - call.closed"
                                + " [portreeve@32473 index=\"4\" id=\"r4\" tenant=\"acme\""),
                first.getFirst());
        assertTrue(first.getFirst().endsWith("\"v\":1}"), first.getFirst());
        assertEquals(1, received.take().size());
    }

    @Test
    void a_large_batch_goes_whole() throws Exception {
        try (Receiver receiver = receiver(certificate, null, null)) {
            receiver.take(Records.batch(0, 5000));
        }
        assertEquals(5000, received.take().size());
    }

    @Test
    void a_certificate_is_shown_to_who_wants_one() throws Exception {
        server.setNeedClientAuth(true);
        try (Receiver receiver = receiver(certificate, certificate, key)) {
            receiver.take(Records.batch(0, 1));
        }
        assertEquals(1, received.take().size());
        try (Receiver nobody = receiver(certificate, null, null)) {
            // In TLS 1.3 it says so only after the greeting, by ending the connection.
            NotTaken refused = assertThrows(NotTaken.class, () -> nobody.take(Records.batch(0, 1)));
            assertTrue(refused.way() == NotTaken.Way.AGAIN || refused.way() == NotTaken.Way.LESS);
        }
    }

    @Test
    void a_receiver_nobody_vouches_for_gets_nothing() {
        try (Receiver receiver = receiver(null, null, null)) {
            NotTaken refused = assertThrows(NotTaken.class, () -> receiver.take(Records.batch(0, 1)));
            assertTrue(refused.getMessage().startsWith("TLS with the receiver fails"), refused.getMessage());
        }
        assertTrue(received.stream().allMatch(List::isEmpty));
    }

    @Test
    void the_next_address_of_a_name_is_tried_where_the_first_does_not_answer() throws Exception {
        DeliveryConfig.Syslog config = new DeliveryConfig.Syslog(
                new HostPort("localhost", server.getLocalPort()), certificate, null, null, false);
        NameResolver names = host -> List.of(InetAddress.ofLiteral("127.0.0.2"), InetAddress.ofLiteral("127.0.0.1"));
        try (Receiver receiver = new SyslogReceiver(config, names)) {
            receiver.take(Records.batch(0, 1));
        }
        assertEquals(1, received.take().size());
    }

    @Test
    void a_connection_that_breaks_is_no_acknowledgement() {
        hangsUp = true;
        try (Receiver receiver = receiver(certificate, null, null)) {
            NotTaken refused = assertThrows(NotTaken.class, () -> receiver.take(Records.batch(0, 5000)));
            assertEquals(NotTaken.Way.LESS, refused.way());
        }
    }

    @Test
    void a_file_that_is_no_certificate_is_named() {
        IllegalArgumentException wrong =
                assertThrows(IllegalArgumentException.class, () -> receiver(folder.resolve("nosuch.pem"), null, null));
        assertTrue(wrong.getMessage().contains("nosuch.pem"), wrong.getMessage());
    }
}
