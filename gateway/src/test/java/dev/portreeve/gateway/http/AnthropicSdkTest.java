package dev.portreeve.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.InternalServerException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.errors.PermissionDeniedException;
import com.anthropic.errors.RateLimitException;
import com.anthropic.errors.UnauthorizedException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCountTokensParams;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.models.ModelInfo;
import dev.portreeve.gateway.model.ReplayUpstream;
import dev.portreeve.policy.call.Usage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Anthropic's own Java SDK, with its default retries, as a caller. */
class AnthropicSdkTest {
    private static final Usage STREAMED =
            new Usage(4320, 4000, 89, new Usage.Parts(100, 200, 0, 30, 0), Usage.Basis.REPORTED);

    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private AnthropicClient client;

    @BeforeEach
    void start() throws IOException {
        upstream = new ReplayUpstream();
        edge = new EdgeFixture()
                .anthropic("anthropic", upstream.baseUrl())
                .model("claude-smart", "anthropic/claude-sonnet-4-5")
                .model("forbidden", "anthropic/claude-opus-4-5")
                .start();
        client = client(EdgeFixture.KEY);
    }

    private AnthropicClient client(String key) {
        return AnthropicOkHttpClient.builder()
                .baseUrl(edge.uri("").toString())
                .apiKey(key)
                .timeout(Duration.ofSeconds(30))
                .build();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        edge.close();
        upstream.close();
    }

    private static MessageCreateParams ask(String model) {
        return MessageCreateParams.builder()
                .model(model)
                .maxTokens(1024)
                .addUserMessage("hello")
                .build();
    }

    @Test
    void a_message() {
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("anthropic/message.json")));
        Message message = client.messages().create(ask("claude-smart"));
        assertEquals(
                "Grüße, \"gate\" \uD83D\uDC4B",
                message.content().get(1).text().orElseThrow().text());
        assertEquals(
                "get_weather", message.content().get(2).toolUse().orElseThrow().name());
        assertEquals(
                List.of(new Usage(4320, 4000, 50, new Usage.Parts(100, 200, 0, 0, 0), Usage.Basis.REPORTED)),
                edge.purse.settled);
    }

    @Test
    void a_stream_with_thinking_and_a_tool() {
        upstream.then(ReplayUpstream.events(ReplayUpstream.recorded("anthropic/stream.txt")));
        MessageAccumulator accumulator = MessageAccumulator.create();
        try (StreamResponse<RawMessageStreamEvent> stream = client.messages().createStreaming(ask("claude-smart"))) {
            stream.stream().forEach(accumulator::accumulate);
        }
        Message message = accumulator.message();
        assertEquals(
                "Let me see.", message.content().get(0).thinking().orElseThrow().thinking());
        assertEquals(
                "Hello é wörld", message.content().get(1).text().orElseThrow().text());
        assertEquals(
                "{location=Kiel}",
                message.content().get(2).toolUse().orElseThrow()._input().toString());
        assertEquals(List.of(STREAMED), edge.purse.settled);
    }

    @Test
    void counting_tokens_costs_nothing() {
        upstream.then(ReplayUpstream.json(200, "{\"input_tokens\":14}"));
        long counted = client.messages()
                .countTokens(MessageCountTokensParams.builder()
                        .model("claude-smart")
                        .addUserMessage("hello")
                        .build())
                .inputTokens();
        assertEquals(14, counted);
        assertEquals(List.of(Usage.NO_TOKENS), edge.purse.settled);
        assertEquals(0, edge.purse.held.getFirst().estimate().worstCase().nanos());
        assertTrue(upstream.requests().getFirst().line().startsWith("POST /v1/messages/count_tokens"));
    }

    @Test
    void models_are_those_that_may_be_used() {
        List<String> ids =
                client.models().list().autoPager().stream().map(ModelInfo::id).toList();
        assertEquals(List.of("claude-smart"), ids);
        assertEquals("claude-smart", client.models().retrieve("claude-smart").displayName());
        assertThrows(NotFoundException.class, () -> client.models().retrieve("forbidden"));
    }

    @Test
    void refusals_are_of_the_right_class_and_are_not_repeated() {
        assertThrows(
                UnauthorizedException.class,
                () -> client("prk_wrong").messages().create(ask("claude-smart")));
        assertThrows(NotFoundException.class, () -> client.messages().create(ask("nothing")));
        AnthropicServiceException forbidden = assertThrows(
                PermissionDeniedException.class, () -> client.messages().create(ask("forbidden")));
        assertTrue(
                forbidden.body().toString().contains("permission_error"),
                forbidden.body().toString());
        assertTrue(forbidden.headers().values("request-id").getFirst().length() > 30);
        edge.purse.empty = true;
        AnthropicServiceException broke =
                assertThrows(RateLimitException.class, () -> client.messages().create(ask("claude-smart")));
        assertTrue(
                broke.body().toString().contains("billing_error"), broke.body().toString());
        assertEquals(List.of("false"), broke.headers().values("x-should-retry"));
        assertTrue(upstream.requests().isEmpty());
        assertTrue(edge.purse.held.isEmpty());
    }

    @Test
    void a_providers_own_errors_keep_their_words_and_their_status() {
        String overloaded = "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"},"
                + "\"request_id\":\"req_011\"}";
        upstream.always(ReplayUpstream.json(529, overloaded));
        AnthropicServiceException passed = assertThrows(
                InternalServerException.class, () -> client.messages().create(ask("claude-smart")));
        assertEquals(529, passed.statusCode());
        assertTrue(
                passed.body().toString().contains("overloaded_error"),
                passed.body().toString());
        assertEquals(3, upstream.requests().size(), "what may pass is asked again by the SDK, not by us");
        upstream.always(
                ReplayUpstream.json(
                        400,
                        "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"max_tokens: 1 is too few\"}}"));
        AnthropicServiceException bad =
                assertThrows(BadRequestException.class, () -> client.messages().create(ask("claude-smart")));
        assertTrue(bad.body().toString().contains("1 is too few"), bad.body().toString());
        upstream.always(
                ReplayUpstream.json(
                        400,
                        "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"Your credit balance is too low to\"}}"));
        AnthropicServiceException ours = assertThrows(
                InternalServerException.class, () -> client.messages().create(ask("claude-smart")));
        assertFalse(ours.body().toString().contains("credit balance"), "our account is none of the caller's business");
    }
}
