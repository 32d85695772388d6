package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.header;
import static dev.portreeve.gateway.http.Caller.text;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.config.ModelConfig;
import dev.portreeve.gateway.config.PricesConfig;
import dev.portreeve.gateway.model.Prices;
import dev.portreeve.gateway.model.ReplayUpstream;
import dev.portreeve.policy.budget.BudgetConfig;
import dev.portreeve.policy.budget.InMemoryBudgetLedger;
import dev.portreeve.policy.budget.OrganisationConfig;
import dev.portreeve.policy.call.NanoUsd;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Where too little is left of a budget that shrinks, answers are cut to what is left: in every dialect, and between them. */
class ShrunkCallsTest {
    /** A token costs 1000 of them. */
    private static final long LIMIT = 3_000_000;

    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private InMemoryBudgetLedger money;
    private Caller caller;

    /** How a dialect asks, is answered, and says that an answer was cut short. */
    enum Spoken {
        CHAT(
                "/v1/chat/completions",
                "{ \"model\": \"NAME\",  \"stream\": STREAM, \"stream_options\":{\"include_usage\":true},"
                        + "\"max_completion_tokens\" : 4000, \"x_unknown\": 1.50,"
                        + "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
                "\"max_completion_tokens\":",
                "\"finish_reason\":\"length\"",
                "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,"
                        + "\"message\":{\"role\":\"assistant\",\"content\":\"cut\"},\"finish_reason\":\"length\"}],"
                        + "\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":7,\"total_tokens\":12}}",
                """
                data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"cut"}}]}

                data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"length"}]}

                data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":5,"completion_tokens":7,"total_tokens":12}}

                data: [DONE]

                """),
        MESSAGES(
                "/v1/messages",
                "{ \"model\": \"NAME\",  \"stream\": STREAM,\"max_tokens\" : 4000,"
                        + "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
                "\"max_tokens\":",
                "\"stop_reason\":\"max_tokens\"",
                "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[{\"type\":\"text\","
                        + "\"text\":\"cut\"}],\"stop_reason\":\"max_tokens\",\"stop_sequence\":null,"
                        + "\"usage\":{\"input_tokens\":5,\"output_tokens\":7}}",
                """
                event: message_start
                data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":5,"output_tokens":1}}}

                event: content_block_start
                data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

                event: content_block_delta
                data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"cut"}}

                event: content_block_stop
                data: {"type":"content_block_stop","index":0}

                event: message_delta
                data: {"type":"message_delta","delta":{"stop_reason":"max_tokens","stop_sequence":null},"usage":{"output_tokens":7}}

                event: message_stop
                data: {"type":"message_stop"}

                """),
        RESPONSES(
                "/v1/responses",
                "{ \"model\": \"NAME\",  \"stream\": STREAM,\"max_output_tokens\" : 4000,\"store\":false,\"input\":\"hi\"}",
                "\"max_output_tokens\":",
                "\"reason\":\"max_output_tokens\"",
                "{\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":1,\"status\":\"incomplete\","
                        + "\"incomplete_details\":{\"reason\":\"max_output_tokens\"},\"model\":\"m\",\"output\":["
                        + ITEM
                        + "],\"usage\":{\"input_tokens\":5,\"output_tokens\":7,\"total_tokens\":12}}",
                """
                event: response.created
                data: {"type":"response.created","sequence_number":0,"response":{"id":"resp_1","object":"response","created_at":1,"status":"in_progress","model":"m","output":[]}}

                event: response.output_item.added
                data: {"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":{"type":"message","id":"msg_1","role":"assistant","status":"in_progress","content":[]}}

                event: response.content_part.added
                data: {"type":"response.content_part.added","sequence_number":2,"item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":"","annotations":[]}}

                event: response.output_text.delta
                data: {"type":"response.output_text.delta","sequence_number":3,"item_id":"msg_1","output_index":0,"content_index":0,"delta":"cut"}

                event: response.output_text.done
                data: {"type":"response.output_text.done","sequence_number":4,"item_id":"msg_1","output_index":0,"content_index":0,"text":"cut"}

                event: response.content_part.done
                data: {"type":"response.content_part.done","sequence_number":5,"item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":"cut","annotations":[]}}

                event: response.output_item.done
                data: {"type":"response.output_item.done","sequence_number":6,"output_index":0,"item":ITEM}

                event: response.incomplete
                data: {"type":"response.incomplete","sequence_number":7,"response":{"id":"resp_1","object":"response","created_at":1,"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"model":"m","output":[ITEM],"usage":{"input_tokens":5,"output_tokens":7,"total_tokens":12}}}

                """.replace("ITEM", ITEM)),
        GEMINI(
                "/v1beta/models/NAME:",
                "{ \"generationConfig\" : {\"maxOutputTokens\" : 4000 ,\"candidateCount\":null},"
                        + "\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"hi\"}]}]}",
                "\"maxOutputTokens\":",
                "\"finishReason\":\"MAX_TOKENS\"",
                GOOGLE,
                "data: " + GOOGLE + "\n\n");

        private final String path;
        private final String body;
        private final String member;
        private final String cut;
        private final String answer;
        private final String events;

        Spoken(String path, String body, String member, String cut, String answer, String events) {
            this.path = path;
            this.body = body;
            this.member = member;
            this.cut = cut;
            this.answer = answer;
            this.events = events;
        }

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        String path(String model, boolean stream) {
            return this == GEMINI
                    ? path.replace("NAME", model) + (stream ? "streamGenerateContent?alt=sse" : "generateContent")
                    : path;
        }

        String body(String model, boolean stream) {
            return body.replace("NAME", model).replace("STREAM", String.valueOf(stream));
        }

        ReplayUpstream.Script script(boolean stream) {
            return stream
                    ? ReplayUpstream.events(events.getBytes(StandardCharsets.UTF_8))
                    : ReplayUpstream.json(200, answer);
        }
    }

    private static final String ITEM =
            "{\"type\":\"message\",\"id\":\"msg_1\",\"role\":\"assistant\",\"status\":\"incomplete\",\"content\":"
                    + "[{\"type\":\"output_text\",\"text\":\"cut\",\"annotations\":[]}]}";
    private static final String GOOGLE =
            "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"cut\"}]},"
                    + "\"finishReason\":\"MAX_TOKENS\",\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":5,"
                    + "\"candidatesTokenCount\":7,\"totalTokenCount\":12},\"modelVersion\":\"m\",\"responseId\":\"r\"}";

    @BeforeEach
    void open() throws IOException {
        upstream = new ReplayUpstream();
        edge = new EdgeFixture()
                .provider("chat", upstream.baseUrl())
                .anthropic("messages", upstream.baseUrl())
                .responses("responses", upstream.baseUrl())
                .gemini("gemini", upstream.baseUrl())
                .model("to-chat", "chat/m")
                .model("to-messages", "messages/m")
                .model("to-responses", "responses/m")
                .model("to-gemini", "gemini/m");
    }

    private void start(long nanos, Long least) {
        BudgetConfig budget = new BudgetConfig(
                null,
                BigDecimal.valueOf(nanos, 9),
                null,
                null,
                null,
                null,
                BudgetConfig.Window.TOTAL,
                null,
                ZoneOffset.UTC,
                null,
                null,
                null,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                BudgetConfig.Per.OWNER,
                BudgetConfig.WhenShort.SHRINK,
                least,
                List.of(),
                false);
        OrganisationConfig.Member agent = new OrganisationConfig.Member("triage-bot", List.of(budget));
        OrganisationConfig.Team support = new OrganisationConfig.Team("support", List.of(), List.of(), List.of(agent));
        money = new InMemoryBudgetLedger(
                new OrganisationConfig(List.of(
                        new OrganisationConfig.Tenant("acme", List.of(), List.of(support), List.of(), List.of()))),
                InstantSource.system());
        edge.budget(money, Prices.load(new PricesConfig(null, NanoUsd.ofUsd("1"), NanoUsd.ofUsd("1"))))
                .start();
        caller = new Caller(edge);
    }

    @AfterEach
    void stop() throws IOException {
        if (caller != null) {
            caller.close();
        }
        edge.close();
        upstream.close();
    }

    private HttpResponse<byte[]> post(Spoken by, String model, boolean stream, String body) throws Exception {
        return caller.post(by.path(model, stream), body.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    private JsonNode record(int number) {
        await().until(() -> edge.journal.records().size() > number);
        return JsonMapper.shared()
                .readTree(new String(edge.journal.records().get(number).leaf(), StandardCharsets.UTF_8));
    }

    static Stream<Arguments> everyWay() {
        List<Arguments> ways = new ArrayList<>();
        for (Spoken by : Spoken.values()) {
            for (Spoken at : Spoken.values()) {
                ways.add(Arguments.of(by, at, false));
                ways.add(Arguments.of(by, at, true));
            }
        }
        return ways.stream();
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void an_answer_is_cut_to_what_is_left(Spoken by, Spoken at, boolean stream) throws Exception {
        start(LIMIT, null);
        upstream.then(at.script(stream));
        String name = "to-" + at.code();
        String body = by.body(name, stream);
        HttpResponse<byte[]> response = post(by, name, stream, body);
        assertEquals(200, response.statusCode(), text(response));
        String cap = header(response, "x-portreeve-output-cap");
        assertEquals("4000", header(response, "x-portreeve-output-cap-shrunk-from"));
        // Twelve tokens were used; a stream's headers leave while the whole budget is held.
        assertEquals(stream ? "0" : "0.002988", header(response, "x-portreeve-budget-remaining-usd"));
        String sent = upstream.requests().getFirst().text();
        assertTrue(sent.replace(" ", "").contains(at.member + cap), sent);
        if (by == at) {
            assertEquals(body.replace("4000", cap).replace(name, "m"), sent, "nothing else is changed");
        }
        assertTrue(text(response).contains(by.cut), text(response));
        JsonNode opened = record(0);
        JsonNode shrunk = opened.findPath("shrunk");
        assertEquals("member:triage-bot:total", shrunk.path("budget").asString());
        assertEquals(4000, shrunk.path("from").asLong());
        assertEquals(cap, shrunk.path("to").asString());
        assertEquals("0.003", opened.findPath("held_usd").asString(), "to the last token");
        record(1);
        await().until(() -> money.held("acme", "member:triage-bot:total", Instant.EPOCH) == 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_bound_that_the_caller_has_not_given_is_put_in_lower(boolean stream) throws Exception {
        for (Spoken by : Spoken.values()) {
            if (edge.journal.records().isEmpty()) {
                start(LIMIT, null);
            }
            upstream.then(by.script(stream));
            String name = "to-" + by.code();
            String body = by.body(name, stream)
                    .replace(by.member.replace(":", " : ") + "4000,", "")
                    .replace("\"maxOutputTokens\" : 4000 ,", "");
            int before = edge.journal.records().size();
            HttpResponse<byte[]> response = post(by, name, stream, body);
            assertEquals(200, response.statusCode(), text(response));
            String cap = header(response, "x-portreeve-output-cap");
            assertEquals("4096", header(response, "x-portreeve-output-cap-shrunk-from"));
            String sent = upstream.requests().getLast().text();
            assertTrue(sent.contains(by.member + cap), sent);
            record(before + 1);
            await().until(() -> money.held("acme", "member:triage-bot:total", Instant.EPOCH) == 0);
        }
    }

    @Test
    void several_answers_share_it_and_a_smaller_bound_of_the_callers_stays() throws Exception {
        start(LIMIT, null);
        upstream.always(Spoken.CHAT.script(false));
        String one = Spoken.CHAT.body("to-chat", false);
        int alone = Integer.parseInt(header(post(Spoken.CHAT, "to-chat", false, one), "x-portreeve-output-cap"));
        record(1);
        String three = one.replace("\"x_unknown\": 1.50", "\"n\":3, \"max_tokens\": 90");
        HttpResponse<byte[]> response = post(Spoken.CHAT, "to-chat", false, three);
        int each = Integer.parseInt(header(response, "x-portreeve-output-cap"));
        assertTrue(each > 100 && each <= alone / 3, each + " each of " + alone);
        String sent = upstream.requests().getLast().text();
        assertTrue(sent.contains("\"max_completion_tokens\" : " + each + ", \"n\":3, \"max_tokens\": 90"), sent);
        HttpResponse<byte[]> little = post(Spoken.CHAT, "to-chat", false, one.replace("4000", Integer.toString(each)));
        assertEquals(200, little.statusCode());
        assertEquals("", header(little, "x-portreeve-output-cap-shrunk-from"), "it fits as it is");
    }

    @Test
    void what_is_not_worth_a_call_is_refused() throws Exception {
        start(LIMIT, 3000L);
        HttpResponse<byte[]> response = post(Spoken.CHAT, "to-chat", false, Spoken.CHAT.body("to-chat", false));
        assertEquals(429, response.statusCode());
        assertTrue(text(response).contains("this call needs up to"), text(response));
        assertTrue(upstream.requests().isEmpty());
        assertTrue(record(0).findPath("shrunk").isMissingNode());
    }

    @Test
    void thinking_keeps_its_room_or_the_call_is_refused() throws Exception {
        start(LIMIT, null);
        upstream.always(Spoken.MESSAGES.script(false));
        String asked = Spoken.MESSAGES.body("to-messages", false);
        String much = asked.replace("4000,", "4000,\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":3000},");
        HttpResponse<byte[]> refused = post(Spoken.MESSAGES, "to-messages", false, much);
        assertEquals(429, refused.statusCode());
        assertTrue(text(refused).contains("the 3000 tokens that thinking.budget_tokens wants"), text(refused));
        String little = much.replace("3000}", "1024}");
        HttpResponse<byte[]> made = post(Spoken.MESSAGES, "to-messages", false, little);
        assertEquals(200, made.statusCode(), text(made));
        assertTrue(Integer.parseInt(header(made, "x-portreeve-output-cap")) > 1024);
        upstream.always(Spoken.CHAT.script(false));
        HttpResponse<byte[]> translated =
                post(Spoken.MESSAGES, "to-chat", false, much.replace("to-messages", "to-chat"));
        assertEquals(200, translated.statusCode(), "where thinking is an effort, it takes what there is");
    }

    @Test
    void a_fallback_is_cut_anew_and_the_record_says_so() throws Exception {
        edge.model(new ModelConfig(
                "fast",
                new ModelConfig.Route(
                        List.of(new ModelConfig.Target("chat/a"), new ModelConfig.Target("messages/b")),
                        null,
                        ModelConfig.HostedTools.STRIP,
                        ModelConfig.Strategy.PRIORITY,
                        0,
                        List.of(),
                        new ModelConfig.FallbacksOn(List.of(), List.of()),
                        ModelConfig.CoolDown.USUAL),
                null));
        start(LIMIT, null);
        // The first answers that it failed after it began, so what it may have cost is gone.
        upstream.then(ReplayUpstream.json(200, "{\"not\":"));
        upstream.then(Spoken.MESSAGES.script(false));
        String asked = Spoken.CHAT.body("fast", false).replace("4000", "1800");
        HttpResponse<byte[]> response = post(Spoken.CHAT, "fast", false, asked);
        assertEquals(200, response.statusCode(), text(response));
        assertEquals("2", header(response, "x-portreeve-attempts"));
        assertEquals("1800", header(response, "x-portreeve-output-cap-shrunk-from"));
        String cap = header(response, "x-portreeve-output-cap");
        String sent = upstream.requests().getLast().text();
        assertTrue(sent.contains("\"max_tokens\":" + cap), sent);
        assertFalse(record(0).toString().contains("shrunk"), "the first attempt fitted");
        assertEquals(cap, record(1).findPath("shrunk").path("to").asString());
        assertEquals("0.003", record(1).findPath("raised_to_usd").asString());
        assertTrue(text(response).contains(Spoken.CHAT.cut), text(response));
    }
}
