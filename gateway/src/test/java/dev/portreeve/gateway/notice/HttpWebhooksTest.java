package dev.portreeve.gateway.notice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.portreeve.hub.outbound.NameResolver;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.notice.WebhookChannel.Delivery;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a receiver may answer, and what is made of receivers that do not end or say too much. */
final class HttpWebhooksTest {
    private final CountDownLatch over = new CountDownLatch(1);
    private final AlarmClock alarms = new AlarmClock();
    private final HttpWebhooks webhooks = webhooks(Set.of());
    private HttpServer receiver;
    private List<InetAddress> addresses = List.of();

    /** Names lead where a test says; addresses, to themselves. */
    private HttpWebhooks webhooks(Set<URI> kept) {
        return new HttpWebhooks(
                alarms,
                Duration.ofMillis(300),
                host -> host.matches("[0-9.]+|\\[.*") ? NameResolver.SYSTEM.resolve(host) : addresses,
                kept);
    }

    private Delivery named(HttpWebhooks channel, String... leadsTo) {
        addresses = Stream.of(leadsTo).map(InetAddress::ofLiteral).toList();
        URI url = URI.create("http://hooks.internal:" + receiver.getAddress().getPort() + "/");
        return channel.send(url, Map.of(), "{}".getBytes(StandardCharsets.UTF_8));
    }

    private Delivery send(HttpHandler answer) throws IOException {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        receiver.createContext("/", answer);
        receiver.start();
        URI url = URI.create("http://127.0.0.1:" + receiver.getAddress().getPort() + "/");
        return webhooks.send(url, Map.of("webhook-id", "msg_1"), "{}".getBytes(StandardCharsets.UTF_8));
    }

    @AfterEach
    void stop() {
        over.countDown();
        if (receiver != null) {
            receiver.stop(0);
        }
        webhooks.close();
        alarms.close();
    }

    private static void say(com.sun.net.httpserver.HttpExchange exchange, int status, int bytes) throws IOException {
        exchange.getResponseHeaders().set("Webhook-Id", "msg_1");
        exchange.getResponseHeaders().set("Webhook-Timestamp", "17");
        exchange.getResponseHeaders().set("Webhook-Signature", "v1,AAAA");
        exchange.sendResponseHeaders(status, bytes);
        exchange.getResponseBody().write(new byte[bytes]);
        exchange.close();
    }

    @Test
    void an_answer_comes_with_its_headers() throws IOException {
        Delivery.Answered answered = assertInstanceOf(Delivery.Answered.class, send(exchange -> say(exchange, 200, 7)));
        assertEquals(200, answered.status());
        assertEquals("msg_1", answered.answer().id());
        assertEquals("17", answered.answer().timestamp());
        assertEquals("v1,AAAA", answered.answer().signatures());
        assertEquals(7, answered.answer().body().length);
    }

    @Test
    void nothing_is_read_of_a_refusal_and_nothing_kept_of_a_flood() throws IOException {
        Delivery.Answered refused = assertInstanceOf(Delivery.Answered.class, send(exchange -> say(exchange, 500, 7)));
        assertEquals(0, refused.answer().body().length);
        receiver.stop(0);
        Delivery.Answered flood =
                assertInstanceOf(Delivery.Answered.class, send(exchange -> say(exchange, 200, 1 << 20)));
        assertEquals(200, flood.status());
        assertEquals(0, flood.answer().body().length);
    }

    @Test
    void a_name_is_looked_at_for_each_message_and_leads_to_no_link_or_metadata() throws IOException {
        assertInstanceOf(Delivery.Answered.class, send(exchange -> say(exchange, 200, 7)));
        assertInstanceOf(Delivery.Answered.class, named(webhooks, "127.0.0.1"));
        Delivery refused =
                new Delivery.Unanswered("not sent: the address is link-local, reserved or a metadata service");
        assertEquals(refused, named(webhooks, "169.254.169.254"));
        assertEquals(refused, named(webhooks, "127.0.0.1", "169.254.1.1"), "which of them is used is nobody's choice");
        assertEquals(refused, named(webhooks, "fe80::1"));
        assertEquals(refused, named(webhooks, "::ffff:169.254.169.254"));
        assertEquals(refused, named(webhooks, "fd00:ec2::254"));
        assertInstanceOf(Delivery.Answered.class, named(webhooks, "127.0.0.1"));
    }

    @Test
    void a_receiver_may_be_kept_from_private_networks() throws IOException {
        assertInstanceOf(Delivery.Answered.class, send(exchange -> say(exchange, 200, 7)));
        URI url = URI.create("http://hooks.internal:" + receiver.getAddress().getPort() + "/");
        try (HttpWebhooks careful = webhooks(Set.of(url))) {
            assertEquals(
                    new Delivery.Unanswered(
                            "not sent: the address is in a private network, which only allow-private permits"),
                    named(careful, "10.0.0.7"));
            assertEquals(
                    new Delivery.Unanswered(
                            "not sent: the name leads to this machine, which only allow-private permits"),
                    named(careful, "127.0.0.1"));
        }
    }

    @Test
    void a_receiver_that_says_nothing_is_left() throws IOException {
        assertInstanceOf(Delivery.Unanswered.class, send(exchange -> wait(exchange)));
    }

    @Test
    void a_body_that_does_not_end_is_left() throws IOException {
        Delivery.Answered answered = assertInstanceOf(Delivery.Answered.class, send(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("{\"decision\":".getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
            wait(exchange);
        }));
        assertEquals(0, answered.answer().body().length);
    }

    private void wait(com.sun.net.httpserver.HttpExchange exchange) {
        try (exchange) {
            over.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
