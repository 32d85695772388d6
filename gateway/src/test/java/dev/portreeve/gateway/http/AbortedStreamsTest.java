package dev.portreeve.gateway.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.config.PricesConfig;
import dev.portreeve.gateway.model.FrameWriter;
import dev.portreeve.gateway.model.Prices;
import dev.portreeve.gateway.model.ReplayUpstream;
import dev.portreeve.policy.budget.InMemoryBudgetLedger;
import dev.portreeve.policy.budget.OrganisationConfig;
import dev.portreeve.policy.call.NanoUsd;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A stream that ends early, because its client leaves or its provider dies, is charged what it had used by then: of the input what
 * the provider said, else its bound; of the output the larger of what the provider said and what came. At each provider's own wire.
 */
class AbortedStreamsTest {
    private static final String CHAT_BODY =
            "{\"model\":\"%s\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String MESSAGES_BODY = CHAT_BODY.replace("\"stream\"", "\"max_tokens\":900,\"stream\"");
    private static final String GEMINI_BODY = "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"hi\"}]}]}";
    private static final String STREAMED = ":streamGenerateContent?alt=sse";

    private static final String CHAT_HELLO =
            data("{\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello\"}}]}");
    private static final String MESSAGE_START = event(
            "message_start",
            "{\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[],"
                    + "\"model\":\"c\",\"usage\":{\"input_tokens\":20,\"cache_read_input_tokens\":60,\"output_tokens\":1}}}");
    private static final String MESSAGE_HELLO = event(
                    "content_block_start",
                    "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}")
            + event(
                    "content_block_delta",
                    "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hello\"}}");
    private static final String RESPONSE_HELLO = event(
                    "response.created",
                    "{\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_1\",\"object\":\"response\","
                            + "\"status\":\"in_progress\",\"output\":[],\"usage\":null}}")
            + event(
                    "response.output_text.delta",
                    "{\"type\":\"response.output_text.delta\",\"sequence_number\":1,\"item_id\":\"i\",\"output_index\":0,"
                            + "\"content_index\":0,\"delta\":\"Hello\"}");
    private static final String GEMINI_HELLO =
            data("{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"Hello\"}]},\"index\":0}],"
                    + "\"usageMetadata\":{\"promptTokenCount\":80,\"cachedContentTokenCount\":60,\"candidatesTokenCount\":2,"
                    + "\"thoughtsTokenCount\":30}}");
    private static final String COHERE_HELLO = event(
                    "message-start",
                    "{\"type\":\"message-start\",\"id\":\"1\",\"delta\":{\"message\":{\"role\":\"assistant\"}}}")
            + event(
                    "content-delta",
                    "{\"type\":\"content-delta\",\"index\":0,\"delta\":{\"message\":{\"content\":{\"text\":\"Hello\"}}}}");
    private static final byte[] BEDROCK_HELLO = FrameWriter.stream(("messageStart {\"role\":\"assistant\"}\n"
                    + "contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"text\":\"Hello\"}}\n")
            .getBytes(StandardCharsets.UTF_8));

    private static final long BOUND = -1;

    /** A caller and a provider: what is asked, what comes before the end, and what is then charged. */
    enum Wire {
        CHAT("/v1/chat/completions", CHAT_BODY, "chat", CHAT_HELLO, BOUND, 0, 5),
        MESSAGES("/v1/messages", MESSAGES_BODY, "messages", MESSAGE_START + MESSAGE_HELLO, 80, 60, 5),
        RESPONSES(
                "/v1/responses",
                "{\"model\":\"%s\",\"stream\":true,\"store\":false,\"input\":\"hi\"}",
                "responses",
                RESPONSE_HELLO,
                BOUND,
                0,
                5),
        GEMINI("/v1beta/models/gemini" + STREAMED, GEMINI_BODY, "gemini", GEMINI_HELLO, 80, 60, 32),
        MISTRAL("/v1/chat/completions", CHAT_BODY, "mistral", CHAT_HELLO, BOUND, 0, 5),
        COHERE("/v1/chat/completions", CHAT_BODY, "cohere", COHERE_HELLO, BOUND, 0, 5),
        BEDROCK("/v1/messages", MESSAGES_BODY, "bedrock", "", BOUND, 0, 5),
        CHAT_AT_MESSAGES("/v1/chat/completions", CHAT_BODY, "messages", MESSAGE_START + MESSAGE_HELLO, 80, 60, 5),
        MESSAGES_AT_CHAT("/v1/messages", MESSAGES_BODY, "chat", CHAT_HELLO, BOUND, 0, 5),
        CHAT_AT_GEMINI("/v1/chat/completions", CHAT_BODY, "gemini", GEMINI_HELLO, 80, 60, 32),
        GEMINI_AT_MESSAGES(
                "/v1beta/models/messages" + STREAMED,
                GEMINI_BODY,
                "messages",
                MESSAGE_START + MESSAGE_HELLO,
                80,
                60,
                5);

        private final String path;
        private final String body;
        private final byte[] came;
        private final long input;
        private final long cached;
        private final long output;

        Wire(String path, String body, String model, String came, long input, long cached, long output) {
            this.path = path;
            this.body = body.formatted(model);
            this.came = came.isEmpty() ? BEDROCK_HELLO : came.getBytes(StandardCharsets.UTF_8);
            this.input = input;
            this.cached = cached;
            this.output = output;
        }

        void play(ReplayUpstream.Exchange exchange) throws IOException {
            exchange.begin(this == BEDROCK ? "application/vnd.amazon.eventstream" : "text/event-stream");
            exchange.chunk(came);
        }
    }

    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private Caller caller;

    private static String data(String json) {
        return "data: " + json + "\n\n";
    }

    private static String event(String name, String json) {
        return "event: " + name + "\n" + data(json);
    }

    @BeforeEach
    void start() throws IOException {
        upstream = new ReplayUpstream();
        String address = ", api-key: k, base-url: \"" + upstream.baseUrl() + "\"";
        InMemoryBudgetLedger money = new InMemoryBudgetLedger(
                new OrganisationConfig(
                        List.of(new OrganisationConfig.Tenant("acme", List.of(), List.of(), List.of(), List.of()))),
                InstantSource.system());
        edge = new EdgeFixture()
                .budget(money, Prices.load(new PricesConfig(null, NanoUsd.ofUsd("30"), NanoUsd.ofUsd("180"))))
                .limited(EdgeFixture.limits(1 << 20, Duration.ofSeconds(60), Duration.ofMillis(50)))
                .provider("a", upstream.baseUrl())
                .anthropic("b", upstream.baseUrl())
                .responses("c", upstream.baseUrl())
                .gemini("d", upstream.baseUrl())
                .configured("{ id: bedrock, dialects: [bedrock-converse]" + address + " }")
                .configured("{ id: cohere, dialects: [cohere-chat]" + address + " }")
                .configured("{ id: mistral" + address + " }")
                .model("chat", "a/m")
                .model("messages", "b/m")
                .model("responses", "c/m")
                .model("gemini", "d/m")
                .model("bedrock", "bedrock/m")
                .model("cohere", "cohere/m")
                .model("mistral", "mistral/m")
                .start();
        caller = new Caller(edge);
    }

    @AfterEach
    void stop() throws IOException {
        caller.close();
        edge.close();
        upstream.close();
    }

    /** What the closing record says was used. */
    private JsonNode used() {
        await().until(() -> edge.journal.records().size() == 2);
        JsonNode closing = JsonMapper.shared()
                .readTree(new String(edge.journal.records().getLast().leaf(), StandardCharsets.UTF_8));
        assertEquals("estimated", closing.findPath("basis").asString(), closing::toString);
        return closing;
    }

    private void charged(Wire wire) {
        JsonNode closing = used();
        assertEquals(wire.output, closing.findPath("output_tokens").asLong(), closing::toString);
        assertEquals(wire.cached, closing.findPath("cached_input_tokens").asLong(), closing::toString);
        long input = closing.findPath("input_tokens").asLong();
        if (wire.input == BOUND) {
            assertTrue(input >= wire.body.length(), "an upper bound: " + closing);
        } else {
            assertEquals(wire.input, input);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whose_client_leaves(Wire wire) throws Exception {
        upstream.then(exchange -> {
            wire.play(exchange);
            exchange.hang();
        });
        try (Socket socket = caller.open(wire.path, wire.body)) {
            StringBuilder seen = new StringBuilder();
            while (!seen.toString().contains("Hello")) {
                int b = socket.getInputStream().read();
                assertTrue(b >= 0, seen::toString);
                seen.append((char) b);
            }
        }
        assertTrue(upstream.clientLeft(20), "the provider is let go of");
        charged(wire);
    }

    @ParameterizedTest
    @EnumSource
    void whose_provider_dies(Wire wire) throws Exception {
        upstream.then(exchange -> {
            wire.play(exchange);
            exchange.cut();
        });
        try (Socket socket = caller.open(wire.path, wire.body)) {
            assertTrue(Caller.all(socket).contains("Hello"));
        }
        charged(wire);
    }

    /** What it read is known although nothing of an answer went out in any dialect. */
    @ParameterizedTest
    @EnumSource(names = {"MESSAGES", "CHAT_AT_MESSAGES", "GEMINI_AT_MESSAGES"})
    void that_had_only_begun(Wire wire) throws Exception {
        upstream.then(exchange -> {
            exchange.beginEvents();
            exchange.chunk(MESSAGE_START);
            exchange.cut();
        });
        try (Socket socket = caller.open(wire.path, wire.body)) {
            String ignored = Caller.all(socket);
        }
        JsonNode closing = used();
        assertEquals(80, closing.findPath("input_tokens").asLong(), closing::toString);
        assertEquals(60, closing.findPath("cached_input_tokens").asLong(), closing::toString);
    }

    /** The end is held back until the stream closes, but what it says was used counts. */
    @Test
    void whose_end_was_there_but_did_not_leave() throws Exception {
        upstream.then(exchange -> {
            exchange.beginEvents();
            exchange.chunk(GEMINI_HELLO);
            exchange.chunk(GEMINI_HELLO
                    .replace("\"index\":0", "\"index\":0,\"finishReason\":\"STOP\"")
                    .replace(":2,", ":9,"));
            exchange.cut();
        });
        try (Socket socket = caller.open(Wire.GEMINI.path, Wire.GEMINI.body)) {
            assertTrue(Caller.all(socket).contains("Hello"));
        }
        assertEquals(39, used().findPath("output_tokens").asLong());
    }
}
