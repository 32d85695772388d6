package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.gateway.model.ReplayUpstream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls under an idempotency key, through a whole gateway: made once, paid once, answered again with the same bytes. */
class IdempotencyKeyTest {
    private static final String CHAT =
            "{\"model\":\"fast\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}],\"max_tokens\":100}";
    private static final String STREAM = CHAT.replace("{\"model\"", "{\"stream\":true,\"model\"");
    private static final String EVENT =
            "data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello\"}}]}\n\n";
    private static final String SETTLED = "SELECT 'settled=' || settled_nanos || ' held=' || held_nanos"
            + " FROM policy.budget_window WHERE budget_id = 'member:bot:total'";

    @TempDir
    private Path folder;

    private ReplayUpstream upstream;
    private GatewayFixture fixture;
    private String key;

    @BeforeEach
    void start() throws IOException {
        upstream = new ReplayUpstream();
        fixture = GatewayFixture.configured(
                folder, """
                    providers: [{ id: up, base-url: "BASE", api-key: sk-test, dialects: [openai-chat] }]
                    models:
                      - { name: fast, route: { targets: [{ model: up/gpt-5-mini }] }, max-output-tokens: 100 }
                      - { name: two, route: { targets: [{ model: up/gpt-5-mini }, { model: up/gpt-5 }], retries: 0 }, max-output-tokens: 100 }
                      - { name: vectors, route: { targets: [{ model: up/text-embedding-3-small }] } }
                    organisation:
                      tenants: [{ id: acme, agents: [{ id: bot, budgets: [{ limit-usd: 10 }] }, { id: other }] }]
                    policies: [{ id: models, effect: allow, models: ["*"] }]
                    idempotency: { keep: 1h, max-answer-bytes: 2000 }
                    """.replace("BASE", upstream.baseUrl().toString()));
        key = fixture.newKey("bot");
    }

    @AfterEach
    void stop() throws IOException {
        fixture.close();
        upstream.close();
    }

    private static byte[] chatAnswer() {
        return ReplayUpstream.recorded("chat.json");
    }

    private HttpResponse<byte[]> post(URI base, String path, String virtualKey, String words, String body)
            throws IOException, InterruptedException {
        return fixture.http.send(
                HttpRequest.newBuilder(base.resolve(path))
                        .header("Authorization", "Bearer " + virtualKey)
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", words)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    private HttpResponse<byte[]> chat(String words, String body) throws IOException, InterruptedException {
        return post(fixture.data(), "/v1/chat/completions", key, words, body);
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    private String rows(String sql) {
        return fixture.run("sql", sql).out();
    }

    private String money() {
        return rows(SETTLED)
                .lines()
                .filter(line -> line.contains("settled="))
                .findFirst()
                .orElse("");
    }

    private void assertReplays(HttpResponse<byte[]> first, HttpResponse<byte[]> again) {
        assertEquals(200, again.statusCode(), text(again));
        assertArrayEquals(first.body(), again.body());
        assertEquals(header(first, "content-type"), header(again, "content-type"));
        assertEquals("false", header(first, "x-portreeve-idempotent-replay"));
        assertEquals("true", header(again, "x-portreeve-idempotent-replay"));
        assertEquals(header(first, "x-portreeve-call-id"), header(again, "x-portreeve-replayed-call-id"));
        assertNotEquals(header(first, "x-portreeve-call-id"), header(again, "x-portreeve-call-id"));
    }

    @Test
    void the_same_call_is_answered_with_the_same_bytes_and_paid_once() throws Exception {
        upstream.then(ReplayUpstream.json(200, chatAnswer()));
        HttpResponse<byte[]> first = chat("retry-1", CHAT);
        assertEquals(200, first.statusCode(), text(first));
        String paid = money();
        assertTrue(paid.contains("held=0"), paid);
        HttpResponse<byte[]> again = chat("retry-1", CHAT);
        assertReplays(first, again);
        assertEquals("0", header(again, "x-portreeve-cost-usd"));
        assertEquals(1, upstream.requests().size());
        assertEquals(paid, money());
        String call = header(again, "x-portreeve-call-id");
        Awaitility.await()
                .until(() -> rows("SELECT kind FROM audit.record WHERE call_id = '" + call + "'")
                        .contains("call.closed"));
        String named = rows("SELECT 'named' FROM audit.record WHERE call_id = '" + call
                + "' AND convert_from(leaf, 'UTF8') LIKE '%\"replay_of\":\"" + header(first, "x-portreeve-call-id")
                + "\"%'");
        assertTrue(named.contains("named"), named);
    }

    @Test
    void a_stream_is_answered_with_the_same_stream() throws Exception {
        upstream.then(ReplayUpstream.events(ReplayUpstream.recorded("chat-stream.txt")));
        HttpResponse<byte[]> first = chat("retry-1", STREAM);
        assertTrue(text(first).endsWith("data: [DONE]\n\n"), text(first));
        assertReplays(first, chat("retry-1", STREAM));
        assertEquals(1, upstream.requests().size());
    }

    @Test
    void another_body_under_the_key_is_refused() throws Exception {
        upstream.then(ReplayUpstream.json(200, chatAnswer()));
        chat("retry-1", CHAT);
        HttpResponse<byte[]> refused = chat("retry-1", CHAT.replace("hello", "bye"));
        assertEquals(422, refused.statusCode());
        assertTrue(text(refused).contains("idempotency_key_reused"), text(refused));
        assertEquals("false", header(refused, "x-should-retry"));
        assertEquals(1, upstream.requests().size());
    }

    @Test
    void a_key_is_its_members_and_its_paths() throws Exception {
        upstream.always(ReplayUpstream.json(200, chatAnswer()));
        chat("retry-1", CHAT);
        String others = fixture.newKey("other");
        HttpResponse<byte[]> of = post(fixture.data(), "/v1/chat/completions", others, "retry-1", CHAT);
        assertEquals("false", header(of, "x-portreeve-idempotent-replay"));
        String second = fixture.newKey("bot");
        HttpResponse<byte[]> replaced = post(fixture.data(), "/v1/chat/completions", second, "retry-1", CHAT);
        assertEquals("true", header(replaced, "x-portreeve-idempotent-replay"));
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("embeddings.json")));
        HttpResponse<byte[]> elsewhere =
                post(fixture.data(), "/v1/embeddings", key, "retry-1", "{\"model\":\"vectors\",\"input\":\"hello\"}");
        assertEquals(200, elsewhere.statusCode(), text(elsewhere));
        assertEquals("false", header(elsewhere, "x-portreeve-idempotent-replay"));
        assertEquals(3, upstream.requests().size());
    }

    @Test
    void calls_that_meet_are_made_once() throws Exception {
        CountDownLatch both = new CountDownLatch(1);
        upstream.then(exchange -> {
            both.await();
            exchange.json(200, "", chatAnswer());
        });
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<HttpResponse<byte[]>> call = () -> chat("retry-1", CHAT);
            List<Future<HttpResponse<byte[]>>> calls =
                    List.of(threads.submit(call), threads.submit(call), threads.submit(call));
            Awaitility.await().until(() -> upstream.requests().size() == 1);
            both.countDown();
            for (Future<HttpResponse<byte[]>> each : calls) {
                assertEquals(200, each.get().statusCode(), text(each.get()));
                assertArrayEquals(chatAnswer(), each.get().body());
            }
        }
        assertEquals(1, upstream.requests().size());
    }

    @Test
    void a_client_that_leaves_finds_the_whole_answer_when_it_comes_back() throws Exception {
        CountDownLatch left = new CountDownLatch(1);
        upstream.then(exchange -> {
            exchange.beginEvents();
            exchange.chunk(EVENT);
            left.await();
            exchange.chunk(EVENT);
            exchange.chunk(EVENT);
            exchange.chunk("data: [DONE]\n\n");
            exchange.endEvents();
        });
        try (Socket socket = new Socket("127.0.0.1", fixture.data().getPort())) {
            socket.getOutputStream()
                    .write(("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key
                                    + "\r\n"
                                    + "Idempotency-Key: retry-1\r\n"
                                    + "Content-Type: application/json\r\n"
                                    + "Content-Length: "
                                    + STREAM.length() + "\r\n\r\n" + STREAM)
                            .getBytes(StandardCharsets.US_ASCII));
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String line = lines.readLine();
            while (!line.contains("Hello")) {
                line = lines.readLine();
            }
        }
        left.countDown();
        HttpResponse<byte[]> again = chat("retry-1", STREAM);
        assertEquals(200, again.statusCode());
        assertEquals("true", header(again, "x-portreeve-idempotent-replay"));
        assertEquals(EVENT + EVENT + EVENT + "data: [DONE]\n\n", text(again));
        assertEquals(1, upstream.requests().size());
    }

    @Test
    void failures_and_refusals_are_not_kept() throws Exception {
        upstream.then(ReplayUpstream.json(500, "{\"error\":{\"message\":\"broken\"}}"));
        assertEquals(502, chat("retry-1", CHAT).statusCode());
        upstream.then(ReplayUpstream.json(200, chatAnswer()));
        HttpResponse<byte[]> second = chat("retry-1", CHAT);
        assertEquals(200, second.statusCode());
        assertEquals("false", header(second, "x-portreeve-idempotent-replay"));
    }

    @Test
    void an_answer_that_is_too_large_to_be_kept_is_passed_on_once() throws Exception {
        byte[] large = new String(chatAnswer(), StandardCharsets.UTF_8)
                .replace("how can I help?", "how can I help? ".repeat(200))
                .getBytes(StandardCharsets.UTF_8);
        upstream.then(ReplayUpstream.json(200, large));
        assertArrayEquals(large, chat("retry-1", CHAT).body());
        HttpResponse<byte[]> refused = chat("retry-1", CHAT);
        assertEquals(422, refused.statusCode());
        assertTrue(text(refused).contains("idempotency_answer_not_kept"), text(refused));
        assertEquals(1, upstream.requests().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "\u00e9", "LONG"})
    void a_key_that_is_none_is_refused(String words) throws Exception {
        String sent = words.equals("LONG") ? "k".repeat(256) : words;
        try (Socket socket = new Socket("127.0.0.1", fixture.data().getPort())) {
            socket.getOutputStream()
                    .write(("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                                    + key + "\r\nIdempotency-Key: " + sent + "\r\nContent-Length: "
                                    + CHAT.length()
                                    + "\r\n\r\n" + CHAT)
                            .getBytes(StandardCharsets.ISO_8859_1));
            String status = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
            assertTrue(status.startsWith("HTTP/1.1 400"), status);
        }
        assertEquals(0, upstream.requests().size());
    }

    @Test
    void the_vendors_sdk_sends_the_header_and_gets_its_answer_again() {
        upstream.then(ReplayUpstream.json(200, chatAnswer()));
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .baseUrl(fixture.data().resolve("/v1").toString())
                .apiKey(key)
                .build();
        ChatCompletionCreateParams params = ChatCompletionCreateParams.builder()
                .model("fast")
                .addUserMessage("hello")
                .putAdditionalHeader("Idempotency-Key", "order-4711")
                .build();
        ChatCompletion first = client.chat().completions().create(params);
        ChatCompletion again = client.chat().completions().create(params);
        client.close();
        assertEquals(first.id(), again.id());
        assertEquals(1, upstream.requests().size());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void after_a_crash_in_the_middle_the_repeat_runs_anew_and_one_call_is_paid(boolean midStream) throws Exception {
        String body = midStream ? STREAM : CHAT;
        upstream.then(exchange -> {
            if (midStream) {
                exchange.beginEvents();
                exchange.chunk(EVENT);
            }
            exchange.hang();
        });
        fixture.gateway.close();
        try (GatewayChild child = GatewayChild.start(folder);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<HttpResponse<byte[]>> broken =
                    threads.submit(() -> post(child.data(), "/v1/chat/completions", key, "retry-1", body));
            Awaitility.await().until(() -> upstream.requests().size() == 1);
            child.process().destroyForcibly().onExit().join();
            Awaitility.await().until(broken::isDone);
            assertEquals(Future.State.FAILED, broken.state(), "nobody saw an end");
        }
        upstream.then(
                midStream
                        ? ReplayUpstream.events(ReplayUpstream.recorded("chat-stream.txt"))
                        : ReplayUpstream.json(200, chatAnswer()));
        Gateway again =
                Gateway.start(ConfigFile.read(folder.resolve("portreeve.yaml"), name -> null), Clock.systemUTC());
        try {
            String held = money();
            assertTrue(held.contains("settled=0 ") && !held.contains("held=0"), held);
            // It counts as dead once nobody has touched it for half a minute.
            fixture.execute("UPDATE policy.idempotent_run SET touched_at = now() - interval '31 seconds'");
            HttpResponse<byte[]> first = post(again.dataUrl(), "/v1/chat/completions", key, "retry-1", body);
            assertEquals(200, first.statusCode(), text(first));
            String paid = money();
            assertTrue(paid.contains("held=0") && !paid.contains("settled=0 "), paid);
            assertReplays(first, post(again.dataUrl(), "/v1/chat/completions", key, "retry-1", body));
            assertEquals(paid, money());
            assertEquals(2, upstream.requests().size());
            String postings = rows("SELECT string_agg(kind, ' ' ORDER BY kind) FROM policy.posting");
            assertTrue(postings.contains("released settled"), postings);
            assertEquals(paid(first), paid);
        } finally {
            again.close();
        }
    }

    /**
     * The first target breaks in a way that may be billed, the second is dearer, so the call holds more; then it dies. Twice,
     * so that who takes a place has its own place taken with all that it held.
     */
    @Test
    void after_crashes_in_later_attempts_the_repeat_takes_all_that_was_held_and_one_call_is_paid() throws Exception {
        String body = STREAM.replace("fast", "two");
        fixture.gateway.close();
        for (int crash = 1; crash <= 2; crash++) {
            int asked = 2 * crash;
            upstream.then(exchange -> {
                exchange.beginEvents();
                exchange.cut();
            });
            upstream.then(ReplayUpstream.Exchange::hang);
            try (GatewayChild child = GatewayChild.start(folder);
                    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                Future<HttpResponse<byte[]>> broken =
                        threads.submit(() -> post(child.data(), "/v1/chat/completions", key, "retry-1", body));
                Awaitility.await().until(() -> upstream.requests().size() == asked);
                child.process().destroyForcibly().onExit().join();
                Awaitility.await().until(broken::isDone);
            }
            assertEquals(
                    "2",
                    count("SELECT count(*) FROM policy.hold h WHERE NOT EXISTS ("
                            + "SELECT 1 FROM policy.posting p WHERE p.call_id = h.call_id)"));
            fixture.execute("UPDATE policy.idempotent_run SET touched_at = now() - interval '31 seconds'");
        }
        upstream.then(ReplayUpstream.events(ReplayUpstream.recorded("chat-stream.txt")));
        Gateway again =
                Gateway.start(ConfigFile.read(folder.resolve("portreeve.yaml"), name -> null), Clock.systemUTC());
        try {
            HttpResponse<byte[]> first = post(again.dataUrl(), "/v1/chat/completions", key, "retry-1", body);
            assertEquals(200, first.statusCode(), text(first));
            assertEquals("1", header(first, "x-portreeve-attempts"));
            String paid = money();
            assertTrue(paid.contains("held=0") && !paid.contains("settled=0 "), paid);
            assertEquals(paid(first), paid);
            assertReplays(first, post(again.dataUrl(), "/v1/chat/completions", key, "retry-1", body));
            assertEquals(paid, money());
            assertEquals(5, upstream.requests().size());
        } finally {
            again.close();
        }
    }

    private String count(String sql) {
        return rows(sql.replace("count(*)", "'n=' || count(*)"))
                .lines()
                .filter(line -> line.contains("n="))
                .findFirst()
                .orElse("")
                .replaceAll("[^0-9]", "");
    }

    /** What one such call costs, by its own record. */
    private String paid(HttpResponse<byte[]> call) {
        String nanos = rows("SELECT 'settled=' || amount_nanos || ' held=0' FROM policy.posting WHERE call_id = '"
                + header(call, "x-portreeve-call-id") + "'");
        return nanos.lines()
                .filter(line -> line.contains("settled="))
                .findFirst()
                .orElse("");
    }
}
