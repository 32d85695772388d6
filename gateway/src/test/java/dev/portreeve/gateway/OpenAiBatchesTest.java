package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.MultipartField;
import com.openai.core.http.HttpResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.batches.Batch;
import com.openai.models.batches.BatchCreateParams;
import com.openai.models.batches.BatchListPage;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FileObject;
import com.openai.models.files.FilePurpose;
import dev.portreeve.gateway.config.ConfigFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** OpenAI's Java SDK with files and batches through the whole gateway, against a provider that behaves as OpenAI does. */
class OpenAiBatchesTest {
    /** 20 tokens in and 10 out at the batch tier's half of $1 and $2 for a million. */
    private static final BigDecimal EACH = new BigDecimal("0.00002");

    private static final JsonMapper JSON = JsonMapper.shared();

    private OpenAiBatchServer upstream;
    private GatewayFixture fixture;
    private String key;
    private OpenAIClient openai;

    @TempDir
    Path folder;

    @BeforeEach
    void start() throws IOException {
        upstream = new OpenAiBatchServer();
        Files.writeString(folder.resolve("prices.yaml"), """
            version: test-1
            models:
              up/*: { input: "1", output: "2", batch-input: "0.5", batch-output: "1" }
            """);
        fixture = GatewayFixture.configured(
                folder, """
            providers:
              - { id: up, base-url: "BASE", api-key: "sk-upstream", dialects: [openai-chat, openai-responses], batches: true }
              - { id: plain, base-url: "BASE", api-key: "sk-upstream" }
              - { id: demo, kind: demo }
            models:
              - { name: fast, route: { targets: [{ model: plain/gpt-5-mini }, { model: up/gpt-5-mini }] } }
              - { name: secret, route: { targets: [{ model: up/gpt-5-mini }] } }
              - { name: parrot, route: { targets: [{ model: demo/parrot }] } }
            prices: { file: PRICES }
            organisation:
              tenants:
                - id: acme
                  budgets: [ { limit-usd: 0.01 } ]
                  agents: [ { id: bot }, { id: other } ]
            policies:
              - { id: models, effect: allow, models: [fast, parrot] }
            guardrails:
              - { id: no-mail, detect: pii, entities: [email], on: [input, output], action: block }
            batches: { look-every: 100ms, max-items: 50 }
            """.replace("BASE", upstream.baseUrl().toString())
                        .replace("PRICES", folder.resolve("prices.yaml").toString()));
        key = fixture.newKey("bot");
        openai = client(key, fixture.data());
    }

    private static OpenAIClient client(String key, URI data) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(data.resolve("/v1").toString())
                .apiKey(key)
                .maxRetries(0)
                .build();
    }

    @AfterEach
    void stop() {
        openai.close();
        fixture.close();
        upstream.close();
    }

    private static String line(String customId, String model, String text) {
        return "{\"custom_id\":\"" + customId
                + "\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{\"model\":\"" + model
                + "\",\"max_tokens\":100,\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}}";
    }

    private static String lines(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> line("r" + i, "fast", "question " + i))
                .collect(Collectors.joining("\n"));
    }

    private FileObject upload(String content) {
        return openai.files()
                .create(FileCreateParams.builder()
                        .purpose(FilePurpose.BATCH)
                        .file(MultipartField.<InputStream>builder()
                                .value(new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8)))
                                .filename("requests.jsonl")
                                .build())
                        .build());
    }

    private Batch create(String content, String endpoint) {
        return openai.batches()
                .create(BatchCreateParams.builder()
                        .inputFileId(upload(content).id())
                        .endpoint(BatchCreateParams.Endpoint.of(endpoint))
                        .completionWindow(BatchCreateParams.CompletionWindow._24H)
                        .metadata(BatchCreateParams.Metadata.builder()
                                .putAdditionalProperty("night", JsonValue.from("7"))
                                .build())
                        .build())
                .validate();
    }

    private Batch create(String content) {
        return create(content, "/v1/chat/completions");
    }

    private Batch await(OpenAIClient client, String id, String status) {
        Awaitility.await()
                .until(() -> client.batches().retrieve(id).status().asString().equals(status));
        return client.batches().retrieve(id).validate();
    }

    private Map<String, JsonNode> content(OpenAIClient client, String file) throws IOException {
        try (HttpResponse response = client.files().content(file);
                InputStream in = response.body()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(JSON::readTree)
                    .collect(Collectors.toMap(line -> line.path("custom_id").asString(), each -> each));
        }
    }

    private BigDecimal ledger() {
        JsonNode verdict =
                JSON.readTree(fixture.run("budgets", "reconcile", "-o", "json").out());
        assertTrue(verdict.path("agrees").asBoolean(false), verdict.toString());
        return new BigDecimal(verdict.path("ledger_usd").asString());
    }

    private boolean holdsNothing() {
        return fixture.isTrue("SELECT coalesce(bool_and(held_nanos = 0), true) FROM policy.budget_window");
    }

    private String only() {
        assertEquals(1, upstream.batches().size());
        return upstream.batches().getFirst();
    }

    @Test
    void uploadBatchPollContent() throws Exception {
        Batch made = create(lines(4));
        assertTrue(made.id().startsWith("batch_"), made.id());
        assertEquals("in_progress", made.status().asString());
        assertEquals("/v1/chat/completions", made.endpoint());
        assertEquals(86_400, made.expiresAt().orElseThrow() - made.createdAt());
        assertTrue(made.metadata().orElseThrow().toString().contains("night"), made.toString());
        assertFalse(holdsNothing());
        JsonNode sent = upstream.lines(only()).get("r1");
        assertEquals("gpt-5-mini", sent.path("body").path("model").asString(), "as the provider names it");
        assertEquals("/v1/chat/completions", sent.path("url").asString());
        upstream.is(only(), "in_progress");
        upstream.ends(
                only(),
                "completed",
                List.of(
                        OpenAiBatchServer.answered("r0", "zero", 20, 10),
                        OpenAiBatchServer.answered("r2", "write to ana@example.com", 20, 10),
                        OpenAiBatchServer.answered("r1", "one", 20, 10)),
                List.of(
                        "{\"id\":\"batch_req_2\",\"custom_id\":\"r3\",\"response\":{\"status_code\":400,\"request_id\":\"req\","
                                + "\"body\":{\"error\":{\"message\":\"no\",\"type\":\"invalid_request_error\"}}},\"error\":null}"));
        Batch done = await(openai, made.id(), "completed");
        assertEquals(2, done.requestCounts().orElseThrow().completed());
        assertEquals(2, done.requestCounts().orElseThrow().failed());
        assertEquals(4, done.requestCounts().orElseThrow().total());
        Map<String, JsonNode> output = content(openai, done.outputFileId().orElseThrow());
        assertEquals(2, output.size());
        JsonNode answer = output.get("r1").path("response");
        assertEquals(200, answer.path("status_code").asInt());
        assertEquals("one", answer.at("/body/choices/0/message/content").asString());
        assertTrue(output.get("r1").path("error").isNull());
        Map<String, JsonNode> errors = content(openai, done.errorFileId().orElseThrow());
        assertEquals("no", errors.get("r3").at("/response/body/error/message").asString());
        assertEquals(
                "content_policy_violation",
                errors.get("r2").at("/response/body/error/code").asString(),
                "a guardrail withheld it, though it is paid for");
        assertEquals(
                "batch_output",
                openai.files()
                        .retrieve(done.outputFileId().orElseThrow())
                        .purpose()
                        .asString());
        assertEquals(3, openai.files().list().data().size());
        assertTrue(holdsNothing());
        assertEquals(0, EACH.multiply(new BigDecimal(3)).compareTo(ledger()));
    }

    @Test
    void whatWasDeletedDoesNotComeBack() {
        Batch made = create(lines(1));
        upstream.ends(only(), "completed", List.of(OpenAiBatchServer.answered("r0", "zero", 20, 10)), List.of());
        String output = await(openai, made.id(), "completed").outputFileId().orElseThrow();
        openai.files().delete(output);
        assertEquals(output, openai.batches().retrieve(made.id()).outputFileId().orElseThrow());
        assertThrows(NotFoundException.class, () -> openai.files().retrieve(output));
    }

    @Test
    void batchesAndTheirFilesAreTheirOwnersOnly() {
        Batch made = create(lines(1));
        upstream.ends(only(), "completed", List.of(OpenAiBatchServer.answered("r0", "zero", 20, 10)), List.of());
        Batch done = await(openai, made.id(), "completed");
        OpenAIClient other = client(fixture.newKey("other"), fixture.data());
        assertThrows(NotFoundException.class, () -> other.batches().retrieve(made.id()));
        assertThrows(NotFoundException.class, () -> other.batches().cancel(made.id()));
        assertEquals(List.of(), other.batches().list().data());
        assertThrows(
                NotFoundException.class,
                () -> other.files().content(done.outputFileId().orElseThrow()));
        NotFoundException refused = assertThrows(
                NotFoundException.class,
                () -> other.batches()
                        .create(BatchCreateParams.builder()
                                .inputFileId(made.inputFileId())
                                .endpoint(BatchCreateParams.Endpoint.V1_CHAT_COMPLETIONS)
                                .completionWindow(BatchCreateParams.CompletionWindow._24H)
                                .build()));
        assertTrue(String.valueOf(refused.getMessage()).contains("no such file of yours"), refused.getMessage());
        other.close();
    }

    @Test
    void listsHaveBothDialectsInOneOrder() {
        String first = create(lines(1)).id();
        String second = create(
                        "{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/v1/responses\",\"body\":{\"model\":\"fast\",\"store\":false,\"input\":\"hi\",\"max_output_tokens\":9}}",
                        "/v1/responses")
                .id();
        String third = create(
                        "{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/v1/embeddings\",\"body\":{\"model\":\"fast\",\"input\":\"hi\"}}",
                        "/v1/embeddings")
                .id();
        BatchListPage page = openai.batches()
                .list(com.openai.models.batches.BatchListParams.builder()
                        .limit(2)
                        .build());
        assertEquals(List.of(third, second), page.data().stream().map(Batch::id).toList());
        assertEquals(
                List.of(third, second, first),
                page.autoPager().stream().map(Batch::id).toList());
        assertEquals("/v1/embeddings", openai.batches().retrieve(third).endpoint());
        assertEquals("/v1/responses", openai.batches().retrieve(second).endpoint());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            POST          | PUT                       | line 2 (custom_id "r1"): "method" must be POST
            /v1/chat/comp | /v1/embed                 | line 2 (custom_id "r1"): its url is not the batch's endpoint
            "r1"          | "r0"                      | line 2 (custom_id "r0"): an earlier line has the same custom_id
            "fast"        | "other"                   | line 2 (custom_id "r1"): all requests of a batch go to one model
            "max_tokens"  | "stream":true,"max_tokens"| line 2 (custom_id "r1"): "stream" is of no use in a batch
            "max_tokens"  | "service_tier":"priority","max_tokens" | a batch is a tier of service by itself
            question 1    | write to ana@example.com  | line 2 "r1": guardrail
            }]}}          | }]}                       | line 2 (custom_id "r1"): it is not valid json
            "custom_id"   | "id"                      | line 2: "id" is not known
            """)
    void oneBadLineRefusesAllAndHoldsNothing(String part, String instead, String words) {
        String second = line("r1", "fast", "question 1").replace(part, instead);
        String file = line("r0", "fast", "question 0") + "\n" + second + "\n" + line("r2", "fast", "question 2");
        BadRequestException refused = assertThrows(BadRequestException.class, () -> create(file));
        assertTrue(String.valueOf(refused.getMessage()).contains(words), refused.getMessage());
        assertEquals(List.of(), upstream.requests);
        assertTrue(holdsNothing());
        assertEquals(0, ledger().signum());
    }

    @Test
    void whatIsTooMuchOrNotAllowedOrNowhereIsRefused() {
        OpenAIServiceException dear = assertThrows(
                OpenAIServiceException.class,
                () -> create(lines(49).replace("\"max_tokens\":100", "\"max_tokens\":1000")));
        assertEquals(429, dear.statusCode());
        assertTrue(String.valueOf(dear.getMessage()).contains("line "), dear.getMessage());
        OpenAIServiceException forbidden =
                assertThrows(OpenAIServiceException.class, () -> create(line("r0", "secret", "hi")));
        assertEquals(403, forbidden.statusCode());
        OpenAIServiceException nowhere =
                assertThrows(OpenAIServiceException.class, () -> create(line("r0", "parrot", "hi")));
        assertTrue(
                String.valueOf(nowhere.getMessage()).contains("no provider that takes batches"), nowhere.getMessage());
        OpenAIServiceException many = assertThrows(OpenAIServiceException.class, () -> create(lines(51)));
        assertTrue(String.valueOf(many.getMessage()).contains("at most 50"), many.getMessage());
        assertEquals(List.of(), upstream.requests);
        assertTrue(holdsNothing());
        assertEquals(0, ledger().signum());
    }

    @Test
    void aCancelledBatchGivesBackWhatWasNotBegun() throws Exception {
        Batch made = create(lines(3));
        assertEquals("cancelling", openai.batches().cancel(made.id()).status().asString());
        Awaitility.await().until(() -> upstream.requests.stream().anyMatch(request -> request.endsWith("/cancel")));
        upstream.ends(only(), "cancelled", List.of(OpenAiBatchServer.answered("r1", "one", 20, 10)), List.of());
        Batch done = await(openai, made.id(), "cancelled");
        assertEquals(1, done.requestCounts().orElseThrow().completed());
        assertEquals(1, content(openai, done.outputFileId().orElseThrow()).size());
        assertEquals(
                "batch_cancelled",
                content(openai, done.errorFileId().orElseThrow())
                        .get("r2")
                        .at("/error/code")
                        .asString());
        assertTrue(holdsNothing());
        assertEquals(0, EACH.compareTo(ledger()));
        assertEquals(
                1,
                upstream.requests.stream()
                        .filter(request -> request.endsWith("/cancel"))
                        .count());
    }

    @Test
    void expiredAndFailedItemsAreReleased() throws Exception {
        Batch expired = create(lines(2));
        upstream.ends(
                only(),
                "expired",
                List.of(OpenAiBatchServer.answered("r1", "one", 20, 10)),
                List.of(
                        "{\"id\":\"x\",\"custom_id\":\"r0\",\"response\":null,\"error\":{\"code\":\"batch_expired\",\"message\":\"late\"}}"));
        Batch done = await(openai, expired.id(), "expired");
        assertEquals(
                "batch_expired",
                content(openai, done.errorFileId().orElseThrow())
                        .get("r0")
                        .at("/error/code")
                        .asString());
        Batch failed = create(lines(2));
        upstream.ends(upstream.batches().getLast(), "failed", List.of(), List.of());
        Batch none = await(openai, failed.id(), "completed");
        assertEquals(2, none.requestCounts().orElseThrow().failed());
        assertFalse(none.outputFileId().isPresent());
        assertTrue(holdsNothing());
        assertEquals(0, EACH.compareTo(ledger()));
    }

    @Test
    void aBatchOutlivesItsGateway() throws Exception {
        Batch made = create(lines(2));
        fixture.gateway.close();
        upstream.ends(
                only(),
                "completed",
                List.of(
                        OpenAiBatchServer.answered("r0", "zero", 20, 10),
                        OpenAiBatchServer.answered("r1", "one", 20, 10)),
                List.of());
        try (Gateway again =
                Gateway.start(ConfigFile.read(folder.resolve("portreeve.yaml"), name -> null), Clock.systemUTC())) {
            OpenAIClient client = client(key, again.dataUrl());
            Batch done = await(client, made.id(), "completed");
            assertEquals(
                    "one",
                    content(client, done.outputFileId().orElseThrow())
                            .get("r1")
                            .at("/response/body/choices/0/message/content")
                            .asString());
            assertEquals(2, content(client, made.inputFileId()).size(), "files are as durable as batches");
            assertTrue(holdsNothing());
            assertEquals(0, EACH.multiply(new BigDecimal(2)).compareTo(ledger()));
            client.close();
        }
    }
}
