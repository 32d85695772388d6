package dev.portreeve.gateway.notice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.notice.WebhookChannel.Delivery;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a receiver may answer, and what is made of receivers that do not end or say too much. */
final class HttpWebhooksTest {
    private final CountDownLatch over = new CountDownLatch(1);
    private final AlarmClock alarms = new AlarmClock();
    private final HttpWebhooks webhooks = new HttpWebhooks(alarms, Duration.ofMillis(300));
    private HttpServer receiver;

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
