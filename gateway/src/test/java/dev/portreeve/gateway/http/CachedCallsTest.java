package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.header;
import static dev.portreeve.gateway.http.Caller.text;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.portreeve.gateway.config.CacheConfig;
import dev.portreeve.gateway.config.ModelCacheConfig;
import dev.portreeve.gateway.config.ModelCacheConfig.Share;
import dev.portreeve.gateway.config.ModelConfig;
import dev.portreeve.gateway.config.ModelConfig.CoolDown;
import dev.portreeve.gateway.config.ModelConfig.FallbacksOn;
import dev.portreeve.gateway.config.ModelConfig.HostedTools;
import dev.portreeve.gateway.config.ModelConfig.Route;
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
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calls that are answered with what others were answered with: what is given, what it costs, what stands in the record. */
class CachedCallsTest {
    private static final Instant NOON = Instant.parse("2026-05-14T12:00:00Z");
    private static final String CHAT = "{\"model\":\"fast\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String STREAM =
            "{\"model\":\"fast\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

    private static final String EMPTY =
            "{\"id\":\"c1\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[],"
                    + "\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":0,\"total_tokens\":9}}";

    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
    private ReplayUpstream first;
    private ReplayUpstream second;
    private EdgeFixture edge;
    private Caller caller;

    @BeforeEach
    void open() throws IOException {
        first = new ReplayUpstream();
        second = new ReplayUpstream();
        edge = new EdgeFixture().provider("openai", first.baseUrl()).provider("two", second.baseUrl());
    }

    @AfterEach
    void stop() throws IOException {
        caller.close();
        edge.close();
        first.close();
        second.close();
    }

    private static ModelCacheConfig terms(String price) {
        return new ModelCacheConfig(Duration.ofMinutes(10), price, Share.MEMBER);
    }

    private static ModelConfig model(String name, ModelCacheConfig cache, List<String> fallbacks, String... targets) {
        Route route = new Route(
                List.of(targets).stream().map(Target::new).toList(),
                null,
                HostedTools.PASS,
                Strategy.PRIORITY,
                0,
                fallbacks,
                new FallbacksOn(List.of(), List.of()),
                CoolDown.USUAL);
        return new ModelConfig(name, route, null, List.of(), cache);
    }

    private void start(String price) {
        edge.model(model("fast", terms(price), List.of(), "openai/gpt-5-mini"));
        start(money("1000"));
    }

    private static InMemoryBudgetLedger money(String dollars) {
        BudgetConfig daily = new BudgetConfig(new BigDecimal(dollars), BudgetConfig.Window.DAILY, ZoneOffset.UTC);
        OrganisationConfig.Member agent = new OrganisationConfig.Member("triage-bot", List.of(daily));
        OrganisationConfig.Team support = new OrganisationConfig.Team("support", List.of(), List.of(), List.of(agent));
        return new InMemoryBudgetLedger(
                new OrganisationConfig(List.of(
                        new OrganisationConfig.Tenant("acme", List.of(), List.of(support), List.of(), List.of()))),
                () -> NOON);
    }

    private void start(InMemoryBudgetLedger money) {
        edge.at(now::get)
                .budget(money, Prices.load(new PricesConfig(null, NanoUsd.ofUsd("30"), NanoUsd.ofUsd("180"))))
                .start();
        caller = new Caller(edge);
    }

    private static ReplayUpstream.Script answer() {
        return ReplayUpstream.json(200, ReplayUpstream.recorded("chat.json"));
    }

    private static ReplayUpstream.Script saying(String text) {
        return ReplayUpstream.json(
                200,
                "{\"id\":\"c1\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"gpt-5-mini\",\"choices\":[{\"index\":0,"
                        + "\"message\":{\"role\":\"assistant\",\"content\":\"" + text
                        + "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4,"
                        + "\"total_tokens\":13}}");
    }

    private HttpResponse<byte[]> chat(Map<String, String> headers) throws IOException, InterruptedException {
        return chat(CHAT, headers);
    }

    private HttpResponse<byte[]> chat(String body, Map<String, String> headers)
            throws IOException, InterruptedException {
        HttpResponse<byte[]> response =
                caller.post("/v1/chat/completions", body.getBytes(StandardCharsets.UTF_8), headers);
        assertEquals(200, response.statusCode(), text(response));
        return response;
    }

    private static void is(String state, HttpResponse<byte[]> response) {
        assertEquals(state, header(response, "x-portreeve-cache"), text(response));
    }

    /** The last closing record of a completed call, once it is there. */
    private JsonNode closing(int calls) {
        await().until(() -> closings().size() >= calls);
        return closings().get(calls - 1);
    }

    private List<JsonNode> closings() {
        return edge.journal.records().stream()
                .map(record -> JsonMapper.shared().readTree(record.leaf()))
                .filter(record -> record.path("kind").asString("").equals("call.closed"))
                .toList();
    }

    @Test
    void the_very_same_request_gets_the_very_same_answer_without_its_provider_and_for_nothing() throws Exception {
        start("0");
        first.then(answer());
        HttpResponse<byte[]> made = chat(Map.of());
        is("miss", made);
        assertEquals("1", header(made, "x-portreeve-attempts"));
        now.set(NOON.plusSeconds(65));
        HttpResponse<byte[]> given =
                chat("{ \"messages\": [ {\"content\":\"hi\", \"role\":\"user\"} ], \"model\" : \"fast\" }", Map.of());
        is("hit", given);
        assertArrayEquals(made.body(), given.body());
        assertEquals("65", header(given, "x-portreeve-cache-age"));
        assertEquals("0", header(given, "x-portreeve-cost-usd"));
        assertEquals("0", header(given, "x-portreeve-attempts"));
        assertEquals("openai", header(given, "x-portreeve-provider"));
        assertEquals("", header(given, "openai-processing-ms"), "no provider took any time");
        assertEquals(1, first.requests().size());
        JsonNode record = closing(2);
        assertEquals("completed", record.path("outcome").asString());
        assertEquals("0", record.path("cost_usd").asString());
        assertEquals("cached", record.at("/usage/basis").asString());
        assertEquals(0, record.at("/usage/output_tokens").asInt(-1));
        assertEquals(
                header(made, "x-portreeve-call-id"),
                record.at("/from_cache/call").asString());
        assertEquals(65_000, record.at("/from_cache/age_ms").asInt());
        assertEquals("reported", record.at("/from_cache/usage/basis").asString());
        assertEquals(
                closing(1).path("cost_usd").asString(),
                record.at("/from_cache/cost_usd").asString());
        assertTrue(closing(1).path("from_cache").isMissingNode());
    }

    @ParameterizedTest
    @CsvSource({"0.0005, 0.0005", "100%, 1", "50%, 0.5", "5, 5"})
    void a_hit_costs_what_the_operator_says_in_dollars_or_as_a_part(String price, String charged) throws Exception {
        start(price);
        first.then(answer());
        BigDecimal full = new BigDecimal(header(chat(Map.of()), "x-portreeve-cost-usd"));
        BigDecimal hit = new BigDecimal(header(chat(Map.of()), "x-portreeve-cost-usd"));
        BigDecimal expected = price.endsWith("%") ? full.multiply(new BigDecimal(charged)) : new BigDecimal(charged);
        assertEquals(0, expected.compareTo(hit), hit + " of " + full);
        closing(2);
        assertEquals("cached", closing(2).at("/usage/basis").asString());
        assertEquals(hit.toPlainString(), closing(2).path("cost_usd").asString());
    }

    @Test
    void a_price_that_cannot_be_held_any_more_is_not_charged_the_provider_is_asked() throws Exception {
        edge.model(model("fast", terms("5"), List.of(), "openai/gpt-5-mini"));
        start(money("1"));
        first.always(answer());
        is("miss", chat(Map.of()));
        is("miss", chat(Map.of()));
        assertEquals(2, first.requests().size());
    }

    @Test
    void a_stream_is_given_as_a_stream_with_the_same_bytes_and_a_whole_answer_as_a_whole_one() throws Exception {
        start("0");
        first.then(ReplayUpstream.events(ReplayUpstream.recorded("chat-stream.txt")))
                .then(answer());
        HttpResponse<byte[]> made = chat(STREAM, Map.of());
        is("miss", made);
        HttpResponse<byte[]> given = chat(STREAM, Map.of());
        is("hit", given);
        assertEquals(text(made), text(given));
        assertEquals(header(made, "content-type"), header(given, "content-type"));
        is("miss", chat(Map.of()));
        assertEquals(2, first.requests().size());
        assertEquals("0", closing(2).path("cost_usd").asString());
    }

    @Test
    void an_answer_is_given_for_as_long_as_the_operator_says_and_the_caller_wants() throws Exception {
        start("0");
        first.always(answer());
        is("miss", chat(Map.of()));
        now.set(NOON.plusSeconds(100));
        is("miss", chat(Map.of("cache-control", "max-age=99")));
        now.set(NOON.plusSeconds(200));
        is("hit", chat(Map.of("cache-control", "max-age=100")));
        now.set(NOON.plusSeconds(699));
        is("hit", chat(Map.of()));
        now.set(NOON.plusSeconds(700));
        is("miss", chat(Map.of()));
        now.set(NOON.plusSeconds(600));
        is("miss", chat(Map.of()));
        assertEquals(4, first.requests().size(), "one whose time is yet to come is not believed either");
    }

    @ParameterizedTest
    @CsvSource({
        "cache-control, no-store, bypass, miss",
        "cache-control, no-cache, miss, hit",
        "cache-control, max-age=0, miss, hit",
        "cache-control, max-age=soon, bypass, miss",
        "cf-aig-skip-cache, true, bypass, miss",
        "cf-aig-cache-ttl, 0, bypass, miss",
        "cf-aig-cache-ttl, nonsense, bypass, miss",
        "cf-aig-cache-ttl, 3600, miss, hit",
        "x-portkey-cache-force-refresh, true, miss, hit",
        "x-portkey-cache-namespace, mine, miss, miss",
        "cf-aig-skip-cache, false, miss, hit",
    })
    void a_caller_may_want_less_of_it(String name, String value, String state, String after) throws Exception {
        start("0");
        first.always(answer());
        is(state, chat(Map.of(name, value)));
        is(after, chat(Map.of()));
    }

    @Test
    void what_a_caller_wants_kept_for_less_is_kept_for_less() throws Exception {
        start("0");
        first.always(answer());
        is("miss", chat(Map.of("cf-aig-cache-ttl", "30")));
        now.set(NOON.plusSeconds(29));
        is("hit", chat(Map.of()));
        now.set(NOON.plusSeconds(30));
        is("miss", chat(Map.of()));
    }

    @Test
    void errors_and_answers_that_broke_are_not_kept() throws Exception {
        start("0");
        String piece = "data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"}}]}\n\n";
        first.then(ReplayUpstream.json(429, "{\"error\":{\"message\":\"slow down\"}}"))
                .then(ReplayUpstream.json(200, "{\"error\":{\"message\":\"no provider\",\"code\":502}}"))
                .then(ReplayUpstream.json(200, EMPTY))
                .then(exchange -> {
                    exchange.beginEvents();
                    exchange.chunk(piece);
                    exchange.endEvents();
                })
                .then(answer());
        assertEquals(429, caller.chat(CHAT).statusCode());
        is("miss", chat(Map.of()));
        is("miss", chat(Map.of()));
        assertThrows(IOException.class, () -> caller.chat(STREAM), "it has no end");
        is("miss", chat(Map.of()));
        assertEquals(5, first.requests().size());
    }

    @Test
    void a_guardrail_reads_what_is_given_again_and_what_is_kept_is_what_the_provider_said() throws Exception {
        edge.guardrail(Detector.PII, Position.OUTPUT, Action.MASK);
        start("0");
        first.then(saying("write to ana@example.com"));
        HttpResponse<byte[]> made = chat(Map.of());
        assertFalse(text(made).contains("ana@"), text(made));
        HttpResponse<byte[]> given = chat(Map.of());
        is("hit", given);
        assertEquals(text(made), text(given));
        assertTrue(
                closing(2).path("guardrails").toString().contains("email"),
                closing(2).toString());
    }

    @Test
    void what_a_guardrail_stops_is_not_kept_and_what_it_masks_in_a_request_makes_no_difference() throws Exception {
        edge.guardrail(Detector.PII, Position.INPUT, Action.MASK)
                .guardrail(Detector.PII, Position.OUTPUT, Action.BLOCK);
        start("0");
        first.then(saying("it is eve@example.com")).then(saying("done")).then(saying("it is eve@example.com"));
        assertEquals(400, caller.chat(CHAT).statusCode());
        is("miss", chat(CHAT.replace("hi", "write to ana@example.com"), Map.of()));
        is("hit", chat(CHAT.replace("hi", "write to bob@example.com"), Map.of()));
        assertEquals(2, first.requests().size());
        assertEquals(400, caller.chat(CHAT).statusCode());
        assertEquals(3, first.requests().size());
    }

    @Test
    void who_has_nothing_left_is_refused_although_it_would_cost_nothing() throws Exception {
        edge.model(model("fast", terms("0"), List.of(), "openai/gpt-5-mini"));
        start(money("0.0004"));
        first.always(answer());
        String small = CHAT.replace("{\"model\"", "{\"max_tokens\":20,\"model\"");
        is("miss", chat(small, Map.of()));
        is("hit", chat(small, Map.of()));
        int other = 0;
        while (caller.chat(small.replace("hi", "hi " + other)).statusCode() == 200) {
            other++;
            assertTrue(other < 100, "the budget ends some time");
        }
        int asked = first.requests().size();
        HttpResponse<byte[]> refused = caller.chat(small);
        assertEquals(429, refused.statusCode(), text(refused));
        assertTrue(text(refused).contains("budget"), text(refused));
        assertEquals(asked, first.requests().size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"web_search_options\":{},",
                "\"store\":true,",
                "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"file\",\"file\":{\"file_id\":\"file-1\"}}]}],\"a\":1,",
            })
    void what_depends_on_more_than_the_request_is_neither_looked_for_nor_kept(String more) throws Exception {
        start("0");
        first.always(answer());
        String body = more.startsWith("\"messages\"")
                ? "{" + more + "\"model\":\"fast\"}"
                : CHAT.replace("{\"model\"", "{" + more + "\"model\"");
        is("bypass", chat(body, Map.of()));
        is("bypass", chat(body, Map.of()));
        assertEquals(2, first.requests().size());
    }

    @Test
    void other_headers_of_the_dialect_make_another_request() throws Exception {
        start("0");
        first.always(answer());
        is("miss", chat(Map.of("openai-beta", "one")));
        is("miss", chat(Map.of("openai-beta", "two")));
        is("hit", chat(Map.of("openai-beta", "one", "x-client-request-id", "run-7")));
    }

    @Test
    void an_answer_of_another_place_is_not_taken_for_one_of_the_first() throws Exception {
        edge.model(model("fast", terms("0"), List.of("other"), "openai/gpt-5-mini"))
                .model(model("other", null, List.of(), "two/b"));
        start(money("1000"));
        first.then(ReplayUpstream.json(500, "{}")).then(answer());
        second.always(saying("from the other"));
        HttpResponse<byte[]> fallback = chat(Map.of());
        is("miss", fallback);
        assertEquals("two", header(fallback, "x-portreeve-provider"));
        HttpResponse<byte[]> own = chat(Map.of());
        is("miss", own);
        assertEquals("openai", header(own, "x-portreeve-provider"));
        is("hit", chat(Map.of()));
    }

    @Test
    void a_model_without_it_says_nothing_of_it() throws Exception {
        edge.model("plain", "openai/gpt-5-mini");
        start("0");
        first.always(answer());
        String body = CHAT.replace("fast", "plain");
        is("", chat(body, Map.of()));
        is("", chat(body, Map.of()));
        assertEquals(2, first.requests().size());
    }

    @Test
    void what_is_too_large_is_not_kept_and_what_was_not_asked_for_the_longest_goes_first() throws Exception {
        edge.caching(new CacheConfig(4000, 1200, 2));
        start("0");
        first.then(saying("x".repeat(1200))).always(saying("short"));
        is("miss", chat(Map.of()));
        is("miss", chat(Map.of()));
        is("miss", chat(CHAT.replace("hi", "two"), Map.of()));
        is("hit", chat(Map.of()));
        is("miss", chat(CHAT.replace("hi", "three"), Map.of()));
        is("hit", chat(Map.of()));
        is("miss", chat(CHAT.replace("hi", "two"), Map.of()));
    }

    @Test
    void embeddings_are_given_again_too() throws Exception {
        start("0");
        first.then(ReplayUpstream.json(
                200,
                "{\"object\":\"list\",\"model\":\"e\",\"data\":[{\"object\":\"embedding\",\"index\":0,\"embedding\":[0.5]}],"
                        + "\"usage\":{\"prompt_tokens\":2,\"total_tokens\":2}}"));
        byte[] body = "{\"model\":\"fast\",\"input\":\"hi\"}".getBytes(StandardCharsets.UTF_8);
        is("miss", caller.post("/v1/embeddings", body, Map.of()));
        is("hit", caller.post("/v1/embeddings", body, Map.of()));
        assertEquals(1, first.requests().size());
    }

    @Test
    void a_response_is_given_again_if_nobody_keeps_it() throws Exception {
        edge.responses("keeper", second.baseUrl()).model(model("deep", terms("0"), List.of(), "keeper/gpt-5"));
        start("0");
        second.always(ReplayUpstream.json(
                200,
                "{\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":1,\"status\":\"completed\",\"model\":\"gpt-5\","
                        + "\"output\":[],\"usage\":{\"input_tokens\":3,\"output_tokens\":2,\"total_tokens\":5}}"));
        byte[] kept = "{\"model\":\"deep\",\"input\":\"hi\"}".getBytes(StandardCharsets.UTF_8);
        byte[] loose = "{\"model\":\"deep\",\"input\":\"hi\",\"store\":false}".getBytes(StandardCharsets.UTF_8);
        is("bypass", caller.post("/v1/responses", kept, Map.of()));
        is("miss", caller.post("/v1/responses", loose, Map.of()));
        is("hit", caller.post("/v1/responses", loose, Map.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"stream.txt", "message.json"})
    void anthropics_dialect_is_no_exception(String recording) throws Exception {
        edge.anthropic("claude", second.baseUrl()).model(model("claude", terms("0"), List.of(), "claude/claude-x"));
        start("0");
        byte[] recorded = ReplayUpstream.recorded("anthropic/" + recording);
        boolean streams = recording.endsWith("txt");
        second.always(streams ? ReplayUpstream.events(recorded) : ReplayUpstream.json(200, recorded));
        byte[] body = ("{\"model\":\"claude\",\"max_tokens\":9,\"stream\":" + streams
                        + ",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}")
                .getBytes(StandardCharsets.UTF_8);
        HttpResponse<byte[]> made = caller.post("/v1/messages", body, Map.of("anthropic-version", "2023-06-01"));
        is("miss", made);
        HttpResponse<byte[]> given = caller.post("/v1/messages", body, Map.of("anthropic-version", "2023-06-01"));
        is("hit", given);
        assertArrayEquals(made.body(), given.body());
        assertArrayEquals(recorded, given.body());
        Map<String, String> beta = Map.of("anthropic-version", "2023-06-01", "anthropic-beta", "new-things");
        is("miss", caller.post("/v1/messages", body, beta));
    }

    @Test
    void the_same_request_at_the_same_time_is_made_twice() throws Exception {
        start("0");
        CountDownLatch both = new CountDownLatch(2);
        first.always(exchange -> {
            both.countDown();
            both.await();
            answer().play(exchange);
        });
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<HttpResponse<byte[]>> one = callers.submit(() -> chat(Map.of()));
            is("miss", chat(Map.of()));
            is("miss", one.get());
        }
        is("hit", chat(Map.of()));
        assertEquals(2, first.requests().size());
    }

    @Test
    void what_was_translated_is_given_again_as_it_was() throws Exception {
        edge.anthropic("claude", second.baseUrl()).model(model("claude", terms("0"), List.of(), "claude/claude-x"));
        start("0");
        second.then(ReplayUpstream.json(200, ReplayUpstream.recorded("anthropic/message.json")));
        HttpResponse<byte[]> made = chat(CHAT.replace("fast", "claude"), Map.of());
        is("miss", made);
        HttpResponse<byte[]> given = chat(CHAT.replace("fast", "claude"), Map.of());
        is("hit", given);
        assertArrayEquals(made.body(), given.body());
        assertEquals(
                header(made, "x-portreeve-translation"), header(given, "x-portreeve-translation"), "as it was said");
    }

    @Test
    void the_vendors_own_sdk_sees_an_ordinary_answer() throws Exception {
        start("0");
        first.then(answer()).then(ReplayUpstream.events(ReplayUpstream.recorded("chat-stream.txt")));
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .baseUrl(edge.uri("/v1").toString())
                .apiKey(EdgeFixture.KEY)
                .build();
        ChatCompletionCreateParams ask = ChatCompletionCreateParams.builder()
                .model("fast")
                .addUserMessage("hello")
                .build();
        try {
            ChatCompletion made = client.chat().completions().create(ask);
            assertEquals(made, client.chat().completions().create(ask));
            assertEquals("Hello é wörld", streamed(client, ask));
            assertEquals("Hello é wörld", streamed(client, ask));
            assertEquals(2, first.requests().size());
        } finally {
            client.close();
        }
    }

    private static String streamed(OpenAIClient client, ChatCompletionCreateParams ask) {
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(ask)) {
            return stream.stream()
                    .flatMap(chunk -> chunk.choices().stream())
                    .flatMap(choice -> choice.delta().content().stream())
                    .collect(Collectors.joining());
        }
    }
}
