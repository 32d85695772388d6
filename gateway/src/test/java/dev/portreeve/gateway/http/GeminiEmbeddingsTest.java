package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.header;
import static dev.portreeve.gateway.http.Caller.text;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.genai.Client;
import com.google.genai.types.EmbedContentConfig;
import com.google.genai.types.EmbedContentResponse;
import com.google.genai.types.HttpOptions;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import dev.portreeve.gateway.config.ModelConfig;
import dev.portreeve.gateway.model.ReplayUpstream;
import dev.portreeve.policy.call.Usage;
import dev.portreeve.policy.guardrail.GuardrailConfig.Action;
import dev.portreeve.policy.guardrail.GuardrailConfig.Detector;
import dev.portreeve.policy.guardrail.GuardrailConfig.Position;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Embeddings in Gemini's dialect: at Google's models as they are, at OpenAI's by translation, and the other way round. */
class GeminiEmbeddingsTest {
    private static final String ONE =
            "{\"embedding\":{\"values\":[0.0130,-1,2.5e-3]},\"usageMetadata\":{\"promptTokenCount\":3}}";
    private static final String TWO =
            "{\"embeddings\":[{\"values\":[0.0130,-1]},{\"values\":[0.5,0.25]}],\"usageMetadata\":{\"promptTokenCount\":7}}";
    private static final String CONTENT = "\"content\":{\"parts\":[{\"text\":\"Grüße\"}]}";
    private static final String OPENAI_TWO =
            "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,\"embedding\":[0.0130,-1]},"
                    + "{\"object\":\"embedding\",\"index\":1,\"embedding\":[0.5,0.25]}],\"model\":\"e3\","
                    + "\"usage\":{\"prompt_tokens\":5,\"total_tokens\":5}}";

    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private Caller caller;

    @BeforeEach
    void open() throws IOException {
        upstream = new ReplayUpstream();
        edge = new EdgeFixture()
                .gemini("google", upstream.baseUrl())
                .provider("openai", upstream.baseUrl())
                .anthropic("claude", upstream.baseUrl())
                .model("gem", "google/gemini-embedding-001")
                .model("ada", "openai/text-embedding-3-small")
                .model("talker", "claude/c")
                .model(
                        "exact",
                        "openai/text-embedding-3-small",
                        ModelConfig.Unsupported.REJECT,
                        ModelConfig.HostedTools.STRIP);
    }

    private void start() {
        edge.start();
        caller = new Caller(edge);
    }

    @AfterEach
    void stop() throws IOException {
        caller.close();
        edge.close();
        upstream.close();
    }

    private HttpResponse<byte[]> post(String path, String body) throws Exception {
        return caller.post(path, body.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    private String records() {
        StringBuilder all = new StringBuilder();
        edge.journal.records().forEach(record -> all.append(new String(record.leaf(), StandardCharsets.UTF_8)));
        return all.toString();
    }

    private void assertCharged(long input, Usage.Basis basis) {
        await().until(() -> !edge.purse.settled.isEmpty());
        Usage usage = edge.purse.settled.getLast();
        assertEquals(basis, usage.basis());
        assertEquals(0, usage.outputTokens());
        assertEquals(input, usage.inputTokens());
    }

    @Test
    void one_text_passes_as_it_is_and_is_asked_of_the_model_of_the_path_whatever_the_body_names() throws Exception {
        start();
        upstream.then(ReplayUpstream.json(200, ONE));
        HttpResponse<byte[]> response = post(
                "/v1beta/models/gem:embedContent",
                "{ \"model\":\"models/gemini-dear\", " + CONTENT + ",\"outputDimensionality\":3.0}");
        assertEquals(200, response.statusCode(), text(response));
        assertArrayEquals(ONE.getBytes(StandardCharsets.UTF_8), response.body());
        ReplayUpstream.Seen seen = upstream.requests().getFirst();
        assertEquals("POST /v1/models/gemini-embedding-001:embedContent HTTP/1.1", seen.line());
        assertEquals(
                "{ \"model\":\"models/gemini-embedding-001\", " + CONTENT + ",\"outputDimensionality\":3.0}",
                seen.text());
        assertCharged(3, Usage.Basis.REPORTED);
        assertTrue(records().contains("\"operation\":\"embeddings\""), records());
    }

    @Test
    void several_texts_pass_too_and_a_call_nobody_counted_is_charged_by_its_bound() throws Exception {
        start();
        String answer = "{\"embeddings\":[{\"values\":[1]},{\"values\":[2]}]}";
        upstream.then(ReplayUpstream.json(200, answer));
        String body =
                "{\"requests\":[{\"model\":\"models/gem\"," + CONTENT + "},{" + CONTENT + ",\"model\":\"models/x\"}]}";
        HttpResponse<byte[]> response = post("/v1beta/models/gem:batchEmbedContents", body);
        assertEquals(answer, text(response));
        assertEquals(
                "POST /v1/models/gemini-embedding-001:batchEmbedContents HTTP/1.1",
                upstream.requests().getFirst().line());
        assertEquals(
                body.replace("models/gem\"", "models/gemini-embedding-001\"")
                        .replace("models/x", "models/gemini-embedding-001"),
                upstream.requests().getFirst().text());
        await().until(() -> !edge.purse.settled.isEmpty());
        assertEquals(Usage.Basis.ESTIMATED, edge.purse.settled.getLast().basis());
        assertTrue(edge.purse.held.getFirst().estimate().inputTokens() >= body.getBytes(StandardCharsets.UTF_8).length);
        assertEquals(0, edge.purse.held.getFirst().estimate().outputTokens());
    }

    @Test
    void callers_of_openai_reach_googles_embeddings() throws Exception {
        start();
        upstream.then(ReplayUpstream.json(200, TWO));
        HttpResponse<byte[]> response =
                post("/v1/embeddings", "{\"model\":\"gem\",\"input\":[\"a\",\"b\"],\"dimensions\":2,\"user\":\"u\"}");
        assertEquals(200, response.statusCode(), text(response));
        assertEquals(
                "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,\"embedding\":[0.0130,-1]},"
                        + "{\"object\":\"embedding\",\"index\":1,\"embedding\":[0.5,0.25]}],\"model\":\"gemini-embedding-001\","
                        + "\"usage\":{\"prompt_tokens\":7,\"total_tokens\":7}}",
                text(response));
        assertEquals(
                "POST /v1/models/gemini-embedding-001:batchEmbedContents HTTP/1.1",
                upstream.requests().getFirst().line());
        assertEquals(
                "{\"requests\":[{\"model\":\"models/gemini-embedding-001\",\"content\":{\"parts\":[{\"text\":\"a\"}]},\"outputDimensionality\":2},"
                        + "{\"model\":\"models/gemini-embedding-001\",\"content\":{\"parts\":[{\"text\":\"b\"}]},\"outputDimensionality\":2}]}",
                upstream.requests().getFirst().text());
        assertEquals("openai-chat to gemini", header(response, "x-portreeve-translation"));
        assertCharged(7, Usage.Basis.REPORTED);
    }

    @Test
    void packed_numbers_are_packed_and_tokens_are_refused() throws Exception {
        start();
        upstream.then(ReplayUpstream.json(200, "{\"embeddings\":[{\"values\":[0.5,-2]}]}"));
        String packed =
                text(post("/v1/embeddings", "{\"model\":\"gem\",\"input\":\"a\",\"encoding_format\":\"base64\"}"));
        ByteBuffer expected = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(0.5f)
                .putFloat(-2);
        assertTrue(
                packed.contains("\"embedding\":\"" + Base64.getEncoder().encodeToString(expected.array()) + "\""),
                packed);
        HttpResponse<byte[]> tokens = post("/v1/embeddings", "{\"model\":\"gem\",\"input\":[1,2]}");
        assertEquals(400, tokens.statusCode(), text(tokens));
        assertTrue(text(tokens).contains("unsupported_parameter"), text(tokens));
        assertEquals(1, upstream.requests().size());
    }

    @Test
    void callers_of_gemini_reach_openais_embeddings() throws Exception {
        start();
        upstream.always(ReplayUpstream.json(200, OPENAI_TWO));
        HttpResponse<byte[]> several = post(
                "/v1beta/models/ada:batchEmbedContents",
                "{\"requests\":[{" + CONTENT + ",\"taskType\":\"RETRIEVAL_QUERY\",\"outputDimensionality\":2},{"
                        + CONTENT + ",\"outputDimensionality\":2}]}");
        assertEquals(
                "{\"embeddings\":[{\"values\":[0.0130,-1]},{\"values\":[0.5,0.25]}],"
                        + "\"usageMetadata\":{\"promptTokenCount\":5,\"totalTokenCount\":5}}",
                text(several));
        assertEquals(
                "POST /v1/embeddings HTTP/1.1", upstream.requests().getFirst().line());
        assertEquals(
                "{\"model\":\"text-embedding-3-small\",\"encoding_format\":\"float\",\"input\":[\"Grüße\",\"Grüße\"],\"dimensions\":2}",
                upstream.requests().getFirst().text());
        await().until(() -> records().contains("taskType: dropped, it has no counterpart"));
        String one = text(post("/v1beta/models/ada:embedContent", "{" + CONTENT + "}"));
        assertTrue(one.startsWith("{\"embedding\":{\"values\":[0.0130,-1]}"), one);
        HttpResponse<byte[]> refused = post(
                "/v1beta/models/ada:batchEmbedContents",
                "{\"requests\":[{" + CONTENT + ",\"outputDimensionality\":2},{" + CONTENT + "}]}");
        assertEquals(400, refused.statusCode(), text(refused));
        assertEquals(
                400,
                post("/v1beta/models/exact:embedContent", "{" + CONTENT + ",\"taskType\":\"CLUSTERING\"}")
                        .statusCode());
        assertEquals(2, upstream.requests().size());
    }

    @Test
    void what_is_no_such_request_and_models_that_have_none_are_refused() throws Exception {
        start();
        for (String bad : List.of("{}", "{\"requests\":[]}", "{\"requests\":[7]}", "{\"requests\":[{}]}", "[", "7")) {
            HttpResponse<byte[]> response = post("/v1beta/models/gem:batchEmbedContents", bad);
            assertEquals(400, response.statusCode(), bad + " " + text(response));
            assertTrue(text(response).contains("INVALID_ARGUMENT"), text(response));
        }
        HttpResponse<byte[]> none = post("/v1beta/models/talker:embedContent", "{" + CONTENT + "}");
        assertEquals(404, none.statusCode(), text(none));
        HttpResponse<byte[]> malformed = post("/v1/embeddings", "{\"model\":\"talker\",\"input\":\"a\"}");
        assertEquals(404, malformed.statusCode(), text(malformed));
        assertEquals(0, upstream.requests().size());
    }

    @Test
    void an_answer_that_is_none_is_an_error_and_charged() throws Exception {
        start();
        upstream.then(ReplayUpstream.json(200, "{\"embeddings\":[{\"values\":\"x\"}]}"));
        assertEquals(
                502,
                post("/v1/embeddings", "{\"model\":\"gem\",\"input\":\"a\"}").statusCode());
    }

    @Test
    void guardrails_read_and_mask_what_is_embedded() throws Exception {
        edge.guardrail(Detector.PII, Position.INPUT, Action.MASK);
        start();
        upstream.always(ReplayUpstream.json(200, TWO));
        post(
                "/v1beta/models/gem:batchEmbedContents",
                "{\"requests\":[{" + CONTENT.replace("Grüße", "write to ana@example.org") + "}]}");
        post("/v1/embeddings", "{\"model\":\"gem\",\"input\":[\"write to ana@example.org\"]}");
        for (ReplayUpstream.Seen seen : upstream.requests()) {
            assertFalse(seen.text().contains("ana@example.org"), seen.text());
            assertTrue(seen.text().contains("write to "), seen.text());
        }
        assertEquals(2, upstream.requests().size());
    }

    @Test
    void the_vendors_sdks_embed_at_each_others_models() throws Exception {
        start();
        try (Client google = Client.builder()
                .apiKey(EdgeFixture.KEY)
                .vertexAI(false)
                .httpOptions(
                        HttpOptions.builder().baseUrl(edge.uri("").toString()).build())
                .build()) {
            for (String model : List.of("gem", "ada")) {
                upstream.then(ReplayUpstream.json(200, model.equals("gem") ? TWO : OPENAI_TWO));
                EmbedContentResponse response = google.models.embedContent(
                        model,
                        List.of("a", "b"),
                        EmbedContentConfig.builder().outputDimensionality(2).build());
                assertEquals(
                        List.of(0.5f, 0.25f),
                        response.embeddings().orElseThrow().get(1).values().orElseThrow());
            }
        }
        OpenAIClient openai = OpenAIOkHttpClient.builder()
                .baseUrl(edge.uri("/v1").toString())
                .apiKey(EdgeFixture.KEY)
                .build();
        upstream.then(ReplayUpstream.json(200, TWO));
        CreateEmbeddingResponse response = openai.embeddings()
                .create(EmbeddingCreateParams.builder()
                        .model("gem")
                        .inputOfArrayOfStrings(List.of("a", "b"))
                        .build());
        openai.close();
        assertEquals(List.of(0.5f, 0.25f), response.data().get(1).embedding());
    }
}
