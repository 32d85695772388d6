package dev.portreeve.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIException;
import com.openai.errors.PermissionDeniedException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.models.Model;
import dev.portreeve.audit.AuditEvent;
import dev.portreeve.gateway.model.ReplayUpstream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The vendor's own Java SDK, with its default retries, as a caller. */
class OpenAiSdkTest {
    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private OpenAIClient client;

    @BeforeEach
    void start() throws IOException {
        upstream = new ReplayUpstream();
        edge = new EdgeFixture()
                .provider("openai", upstream.baseUrl())
                .demo()
                .model("fast", "openai/gpt-5-mini")
                .model("demo", "demo/demo")
                .model("forbidden", "openai/gpt-5")
                .start();
        client = client(EdgeFixture.KEY);
    }

    private OpenAIClient client(String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(edge.uri("/v1").toString())
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

    private static ChatCompletionCreateParams chat(String model) {
        return ChatCompletionCreateParams.builder()
                .model(model)
                .addUserMessage("hello")
                .build();
    }

    @Test
    void chat_completions() {
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("chat.json")));
        ChatCompletion answer = client.chat().completions().create(chat("fast"));
        assertEquals(
                "Grüße, \"gate\" \uD83D\uDC4B — how can I help?",
                answer.choices().getFirst().message().content().orElseThrow());
        assertEquals(29, answer.usage().orElseThrow().totalTokens());
    }

    @Test
    void streams() {
        upstream.then(ReplayUpstream.events(ReplayUpstream.recorded("chat-stream.txt")));
        assertEquals("Hello é wörld", streamed("fast"));
        assertEquals(4, edge.purse.settled.getFirst().outputTokens());
    }

    private String streamed(String model) {
        StringBuilder text = new StringBuilder();
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(chat(model))) {
            stream.stream()
                    .flatMap(chunk -> chunk.choices().stream())
                    .forEach(choice -> choice.delta().content().ifPresent(text::append));
        }
        return text.toString();
    }

    @Test
    void the_demo_provider_says_that_it_is_one() {
        ChatCompletion answer = client.chat().completions().create(chat("demo"));
        String text = answer.choices().getFirst().message().content().orElseThrow();
        assertTrue(text.contains("demo provider of Portreeve"), text);
        assertTrue(text.contains("hello"), text);
        assertEquals(text, streamed("demo"));
    }

    @Test
    void embeddings() {
        CreateEmbeddingResponse answer = client.embeddings()
                .create(EmbeddingCreateParams.builder()
                        .model("demo")
                        .inputOfArrayOfStrings(List.of("one", "two", "one"))
                        .build());
        assertEquals(3, answer.data().size());
        assertEquals(answer.data().get(0).embedding(), answer.data().get(2).embedding());
        assertEquals(256, answer.data().get(1).embedding().size());
    }

    @Test
    void models_are_those_the_caller_may_use() {
        List<String> names = new ArrayList<>();
        client.models().list().autoPager().forEach(model -> names.add(model.id()));
        assertEquals(List.of("fast", "demo"), names);
        Model unlisted = client.models().retrieve("openai/gpt-5-nano");
        assertEquals("openai/gpt-5-nano", unlisted.id());
        assertThrows(NotFoundException.class, () -> client.models().retrieve("forbidden"));
        try (Closing stranger = new Closing(client(EdgeFixture.STRANGER_KEY))) {
            assertEquals(0, stranger.client.models().list().data().size());
        }
    }

    private record Closing(OpenAIClient client) implements AutoCloseable {
        @Override
        public void close() {
            client.close();
        }
    }

    /** The SDK repeats what it takes for passing trouble; a refusal must reach the gateway once. */
    @Test
    void a_refusal_is_asked_once() {
        refused(PermissionDeniedException.class, "forbidden");
        refused(NotFoundException.class, "unknown");
        edge.purse.empty = true;
        refused(RateLimitException.class, "fast");
        assertThrows(RateLimitException.class, () -> streamed("fast"));
        assertEquals(4, edge.journal.events().size(), "one record for each refusal");
        try (Closing mistyped = new Closing(client("prk_wrong"))) {
            assertThrows(
                    UnauthorizedException.class, () -> mistyped.client.models().list());
        }
        assertEquals(0, upstream.requests().size());
    }

    private void refused(Class<? extends OpenAIException> kind, String model) {
        int before = records();
        OpenAIException refusal =
                assertThrows(kind, () -> client.chat().completions().create(chat(model)));
        assertTrue(refusal.getMessage() != null && !refusal.getMessage().isEmpty());
        assertEquals(before + 1, records());
    }

    private int records() {
        List<AuditEvent> events = edge.journal.events();
        return events.size();
    }

    @Test
    void a_provider_that_rejects_our_key_is_asked_once() {
        upstream.always(ReplayUpstream.json(401, "{\"error\":{\"message\":\"Incorrect API key\"}}"));
        assertThrows(
                InternalServerException.class, () -> client.chat().completions().create(chat("fast")));
        assertEquals(1, upstream.requests().size());
    }

    @Test
    void a_providers_own_error_arrives_in_its_words() {
        upstream.then(
                ReplayUpstream.json(
                        400,
                        "{\"error\":{\"message\":\"unsupported\",\"type\":\"invalid_request_error\",\"param\":\"x\",\"code\":\"unsupported_value\"}}"));
        BadRequestException bad = assertThrows(
                BadRequestException.class, () -> client.chat().completions().create(chat("fast")));
        assertEquals("unsupported_value", bad.code().orElseThrow());
        assertEquals("x", bad.param().orElseThrow());
    }

    @Test
    void a_stream_that_is_cut_fails_in_the_sdk() {
        upstream.then(exchange -> {
            exchange.beginEvents();
            exchange.chunk(
                    "data: {\"id\":\"1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":"
                            + "[{\"index\":0,\"delta\":{\"content\":\"Hello\"},\"finish_reason\":null}]}\n\n");
            exchange.cut();
        });
        assertThrows(OpenAIException.class, () -> streamed("fast"));
        assertEquals(1, upstream.requests().size());
    }
}
