package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.header;
import static dev.portreeve.gateway.http.Caller.text;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.portreeve.gateway.config.ModelConfig;
import dev.portreeve.gateway.config.ModelConfig.CoolDown;
import dev.portreeve.gateway.config.ModelConfig.FallbacksOn;
import dev.portreeve.gateway.config.ModelConfig.Strategy;
import dev.portreeve.gateway.config.ModelConfig.Target;
import dev.portreeve.gateway.config.PricesConfig;
import dev.portreeve.gateway.model.Prices;
import dev.portreeve.gateway.model.ReplayUpstream;
import dev.portreeve.policy.budget.BudgetConfig;
import dev.portreeve.policy.budget.InMemoryBudgetLedger;
import dev.portreeve.policy.budget.OrganisationConfig;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.guardrail.GuardrailConfig.Action;
import dev.portreeve.policy.guardrail.GuardrailConfig.Detector;
import dev.portreeve.policy.guardrail.GuardrailConfig.Position;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls whose targets fail: what is tried next, what the caller gets, what stands in the record, and what it costs. */
class RoutedCallsTest {
    private static final String UNARY = "{\"model\":\"fast\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String STREAM =
            "{\"model\":\"fast\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String EVENT =
            "data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello\"}}]}\n\n";
    private static final Instant NOON = Instant.parse("2026-05-14T12:00:00Z");
    private static final String SERVER_ERROR = "{\"error\":{\"message\":\"broken\",\"code\":\"theirs\"}}";

    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
    private ReplayUpstream first;
    private ReplayUpstream second;
    private EdgeFixture edge;
    private InMemoryBudgetLedger money;
    private Caller caller;

    @BeforeEach
    void open() throws IOException {
        first = new ReplayUpstream();
        second = new ReplayUpstream();
        edge = new EdgeFixture().provider("one", first.baseUrl()).provider("two", second.baseUrl());
    }

    @AfterEach
    void stop() throws IOException {
        caller.close();
        edge.close();
        first.close();
        second.close();
    }

    private static OrganisationConfig budgetOf(String dollars) {
        BudgetConfig daily = new BudgetConfig(new BigDecimal(dollars), BudgetConfig.Window.DAILY, ZoneOffset.UTC);
        OrganisationConfig.Member agent = new OrganisationConfig.Member("triage-bot", List.of(daily));
        OrganisationConfig.Team support = new OrganisationConfig.Team("support", List.of(), List.of(), List.of(agent));
        return new OrganisationConfig(
                List.of(new OrganisationConfig.Tenant("acme", List.of(), List.of(support), List.of(), List.of())));
    }

    private void start() {
        start("1000");
    }

    private void start(String dollars) {
        InstantSource clock = now::get;
        money = new InMemoryBudgetLedger(budgetOf(dollars), clock);
        edge.at(clock)
                .budget(money, Prices.load(new PricesConfig(null, NanoUsd.ofUsd("30"), NanoUsd.ofUsd("180"))))
                .start();
        caller = new Caller(edge);
    }

    private static ModelConfig model(
            String name, int retries, List<String> fallbacks, FallbacksOn on, CoolDown coolDown, String... targets) {
        return new ModelConfig(
                name,
                new ModelConfig.Route(
                        List.of(targets).stream().map(Target::new).toList(),
                        null,
                        ModelConfig.HostedTools.STRIP,
                        Strategy.PRIORITY,
                        retries,
                        fallbacks,
                        on,
                        coolDown),
                null);
    }

    private static ModelConfig model(String name, int retries, List<String> fallbacks, String... targets) {
        return model(name, retries, fallbacks, new FallbacksOn(List.of(), List.of()), CoolDown.USUAL, targets);
    }

    private static ReplayUpstream.Script answer() {
        return ReplayUpstream.json(200, ReplayUpstream.recorded("chat.json"));
    }

    private String closing() {
        return new String(edge.journal.records().getLast().leaf(), StandardCharsets.UTF_8);
    }

    private long held() {
        return money.held("acme", "member:triage-bot:daily", Instant.parse("2026-05-14T00:00:00Z"));
    }

    private void answered(HttpResponse<byte[]> response, String provider, int attempts) {
        assertEquals(200, response.statusCode(), text(response));
        assertEquals(provider, header(response, "x-portreeve-provider"));
        assertEquals(Integer.toString(attempts), header(response, "x-portreeve-attempts"));
        await().until(() -> closing().contains("\"outcome\":\"completed\""));
        await().until(() -> held() == 0);
    }

    /** What a target says, and what becomes of the call. */
    @ParameterizedTest
    @CsvSource({
        "429, rate_limit_exceeded, throttled, true",
        "503, busy, overloaded, true",
        "529, overloaded_error, overloaded, true",
        "504, slow, timeout, true",
        "500, broken, server, true",
        "401, invalid_api_key, credential, true",
        "400, API_KEY_INVALID, credential, true",
        "402, billing_error, account, true",
        "429, insufficient_quota, account, true",
        "403, not_allowed, access, true",
        "404, model_not_found, not_found, true",
        "400, invalid_value, bad_request, false",
        "422, invalid_value, bad_request, false",
        "400, context_length_exceeded, context_window, false",
        "400, content_policy_violation, content_policy, false",
        "413, too_long, context_window, false",
    })
    void what_each_failure_leads_to(int status, String code, String kind, boolean next) throws Exception {
        edge.model(model("fast", 0, List.of("other"), "one/a", "two/b")).model(model("other", 0, List.of(), "two/c"));
        start();
        first.then(ReplayUpstream.json(status, "{\"error\":{\"message\":\"x\",\"code\":\"" + code + "\"}}"));
        second.always(answer());
        HttpResponse<byte[]> response = caller.chat(UNARY);
        assertEquals(1, first.requests().size());
        if (next) {
            answered(response, "two", 2);
            assertEquals("b", header(response, "x-portreeve-model"));
            assertTrue(second.requests().getFirst().text().contains("\"model\":\"b\""));
            assertTrue(closing().contains("\"result\":\"" + kind + "\",\"status\":"), closing());
            assertTrue(closing().contains("\"provider\":\"two\",\"result\":\"answered\""), closing());
            assertTrue(closing().contains("\"wait_ms\":0"), closing());
        } else {
            assertEquals(400, response.statusCode() == 422 ? 400 : response.statusCode());
            assertTrue(text(response).contains(code), text(response));
            assertEquals(0, second.requests().size());
            assertFalse(closing().contains("\"attempts\""), closing());
        }
    }

    @Test
    void a_failure_that_may_pass_is_tried_again_at_the_same_place() throws Exception {
        edge.model(model("fast", 2, List.of(), "one/a", "two/b"));
        start();
        first.then(ReplayUpstream.json(500, SERVER_ERROR))
                .then(ReplayUpstream.json(503, SERVER_ERROR))
                .then(answer());
        HttpResponse<byte[]> response = caller.chat(UNARY);
        answered(response, "one", 3);
        assertEquals(3, first.requests().size());
        assertEquals(0, second.requests().size());
        assertTrue(
                new String(response.body(), StandardCharsets.UTF_8).contains("chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT"));
    }

    @Test
    void no_more_than_five_attempts_are_made_and_every_target_has_one() throws Exception {
        edge.model(model("fast", 4, List.of(), "one/a", "two/b", "two/c"));
        start();
        first.always(
                exchange -> exchange.json(500, "retry-after-ms: 1\r\n", SERVER_ERROR.getBytes(StandardCharsets.UTF_8)));
        second.always(ReplayUpstream.json(500, SERVER_ERROR));
        HttpResponse<byte[]> response = caller.chat(UNARY);
        assertEquals(502, response.statusCode());
        assertTrue(text(response).contains("theirs"), "the provider's own words");
        assertEquals("5", header(response, "x-portreeve-attempts"));
        assertEquals(3, first.requests().size());
        assertEquals(2, second.requests().size());
        assertTrue(second.requests().getLast().text().contains("\"model\":\"c\""));
        assertEquals(0, held(), "a failure is settled when it is told");
    }

    @Test
    void a_place_that_wants_to_be_left_alone_for_long_is_left_for_the_next_one_at_once() throws Exception {
        edge.model(model("fast", 4, List.of(), "one/a", "two/b"));
        start();
        first.then(
                exchange -> exchange.json(429, "Retry-After: 3600\r\n", SERVER_ERROR.getBytes(StandardCharsets.UTF_8)));
        second.then(answer());
        answered(caller.chat(UNARY), "two", 2);
        assertEquals(1, first.requests().size());
    }

    @Test
    void throttled_everywhere_says_the_shortest_wait_there_is() throws Exception {
        edge.model(model("fast", 0, List.of(), "one/a", "two/b"));
        start();
        first.then(
                exchange -> exchange.json(429, "Retry-After: 40\r\n", SERVER_ERROR.getBytes(StandardCharsets.UTF_8)));
        second.then(
                exchange -> exchange.json(429, "Retry-After: 3600\r\n", SERVER_ERROR.getBytes(StandardCharsets.UTF_8)));
        HttpResponse<byte[]> response = caller.chat(UNARY);
        assertEquals(429, response.statusCode());
        assertEquals("40", header(response, "retry-after"));
        // Both are left out now; the one that comes back first is tried all the same.
        first.then(
                exchange -> exchange.json(429, "Retry-After: 3600\r\n", SERVER_ERROR.getBytes(StandardCharsets.UTF_8)));
        response = caller.chat(UNARY);
        assertEquals("120", header(response, "retry-after"), "no program waits for longer");
        assertEquals(2, first.requests().size());
        assertEquals(1, second.requests().size());
    }

    @Test
    void the_caller_hears_what_it_can_do_most_about() throws Exception {
        edge.model(model("fast", 0, List.of(), "one/a", "two/b"));
        start();
        first.then(exchange -> exchange.json(429, "Retry-After: 7\r\n", SERVER_ERROR.getBytes(StandardCharsets.UTF_8)));
        second.then(ReplayUpstream.json(401, "{\"error\":{\"message\":\"sk-secret\"}}"));
        HttpResponse<byte[]> response = caller.chat(UNARY);
        assertEquals(429, response.statusCode(), text(response));
        assertEquals("7", header(response, "retry-after"));
        assertFalse(text(response).contains("sk-secret"));
    }

    @Test
    void a_stream_that_breaks_before_its_first_byte_goes_on_elsewhere() throws Exception {
        edge.model(model("fast", 0, List.of(), "one/a", "two/b"));
        start();
        first.then(exchange -> {
            exchange.beginEvents();
            exchange.cut();
        });
        second.then(ReplayUpstream.events((EVENT + "data: [DONE]\n\n").getBytes(StandardCharsets.UTF_8)));
        HttpResponse<byte[]> response = caller.chat(STREAM);
        answered(response, "two", 2);
        assertEquals(EVENT + "data: [DONE]\n\n", text(response).replace(": waiting\n\n", ""));
        assertTrue(
                closing().contains("\"attempts\":[{\"charged_usd\":\"0.01"), "the first may be billed: " + closing());
    }

    @Test
    void a_stream_whose_first_event_is_an_error_goes_on_elsewhere() throws Exception {
        edge.model(model("fast", 0, List.of(), "one/a", "two/b"));
        start();
        first.then(ReplayUpstream.events("data: {\"error\":{\"message\":\"x\",\"type\":\"overloaded_error\"}}\n\n"
                .getBytes(StandardCharsets.UTF_8)));
        second.then(ReplayUpstream.events((EVENT + "data: [DONE]\n\n").getBytes(StandardCharsets.UTF_8)));
        answered(caller.chat(STREAM), "two", 2);
        assertTrue(closing().contains("\"result\":\"overloaded\""), closing());
    }

    @Test
    void a_stream_that_breaks_after_its_first_byte_is_an_error_and_nothing_else_is_tried() throws Exception {
        edge.model(model("fast", 2, List.of(), "one/a", "two/b"));
        start();
        first.then(ReplayUpstream.json(500, SERVER_ERROR)).then(exchange -> {
            exchange.beginEvents();
            exchange.chunk(EVENT);
            exchange.cut();
        });
        String seen;
        try (Socket socket = caller.open("/v1/chat/completions", STREAM)) {
            seen = Caller.all(socket);
        }
        assertTrue(seen.contains("Hello") && seen.contains("data: {\"error\""), seen);
        assertFalse(seen.endsWith("\r\n0\r\n\r\n"), "cut for the caller too");
        assertEquals(0, second.requests().size());
        assertEquals(2, first.requests().size());
        await().until(() -> closing().contains("\"outcome\":\"failed\""));
        assertTrue(
                closing().contains("\"result\":\"server\",\"status\":200,\"upstream_model\":\"a\",\"wait_ms\""),
                closing());
    }

    /** Asks for a stream, and leaves once the gateway has shown that it waits. */
    private void askAndLeave() throws IOException {
        try (Socket socket = caller.open("/v1/chat/completions", STREAM)) {
            byte[] buffer = new byte[4096];
            StringBuilder seen = new StringBuilder();
            while (!seen.toString().contains(": waiting")) {
                int read = socket.getInputStream().read(buffer);
                assertTrue(read > 0, "the answer ended: " + seen);
                seen.append(new String(buffer, 0, read, StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void a_caller_that_leaves_during_a_wait_ends_it() throws Exception {
        edge.limited(EdgeFixture.limits(1 << 20, Duration.ofSeconds(30), Duration.ofMillis(50)))
                .model(model("fast", 1, List.of(), "one/a"));
        start();
        first.always(
                exchange -> exchange.json(503, "Retry-After: 9\r\n", SERVER_ERROR.getBytes(StandardCharsets.UTF_8)));
        askAndLeave();
        await().atMost(Duration.ofSeconds(30)).until(() -> closing().contains("\"outcome\":\"abandoned\""));
        assertEquals(1, first.requests().size());
        assertEquals(0, held());
    }

    @Test
    void a_caller_that_leaves_during_an_attempt_ends_the_call_and_blames_no_place() throws Exception {
        CoolDown one = new CoolDown(1, Duration.ofMinutes(5));
        edge.limited(EdgeFixture.limits(1 << 20, Duration.ofSeconds(30), Duration.ofMillis(50)))
                .model(model("fast", 2, List.of(), new FallbacksOn(List.of(), List.of()), one, "one/a", "two/b"));
        start();
        first.then(ReplayUpstream.Exchange::hang);
        askAndLeave();
        assertTrue(first.clientLeft(30));
        await().atMost(Duration.ofSeconds(30)).until(() -> closing().contains("\"outcome\":\"abandoned\""));
        assertEquals(1, first.requests().size());
        assertEquals(0, second.requests().size());
        first.then(answer());
        answered(caller.chat(UNARY), "one", 1);
    }

    @Test
    void what_a_guardrail_masked_stays_masked_at_every_place() throws Exception {
        edge.anthropic("three", second.baseUrl())
                .guardrail(Detector.PII, Position.INPUT, Action.MASK)
                .model(model("fast", 1, List.of(), "one/a", "three/claude"));
        start();
        first.always(
                exchange -> exchange.json(500, "retry-after-ms: 1\r\n", SERVER_ERROR.getBytes(StandardCharsets.UTF_8)));
        second.then(ReplayUpstream.json(200, ReplayUpstream.recorded("anthropic/message.json")));
        answered(caller.chat(UNARY.replace("hi", "I am ana@example.com")), "three", 3);
        for (ReplayUpstream.Seen seen : List.of(
                first.requests().getFirst(),
                first.requests().getLast(),
                second.requests().getFirst())) {
            assertFalse(seen.text().contains("ana@example.com"), seen.text());
            assertTrue(seen.text().contains("I am "), seen.text());
        }
    }

    @Test
    void a_target_that_cannot_say_the_request_is_passed_over() throws Exception {
        edge.anthropic("three", second.baseUrl()).model(model("fast", 0, List.of(), "three/claude", "one/a"));
        start();
        first.then(answer());
        HttpResponse<byte[]> response = caller.chat(UNARY.replace("\"messages\"", "\"n\":2,\"messages\""));
        answered(response, "one", 1);
        assertEquals(0, second.requests().size());
        assertTrue(closing().contains("\"provider\":\"three\",\"result\":\"unsupported_parameter\""), closing());
    }

    @Test
    void a_place_that_fails_again_and_again_is_left_out_until_one_call_finds_it_well() throws Exception {
        CoolDown two = new CoolDown(2, Duration.ofSeconds(30));
        edge.model(model("fast", 0, List.of(), new FallbacksOn(List.of(), List.of()), two, "one/a", "two/b"));
        start();
        first.always(ReplayUpstream.json(500, SERVER_ERROR));
        second.always(answer());
        answered(caller.chat(UNARY), "two", 2);
        answered(caller.chat(UNARY), "two", 2);
        answered(caller.chat(UNARY), "two", 1);
        assertEquals(2, first.requests().size(), "left out after two failures in a row");
        now.set(NOON.plusSeconds(31));
        answered(caller.chat(UNARY), "two", 2);
        answered(caller.chat(UNARY), "two", 1);
        assertEquals(3, first.requests().size(), "one call tried it, and it is left out again");
        now.set(NOON.plusSeconds(31 + 45));
        answered(caller.chat(UNARY), "two", 1);
        now.set(NOON.plusSeconds(31 + 61));
        first.always(answer());
        answered(caller.chat(UNARY), "one", 1);
        answered(caller.chat(UNARY), "one", 1);
    }

    @Test
    void a_place_that_is_alone_is_tried_although_it_is_left_out() throws Exception {
        CoolDown one = new CoolDown(1, Duration.ofMinutes(5));
        edge.model(model("fast", 0, List.of(), new FallbacksOn(List.of(), List.of()), one, "one/a"));
        start();
        first.then(ReplayUpstream.json(500, SERVER_ERROR)).then(answer());
        assertEquals(502, caller.chat(UNARY).statusCode());
        answered(caller.chat(UNARY), "one", 1);
    }

    @Test
    void a_place_that_is_left_out_is_tried_when_no_other_can_say_the_request() throws Exception {
        CoolDown one = new CoolDown(1, Duration.ofMinutes(5));
        edge.anthropic("three", second.baseUrl())
                .model(model(
                        "fast", 0, List.of(), new FallbacksOn(List.of(), List.of()), one, "three/claude", "one/a"));
        start();
        String two = UNARY.replace("\"messages\"", "\"n\":2,\"messages\"");
        first.then(ReplayUpstream.json(500, SERVER_ERROR)).then(answer());
        assertEquals(502, caller.chat(two).statusCode());
        answered(caller.chat(two), "one", 1);
        assertEquals(0, second.requests().size());
    }

    @Test
    void a_place_that_is_left_out_is_tried_when_rules_forbid_the_one_that_comes_back_sooner() throws Exception {
        CoolDown one = new CoolDown(1, Duration.ofMinutes(5));
        edge.model(model("fast", 0, List.of(), new FallbacksOn(List.of(), List.of()), one, "one/a", "two/b"))
                .closed("near", "request.messages > 1", "one/*");
        start();
        first.always(ReplayUpstream.json(500, SERVER_ERROR));
        second.then(ReplayUpstream.json(500, SERVER_ERROR)).then(answer());
        assertEquals(502, caller.chat(UNARY).statusCode(), "both are left out now");
        String two = UNARY.replace("[{", "[{\"role\":\"user\",\"content\":\"hi\"},{");
        answered(caller.chat(two), "two", 1);
        assertEquals(1, first.requests().size());
        assertTrue(closing().contains("\"result\":\"forbidden\",\"rules\":[\"near\"]"), closing());
    }

    @Test
    void when_all_targets_are_left_out_the_fallback_comes_first() throws Exception {
        CoolDown one = new CoolDown(1, Duration.ofMinutes(5));
        edge.model(model("fast", 0, List.of("smart"), new FallbacksOn(List.of(), List.of()), one, "one/a"))
                .model(model("smart", 0, List.of(), "two/b"));
        start();
        first.always(ReplayUpstream.json(500, SERVER_ERROR));
        second.always(answer());
        answered(caller.chat(UNARY), "two", 2);
        assertTrue(closing().contains("\"model\":\"smart\",\"price_version\""), closing());
        answered(caller.chat(UNARY), "two", 1);
        assertEquals(1, first.requests().size());
    }

    @Test
    void a_fallback_that_the_caller_may_not_use_is_left_out_and_the_record_says_so() throws Exception {
        edge.model(model("fast", 0, List.of("forbidden", "smart"), "one/a"))
                .model(model("forbidden", 0, List.of(), "two/b"))
                .model(model("smart", 0, List.of(), "two/c"));
        start();
        first.always(ReplayUpstream.json(500, SERVER_ERROR));
        second.always(answer());
        HttpResponse<byte[]> response = caller.chat(UNARY);
        answered(response, "two", 2);
        assertEquals("c", header(response, "x-portreeve-model"));
        assertEquals(1, second.requests().size());
        assertTrue(
                closing()
                        .contains("{\"model\":\"forbidden\",\"provider\":\"two\",\"result\":\"not_granted\","
                                + "\"upstream_model\":\"b\"}"),
                closing());
    }

    @Test
    void fallbacks_have_fallbacks_of_their_own() throws Exception {
        edge.model(model("fast", 0, List.of("smart"), "one/a"))
                .model(model("smart", 0, List.of("last"), "one/b"))
                .model(model("last", 0, List.of(), "two/c"));
        start();
        first.always(ReplayUpstream.json(500, SERVER_ERROR));
        second.always(answer());
        answered(caller.chat(UNARY), "two", 3);
    }

    @ParameterizedTest
    @CsvSource({"context_length_exceeded, long", "content_policy_violation, lax"})
    void requests_that_fail_everywhere_alike_go_to_the_models_named_for_that(String code, String model)
            throws Exception {
        FallbacksOn on = new FallbacksOn(List.of("long"), List.of("lax"));
        edge.model(model("fast", 2, List.of("other"), on, CoolDown.USUAL, "one/a", "one/b"))
                .model(model("other", 0, List.of(), "one/c"))
                .model(model("long", 0, List.of(), "two/long"))
                .model(model("lax", 0, List.of(), "two/lax"));
        start();
        first.always(ReplayUpstream.json(400, "{\"error\":{\"message\":\"x\",\"code\":\"" + code + "\"}}"));
        second.always(answer());
        HttpResponse<byte[]> response = caller.chat(UNARY);
        answered(response, "two", 2);
        assertEquals(model, header(response, "x-portreeve-model"));
        assertEquals(1, first.requests().size(), "no other target, and no other fallback");
    }

    @Test
    void a_target_of_another_dialect_gets_a_translation_and_the_caller_its_own_dialect() throws Exception {
        edge.anthropic("three", second.baseUrl()).model(model("fast", 0, List.of(), "one/a", "three/claude"));
        start();
        first.then(ReplayUpstream.json(500, SERVER_ERROR));
        second.then(ReplayUpstream.json(200, ReplayUpstream.recorded("anthropic/message.json")));
        HttpResponse<byte[]> response = caller.chat(UNARY);
        answered(response, "three", 2);
        assertTrue(second.requests().getFirst().line().startsWith("POST /v1/messages "));
        assertTrue(text(response).contains("\"object\":\"chat.completion\""), text(response));
        assertEquals("openai-chat to anthropic-messages", header(response, "x-portreeve-translation"));
    }

    @Test
    void weights_share_the_calls_out() throws Exception {
        edge.model(new ModelConfig(
                "fast",
                new ModelConfig.Route(
                        List.of(new Target("one/a", 3, null), new Target("two/b", 1, null)),
                        null,
                        ModelConfig.HostedTools.STRIP,
                        Strategy.WEIGHTED,
                        0,
                        List.of(),
                        new FallbacksOn(List.of(), List.of()),
                        CoolDown.USUAL),
                null));
        start();
        first.always(answer());
        second.always(answer());
        for (int i = 0; i < 12; i++) {
            assertEquals(200, caller.chat(UNARY).statusCode());
        }
        assertEquals(9, first.requests().size());
        assertEquals(3, second.requests().size());
    }

    @Test
    void aliases_lead_to_the_model_that_rules_know() throws Exception {
        edge.model(new ModelConfig("fast", model("x", 0, List.of(), "one/a").route(), null, List.of("quick", "gpt-4o")))
                .model(new ModelConfig(
                        "forbidden", model("x", 0, List.of(), "one/b").route(), null, List.of("harmless")));
        start();
        first.always(answer());
        answered(caller.chat(UNARY.replace("fast", "gpt-4o")), "one", 1);
        String opening = new String(edge.journal.records().getFirst().leaf(), StandardCharsets.UTF_8);
        assertTrue(opening.contains("\"resource\":\"fast\""), opening);
        assertEquals(403, caller.chat(UNARY.replace("fast", "harmless")).statusCode(), "an alias opens nothing");
        assertEquals(1, first.requests().size());
    }

    @Test
    void a_star_stands_for_the_rest_of_a_name() throws Exception {
        edge.model(model("claude-*", 0, List.of(), "one/anthropic.claude-*"))
                .model(model("claude-opus-*", 0, List.of(), "two/opus-*"))
                .model(model("claude-opus-4", 0, List.of(), "two/exactly"))
                .model(model("*", 0, List.of(), "one/any"));
        start();
        first.always(answer());
        second.always(answer());
        assertEquals("anthropic.claude-haiku", upstreamModel("claude-haiku"));
        assertEquals("opus-3", upstreamModel("claude-opus-3"));
        assertEquals("exactly", upstreamModel("claude-opus-4"));
        assertEquals("any", upstreamModel("whatever"));
        assertEquals("gpt-5", upstreamModel("two/gpt-5"), "a provider's own id says more than a star alone");
        assertEquals(403, caller.chat(UNARY.replace("fast", "forbidden")).statusCode(), "rules see the caller's name");
        HttpResponse<byte[]> list = caller.send("GET", "/v1/models", java.util.Map.of());
        assertFalse(text(list).contains("*"), text(list));
    }

    private String upstreamModel(String name) throws Exception {
        HttpResponse<byte[]> response = caller.chat(UNARY.replace("fast", name));
        assertEquals(200, response.statusCode(), text(response));
        return header(response, "x-portreeve-model");
    }

    /** At the default price a short chat holds about 180 dollars per million of 4096 tokens: 0.74 dollars. */
    @Test
    void an_attempt_that_the_budget_does_not_cover_is_not_made() throws Exception {
        edge.model(model("fast", 0, List.of(), "one/a", "two/b"));
        start("0.76");
        first.then(ReplayUpstream.Exchange::cut);
        second.always(answer());
        HttpResponse<byte[]> response = caller.chat(UNARY);
        assertEquals(502, response.statusCode(), text(response));
        assertTrue(text(response).contains("upstream_cut"), "the earlier error stands");
        assertEquals(0, second.requests().size());
        assertTrue(closing().contains("\"result\":\"budget_exhausted\""), closing());
        assertEquals(0, held());
    }

    @Test
    void an_unreachable_place_costs_nothing() throws Exception {
        // Bound and not listening: the port is nobody else's meanwhile, and refuses.
        try (Socket nobody = new Socket()) {
            nobody.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            edge.provider("down", URI.create("http://127.0.0.1:" + nobody.getLocalPort() + "/v1"))
                    .model(model("fast", 0, List.of(), "down/a", "two/b"));
            start("0.76");
            second.always(answer());
            answered(caller.chat(UNARY), "two", 2);
        }
        assertTrue(
                closing().contains("{\"charged_usd\":\"0\",\"model\":\"fast\"")
                        && closing().contains("\"unreachable\""),
                closing());
    }

    @Test
    void a_vendors_sdk_sees_one_answer() {
        edge.model(model("fast", 1, List.of(), "one/a", "two/b"));
        start();
        first.always(ReplayUpstream.json(429, SERVER_ERROR));
        second.always(answer());
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .baseUrl(edge.uri("/v1").toString())
                .apiKey(EdgeFixture.KEY)
                .timeout(Duration.ofSeconds(30))
                .build();
        try {
            assertEquals(
                    29,
                    client.chat()
                            .completions()
                            .create(ChatCompletionCreateParams.builder()
                                    .model("fast")
                                    .addUserMessage("hello")
                                    .build())
                            .usage()
                            .orElseThrow()
                            .totalTokens());
        } finally {
            client.close();
        }
        assertEquals(2, first.requests().size(), "once, and once again");
        assertEquals(1, second.requests().size());
    }
}
