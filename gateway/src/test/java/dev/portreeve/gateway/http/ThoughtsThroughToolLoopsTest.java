package dev.portreeve.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.ReasoningEffort;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionAssistantMessageParam;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import dev.portreeve.gateway.model.ReplayUpstream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** OpenAI's own SDK in a tool loop, at a model that goes on only from its very thoughts, which chat has no member for. */
class ThoughtsThroughToolLoopsTest {
    private static final String THOUGHT = "Let me look.";
    private static final String SIGNATURE = "EqQBCkYI/opaque+end==";

    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private OpenAIClient openai;

    @BeforeEach
    void start() throws IOException {
        upstream = new ReplayUpstream().always(this::answer);
        edge = new EdgeFixture()
                .anthropic("anthropic", upstream.baseUrl())
                .anthropic("elsewhere", upstream.baseUrl())
                .model("claude", "anthropic/claude-sonnet-4-5")
                .model("other", "elsewhere/claude-sonnet-4-5")
                .start();
        openai = OpenAIOkHttpClient.builder()
                .baseUrl(edge.uri("/v1").toString())
                .apiKey(EdgeFixture.KEY)
                .maxRetries(0)
                .build();
    }

    @AfterEach
    void stop() throws IOException {
        openai.close();
        edge.close();
        upstream.close();
    }

    /** As Anthropic does: a model that is to think on refuses a tool call without the thoughts that led to it. */
    private void answer(ReplayUpstream.Exchange exchange) throws IOException {
        JsonNode request =
                JsonMapper.shared().readTree(upstream.requests().getLast().body());
        JsonNode called = null;
        for (JsonNode message : request.path("messages")) {
            called = message.path("role").asString().equals("assistant") ? message : called;
        }
        boolean thinks = request.path("thinking").path("type").asString("").equals("enabled");
        if (called == null) {
            send(
                    exchange,
                    request,
                    "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"look\",\"input\":{\"at\":1.50}}",
                    "tool_use");
        } else if (thinks && !isThought(called.path("content").path(0))) {
            exchange.json(
                    400,
                    "",
                    ("{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":"
                                    + "\"thinking blocks cannot be modified\"}}")
                            .getBytes(StandardCharsets.UTF_8));
        } else {
            send(exchange, request, "{\"type\":\"text\",\"text\":\"thought on: " + thinks + "\"}", "end_turn");
        }
    }

    private static boolean isThought(JsonNode block) {
        return block.path("type").asString().equals("thinking")
                && block.path("thinking").asString().equals(THOUGHT)
                && block.path("signature").asString().equals(SIGNATURE);
    }

    private static void send(ReplayUpstream.Exchange exchange, JsonNode request, String block, String stop)
            throws IOException {
        String thought = "{\"type\":\"thinking\",\"thinking\":\"" + THOUGHT + "\",\"signature\":\"" + SIGNATURE + "\"}";
        String message =
                "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude\",\"content\":["
                        + thought + "," + block + "],\"stop_reason\":\"" + stop
                        + "\",\"stop_sequence\":null,\"usage\":{\"input_tokens\":10,\"output_tokens\":10}}";
        if (!request.path("stream").asBoolean(false)) {
            exchange.json(200, "", message.getBytes(StandardCharsets.UTF_8));
            return;
        }
        exchange.beginEvents();
        event(
                exchange,
                "message_start",
                "\"message\":{\"id\":\"msg_1\",\"model\":\"claude\",\"usage\":{\"input_tokens\":10}}");
        event(
                exchange,
                "content_block_start",
                "\"index\":0,\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\"}");
        for (String piece : THOUGHT.split("(?<= )")) {
            event(
                    exchange,
                    "content_block_delta",
                    "\"index\":0,\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"" + piece + "\"}");
        }
        event(
                exchange,
                "content_block_delta",
                "\"index\":0,\"delta\":{\"type\":\"signature_delta\",\"signature\":\"" + SIGNATURE + "\"}");
        event(exchange, "content_block_stop", "\"index\":0");
        event(exchange, "content_block_start", "\"index\":1,\"content_block\":" + block);
        event(exchange, "content_block_stop", "\"index\":1");
        event(
                exchange,
                "message_delta",
                "\"delta\":{\"stop_reason\":\"" + stop + "\"},\"usage\":{\"output_tokens\":10}");
        event(exchange, "message_stop", "\"end\":true");
        exchange.endEvents();
    }

    private static void event(ReplayUpstream.Exchange exchange, String type, String more) throws IOException {
        exchange.chunk("event: " + type + "\ndata: {\"type\":\"" + type + "\"," + more + "}\n\n");
    }

    private static ChatCompletionCreateParams.Builder asked(String model) {
        return ChatCompletionCreateParams.builder()
                .model(model)
                .maxCompletionTokens(20_000)
                .reasoningEffort(ReasoningEffort.LOW)
                .addFunctionTool(FunctionDefinition.builder()
                        .name("look")
                        .parameters(FunctionParameters.builder()
                                .putAdditionalProperty("type", JsonValue.from("object"))
                                .build())
                        .build())
                .addUserMessage("what is there?");
    }

    private ChatCompletionMessage answered(ChatCompletionCreateParams params, boolean streamed) {
        if (!streamed) {
            return openai.chat()
                    .completions()
                    .create(params)
                    .choices()
                    .getFirst()
                    .message();
        }
        ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> stream =
                openai.chat().completions().createStreaming(params)) {
            stream.stream().forEach(accumulator::accumulate);
        }
        ChatCompletion whole = accumulator.chatCompletion();
        return whole.choices().getFirst().message();
    }

    /** With members that the published dialect does not have, which this SDK leaves out by itself. */
    private static ChatCompletionAssistantMessageParam with(
            ChatCompletionMessage message, Map<String, JsonValue> more) {
        return message.toParam().toBuilder().putAllAdditionalProperties(more).build();
    }

    private static ChatCompletionCreateParams goingOn(String model, ChatCompletionAssistantMessageParam message) {
        ChatCompletionMessageFunctionToolCall call =
                message.toolCalls().orElseThrow().getFirst().asFunction();
        assertEquals("look", call.function().name());
        return asked(model)
                .addMessage(message)
                .addMessage(ChatCompletionToolMessageParam.builder()
                        .toolCallId(call.id())
                        .content("nothing")
                        .build())
                .build();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_client_that_sends_back_nothing_but_the_call_lets_the_model_think_on(boolean streamed) {
        ChatCompletionMessage first = answered(asked("claude").build(), streamed);
        ChatCompletionMessage second = answered(goingOn("claude", first.toParam()), streamed);
        assertEquals("thought on: true", second.content().orElseThrow());
    }

    @Test
    void a_client_that_sends_back_all_it_got_needs_no_memory_of_this_gateway() {
        ChatCompletionMessage first = answered(asked("claude").build(), false);
        String got = first.toString();
        assertTrue(got.contains("reasoning_content=" + THOUGHT) && got.contains(SIGNATURE), got);
        edge.close();
        EdgeFixture another = new EdgeFixture()
                .anthropic("anthropic", upstream.baseUrl())
                .model("claude", "anthropic/claude-sonnet-4-5")
                .start();
        edge = another;
        openai.close();
        openai = OpenAIOkHttpClient.builder()
                .baseUrl(another.uri("/v1").toString())
                .apiKey(EdgeFixture.KEY)
                .maxRetries(0)
                .build();
        Map<String, JsonValue> blocks = Map.of(
                "thinking_blocks",
                JsonValue.from(List.of(Map.of("type", "thinking", "thinking", THOUGHT, "signature", SIGNATURE))));
        ChatCompletionMessage second = answered(goingOn("claude", with(first, blocks)), false);
        assertEquals("thought on: true", second.content().orElseThrow());
    }

    @Test
    void another_providers_model_gets_no_thoughts_and_answers_without() {
        ChatCompletionMessage first = answered(asked("claude").build(), false);
        ChatCompletionMessage second = answered(goingOn("other", first.toParam()), false);
        assertEquals("thought on: false", second.content().orElseThrow());
        assertFalse(upstream.requests().getLast().text().contains(SIGNATURE));
    }

    @Test
    void reasoning_that_comes_back_without_its_signature_is_left_out() {
        ChatCompletionMessage first = answered(asked("claude").build(), false);
        Map<String, JsonValue> readable = Map.of("reasoning_content", JsonValue.from("something else"));
        answered(goingOn("other", with(first, readable)), false);
        String sent = upstream.requests().getLast().text();
        assertFalse(sent.contains("something else"), sent);
        assertTrue(sent.contains("tool_use"), sent);
    }
}
