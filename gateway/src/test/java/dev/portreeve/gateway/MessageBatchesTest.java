package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.models.messages.MessageParam;
import com.anthropic.models.messages.batches.BatchCreateParams;
import com.anthropic.models.messages.batches.MessageBatch;
import com.anthropic.models.messages.batches.MessageBatchIndividualResponse;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Anthropic's Message Batches through the whole gateway, against a provider that behaves as Anthropic does. */
class MessageBatchesTest {
    /** What one answer costs: 7 tokens in and 5 out at the batch tier's half of $1 and $2. */
    private static final BigDecimal EACH = new BigDecimal("0.0000085");

    private static final JsonMapper JSON = JsonMapper.shared();

    private MessageBatchServer upstream;
    private GatewayFixture fixture;
    private String key;

    @TempDir
    Path folder;

    @BeforeEach
    void start() throws IOException {
        upstream = new MessageBatchServer();
        Files.writeString(folder.resolve("prices.yaml"), """
            version: test-1
            models:
              claude/*: { input: "1", output: "2", batch-input: "0.5", batch-output: "1" }
            """);
        fixture = GatewayFixture.configured(folder, configuration(upstream.base(), "0.01"));
        key = fixture.newKey("bot");
    }

    private String configuration(String base, String limit) {
        return """
            providers:
              - { id: claude, kind: openai-compatible, base-url: "BASE", api-key: "sk-upstream", dialects: [anthropic-messages],
                  auth: x-api-key }
              - { id: demo, kind: demo }
            models:
              - { name: claude, route: { targets: [{ model: claude/claude-x }] } }
              - { name: secret, route: { targets: [{ model: claude/claude-x }] } }
              - { name: parrot, route: { targets: [{ model: demo/parrot }] } }
            prices: { file: PRICES }
            organisation:
              tenants:
                - id: acme
                  budgets: [ { limit-usd: LIMIT } ]
                  agents: [ { id: bot }, { id: other } ]
            policies:
              - { id: models, effect: allow, models: [claude, parrot] }
            guardrails:
              - { id: no-mail, detect: pii, entities: [email], on: [input, output], action: block }
            batches: { look-every: 100ms, max-items: 200, max-open: 3 }
            """.replace("BASE", base)
                .replace("LIMIT", limit)
                .replace("PRICES", folder.resolve("prices.yaml").toString());
    }

    @AfterEach
    void stop() {
        fixture.close();
        upstream.close();
    }

    private HttpResponse<String> send(String method, String path, String body, String with)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(fixture.data().resolve(path))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .header("x-api-key", with)
                .header("anthropic-version", "2023-06-01")
                .header("content-type", "application/json")
                .build();
        return fixture.http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private JsonNode ok(String method, String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(method, path, body, key);
        assertEquals(200, answer.statusCode(), answer.body());
        return JSON.readTree(answer.body());
    }

    private String create(int items) throws IOException, InterruptedException {
        return ok("POST", "/v1/messages/batches", MessageBatchServer.request(items, "claude"))
                .path("id")
                .asString();
    }

    private void awaitEnd(String id) {
        Awaitility.await()
                .until(() -> ok("GET", "/v1/messages/batches/" + id, "")
                        .path("processing_status")
                        .asString()
                        .equals("ended"));
    }

    private Map<String, JsonNode> results(String id) throws IOException, InterruptedException {
        HttpResponse<String> answer = send("GET", "/v1/messages/batches/" + id + "/results", "", key);
        assertEquals(200, answer.statusCode(), answer.body());
        return answer.body()
                .lines()
                .map(JSON::readTree)
                .collect(Collectors.toMap(line -> line.path("custom_id").asString(), line -> line.path("result")));
    }

    private JsonNode reconciled() {
        JsonNode verdict =
                JSON.readTree(fixture.run("budgets", "reconcile", "-o", "json").out());
        assertTrue(verdict.path("agrees").asBoolean(false), verdict.toString());
        return verdict;
    }

    private BigDecimal ledger() {
        return new BigDecimal(reconciled().path("ledger_usd").asString());
    }

    private boolean holdsNothing() {
        return fixture.isTrue("SELECT bool_and(held_nanos = 0) FROM policy.budget_window");
    }

    @Test
    void everyItemIsHeldSettledAndAnsweredOnce() throws Exception {
        upstream.ends = id -> switch (id) {
            case "i1" -> MessageBatchServer.errored(id);
            case "i2" -> MessageBatchServer.bare(id, "canceled");
            case "i3" -> MessageBatchServer.bare(id, "expired");
            default -> MessageBatchServer.succeeded(id, MessageBatchServer.SAID);
        };
        JsonNode made = ok("POST", "/v1/messages/batches", MessageBatchServer.request(6, "claude"));
        String id = made.path("id").asString();
        assertTrue(id.startsWith("msgbatch_"), id);
        assertEquals("in_progress", made.path("processing_status").asString());
        assertEquals(6, made.path("request_counts").path("processing").asInt());
        assertTrue(made.path("results_url").isNull(), made.toString());
        // The provider's own name of the model, the caller's bytes otherwise.
        assertEquals(
                "claude-x", upstream.only().get(0).path("params").path("model").asString());
        assertFalse(holdsNothing());
        assertEquals(
                400,
                send("GET", "/v1/messages/batches/" + id + "/results", "", key).statusCode());
        upstream.endAll();
        awaitEnd(id);
        JsonNode ended = ok("GET", "/v1/messages/batches/" + id, "");
        assertEquals(3, ended.path("request_counts").path("succeeded").asInt(), ended.toString());
        assertEquals(1, ended.path("request_counts").path("errored").asInt());
        assertEquals(1, ended.path("request_counts").path("canceled").asInt());
        assertEquals(1, ended.path("request_counts").path("expired").asInt());
        assertTrue(ended.path("results_url").asString().endsWith(id + "/results"), ended.toString());
        Map<String, JsonNode> results = results(id);
        assertEquals(6, results.size());
        assertEquals(
                MessageBatchServer.SAID,
                results.get("i0")
                        .path("message")
                        .path("content")
                        .get(0)
                        .path("text")
                        .asString());
        assertEquals("errored", results.get("i1").path("type").asString());
        assertEquals(
                "no",
                results.get("i1").path("error").path("error").path("message").asString());
        assertEquals(results, results(id), "they may be read again");
        assertTrue(holdsNothing());
        assertEquals(0, EACH.multiply(new BigDecimal(3)).compareTo(ledger()));
        List<String> rows = fixture.run("budgets", "statement", "--format", "csv")
                .out()
                .lines()
                .toList();
        assertEquals(3, rows.stream().filter(row -> row.contains("0.0000085")).count(), rows.toString());
    }

    @Test
    void theSdkOfItsVendorWorks() {
        AnthropicClient client = AnthropicOkHttpClient.builder()
                .baseUrl(fixture.data().toString())
                .apiKey(key)
                .maxRetries(0)
                .build();
        MessageBatch made = client.messages()
                .batches()
                .create(BatchCreateParams.builder()
                        .addRequest(BatchCreateParams.Request.builder()
                                .customId("one")
                                .params(BatchCreateParams.Request.Params.builder()
                                        .model("claude")
                                        .maxTokens(50)
                                        .addMessage(MessageParam.builder()
                                                .role(MessageParam.Role.USER)
                                                .content("hello")
                                                .build())
                                        .build())
                                .build())
                        .build());
        upstream.endAll();
        awaitEnd(made.id());
        assertEquals(
                1,
                client.messages().batches().retrieve(made.id()).requestCounts().succeeded());
        assertEquals(
                made.id(), client.messages().batches().list().items().getFirst().id());
        try (StreamResponse<MessageBatchIndividualResponse> lines =
                        client.messages().batches().resultsStreaming(made.id());
                Stream<MessageBatchIndividualResponse> each = lines.stream()) {
            List<MessageBatchIndividualResponse> all = each.toList();
            assertEquals("one", all.getFirst().customId());
            assertTrue(all.getFirst().result().isSucceeded());
        }
        assertEquals(made.id(), client.messages().batches().delete(made.id()).id());
        assertEquals(0, client.messages().batches().list().items().size());
    }

    @Test
    void whatOneItemMayNotIsRefusedForAllAndNothingStaysHeld() throws Exception {
        // Too little for all, enough for most.
        HttpResponse<String> dear = send("POST", "/v1/messages/batches", MessageBatchServer.request(40, "claude"), key);
        assertEquals(429, dear.statusCode(), dear.body());
        assertTrue(dear.body().contains("item \\\"i"), dear.body());
        HttpResponse<String> blocked = send(
                "POST",
                "/v1/messages/batches",
                MessageBatchServer.request(3, "claude").replace("is it so? 1", "say ana@example.com"),
                key);
        assertEquals(400, blocked.statusCode(), blocked.body());
        assertTrue(blocked.body().contains("item \\\"i1\\\""), blocked.body());
        HttpResponse<String> forbidden =
                send("POST", "/v1/messages/batches", MessageBatchServer.request(2, "secret"), key);
        assertEquals(403, forbidden.statusCode(), forbidden.body());
        HttpResponse<String> nowhere =
                send("POST", "/v1/messages/batches", MessageBatchServer.request(2, "parrot"), key);
        assertEquals(400, nowhere.statusCode(), nowhere.body());
        assertEquals(0, upstream.batches());
        assertTrue(holdsNothing());
        assertTrue(fixture.isTrue("SELECT count(*) = 0 FROM gateway.batch"));
        assertEquals(0, ledger().signum());
    }

    @Test
    void badRequestsSayWhichItem() throws Exception {
        for (String bad : List.of(
                "{}",
                "{\"requests\":[]}",
                "{\"requests\":[{\"custom_id\":\"a b\",\"params\":{}}]}",
                "{\"requests\":[{\"custom_id\":\"a\"}]}",
                "{\"requests\":[{\"custom_id\":\"a\",\"params\":{\"model\":\"claude\"}}]}",
                MessageBatchServer.request(1, "nothing"),
                MessageBatchServer.request(1, "claude").replace("\"max_tokens\"", "\"stream\":true,\"max_tokens\""),
                MessageBatchServer.request(2, "claude").replace("\"i1\"", "\"i0\""),
                MessageBatchServer.request(201, "claude"))) {
            int status = send("POST", "/v1/messages/batches", bad, key).statusCode();
            assertTrue(status == 400 || status == 404, bad.substring(0, Math.min(80, bad.length())) + " " + status);
        }
        assertEquals(0, upstream.asked.size());
        assertTrue(fixture.isTrue("SELECT count(*) = 0 FROM gateway.batch"));
    }

    @Test
    void anotherMembersBatchIsNotThere() throws Exception {
        String id = create(1);
        String other = fixture.newKey("other");
        for (String[] each : new String[][] {
            {"GET", ""}, {"DELETE", ""}, {"POST", "/cancel"}, {"GET", "/results"},
        }) {
            assertEquals(
                    404,
                    send(each[0], "/v1/messages/batches/" + id + each[1], "", other)
                            .statusCode());
        }
        assertEquals(
                0,
                JSON.readTree(send("GET", "/v1/messages/batches", "", other).body())
                        .path("data")
                        .size());
        // Another key of the same member may.
        String second = fixture.newKey("bot");
        assertEquals(200, send("GET", "/v1/messages/batches/" + id, "", second).statusCode());
    }

    @Test
    void pagesOfAListGoBothWays() throws Exception {
        String first = create(1);
        String second = create(1);
        String third = create(1);
        assertEquals(
                429,
                send("POST", "/v1/messages/batches", MessageBatchServer.request(1, "claude"), key)
                        .statusCode());
        JsonNode newest = ok("GET", "/v1/messages/batches?limit=2", "");
        assertEquals(third, newest.path("first_id").asString());
        assertEquals(second, newest.path("last_id").asString());
        assertTrue(newest.path("has_more").asBoolean(false));
        JsonNode older = ok("GET", "/v1/messages/batches?limit=2&after_id=" + second, "");
        assertEquals(first, older.path("first_id").asString());
        assertFalse(older.path("has_more").asBoolean(true));
        JsonNode newer = ok("GET", "/v1/messages/batches?limit=1&before_id=" + first, "");
        assertEquals(second, newer.path("first_id").asString());
        assertTrue(newer.path("has_more").asBoolean(false));
        assertEquals(400, send("GET", "/v1/messages/batches?limit=0", "", key).statusCode());
        assertEquals(
                400, send("GET", "/v1/messages/batches?after_id=x", "", key).statusCode());
    }

    @Test
    void aCancelledBatchIsPassedOnAndSettled() throws Exception {
        String id = create(2);
        assertEquals(400, send("DELETE", "/v1/messages/batches/" + id, "", key).statusCode());
        JsonNode canceling = ok("POST", "/v1/messages/batches/" + id + "/cancel", "");
        assertEquals("canceling", canceling.path("processing_status").asString());
        assertFalse(canceling.path("cancel_initiated_at").isNull());
        Awaitility.await().until(() -> upstream.standing().equals("canceling"));
        upstream.ends = item -> MessageBatchServer.bare(item, "canceled");
        upstream.endAll();
        awaitEnd(id);
        assertTrue(holdsNothing());
        assertEquals(0, ledger().signum());
        assertEquals(1, upstream.count("POST .*/cancel"), "said once");
    }

    @Test
    void whoIsStoppedHasNoNewBatchesAndItsOldOnesAreCancelled() throws Exception {
        String id = create(1);
        assertEquals(0, fixture.run("stop", "agent:bot", "--reason", "ran away").exitCode());
        Awaitility.await().until(() -> upstream.standing().equals("canceling"));
        HttpResponse<String> refused =
                send("POST", "/v1/messages/batches", MessageBatchServer.request(1, "claude"), key);
        assertEquals(403, refused.statusCode(), refused.body());
        upstream.endAll();
        awaitEnd(id);
        assertEquals(0, EACH.compareTo(ledger()), "what was made is paid");
    }

    @Test
    void whatAGuardrailWithholdsIsPaidAndNotSaid() throws Exception {
        upstream.ends = item -> MessageBatchServer.succeeded(item, item.equals("i0") ? "say ana@example.com" : "fine");
        String id = create(2);
        upstream.endAll();
        awaitEnd(id);
        Map<String, JsonNode> results = results(id);
        assertEquals("errored", results.get("i0").path("type").asString(), results.toString());
        assertFalse(results.toString().contains("ana@example"), results.toString());
        assertEquals("succeeded", results.get("i1").path("type").asString());
        assertEquals(0, EACH.multiply(new BigDecimal(2)).compareTo(ledger()));
    }

    @Test
    void aProviderThatRefusesCostsNothingAndOneThatIsCutStaysHeld() throws Exception {
        upstream.sending = 400;
        HttpResponse<String> refused =
                send("POST", "/v1/messages/batches", MessageBatchServer.request(2, "claude"), key);
        assertEquals(400, refused.statusCode(), refused.body());
        assertTrue(refused.body().contains("\"bad\""), refused.body());
        assertTrue(holdsNothing());
        upstream.sending = -1;
        HttpResponse<String> cut = send("POST", "/v1/messages/batches", MessageBatchServer.request(2, "claude"), key);
        assertEquals(504, cut.statusCode(), cut.body());
        assertEquals("false", cut.headers().firstValue("x-should-retry").orElse(""));
        assertFalse(holdsNothing(), "it may have been made");
        reconciled();
        JsonNode listed = ok("GET", "/v1/messages/batches", "");
        assertEquals(1, listed.path("data").size());
        String lost = listed.path("first_id").asString();
        // Its time is over.
        fixture.execute("UPDATE policy.hold SET expires_at = now() - interval '1 second' WHERE resolved IS NULL");
        fixture.execute("UPDATE gateway.batch SET expires_at = now() - interval '1 second', look_at = now()");
        awaitEnd(lost);
        Awaitility.await().until(this::holdsNothing);
        assertTrue(fixture.isTrue("SELECT count(*) = 2 FROM policy.later_posting WHERE kind = 'assumed'"));
        assertEquals("errored", results(lost).get("i0").path("type").asString());
        assertTrue(ledger().signum() > 0);
    }

    @Test
    void resultsThatBreakOffAreReadAgainAndWhatTheyLeaveOutIsChargedAsHeld() throws Exception {
        upstream.cutAfter = 3;
        String id = create(6);
        upstream.endAll();
        Awaitility.await().until(() -> upstream.count("GET .*/results") >= 2);
        assertEquals(
                "in_progress",
                ok("GET", "/v1/messages/batches/" + id, "")
                        .path("processing_status")
                        .asString());
        upstream.ends = item -> item.equals("i5") ? null : MessageBatchServer.succeeded(item, "fine");
        upstream.cutAfter = Integer.MAX_VALUE;
        awaitEnd(id);
        assertEquals("errored", results(id).get("i5").path("type").asString());
        assertEquals("succeeded", results(id).get("i0").path("type").asString());
        assertTrue(holdsNothing());
        BigDecimal all = ledger();
        assertTrue(all.compareTo(EACH.multiply(new BigDecimal(5))) > 0, all.toString());
        assertTrue(
                fixture.isTrue(
                        "SELECT count(*) = 1 FROM audit.record WHERE kind = 'call.closed' AND position('assumed'::bytea IN leaf) > 0"));
    }

    @Test
    void aRestartInTheMiddleChangesNothing() throws Exception {
        String id = create(3);
        fixture.gateway.close();
        upstream.endAll();
        try (GatewayFixture again = fixture.beside(
                Files.createDirectories(folder.resolve("again")), configuration(upstream.base(), "0.01"))) {
            Awaitility.await().until(this::holdsNothing);
            Awaitility.await().until(() -> again.isTrue("SELECT bool_and(state = 'settled') FROM gateway.batch"));
            HttpRequest request = HttpRequest.newBuilder(
                            again.data().resolve("/v1/messages/batches/" + id + "/results"))
                    .header("x-api-key", key)
                    .build();
            HttpResponse<String> answer = again.http.send(request, HttpResponse.BodyHandlers.ofString());
            assertEquals(3, answer.body().lines().count(), answer.body());
            assertTrue(again.isTrue("SELECT count(*) = 3 FROM policy.later_posting WHERE kind = 'settled'"));
            assertTrue(again.isTrue("SELECT count(*) = 3 FROM audit.record WHERE kind = 'call.closed'"
                    + " AND position('batch.results'::bytea IN leaf) = 0 AND position('usage'::bytea IN leaf) > 0"));
        }
    }

    @Test
    void twoGatewaysSettleOnce() throws Exception {
        try (GatewayFixture second = fixture.beside(
                Files.createDirectories(folder.resolve("second")), configuration(upstream.base(), "0.01"))) {
            String id = create(12);
            upstream.endAll();
            awaitEnd(id);
            // Settled, and the mark is lost: whoever comes next settles again, and nothing happens twice.
            for (int i = 0; i < 3; i++) {
                fixture.execute("UPDATE gateway.batch_item SET state = 'open', sealed = NULL WHERE ordinal % 2 = 0");
                fixture.execute("UPDATE gateway.batch SET state = 'running', settled_at = NULL, look_at = now(),"
                        + " owned_until = now() - interval '1 second'");
                awaitEnd(id);
            }
            assertEquals(12, results(id).size());
            assertTrue(second.isTrue("SELECT count(*) = 12 FROM policy.later_posting"));
            assertTrue(second.isTrue("SELECT count(*) = 12 FROM audit.record WHERE kind = 'call.closed'"
                    + " AND position('\"settlement\":\"settled\"'::bytea IN leaf) > 0"));
            assertTrue(holdsNothing());
            assertEquals(0, EACH.multiply(new BigDecimal(12)).compareTo(ledger()));
        }
    }

    @Test
    void whatADeadGatewayHeldAndDidNotSendIsGivenBack() throws Exception {
        String id = create(3);
        assertFalse(holdsNothing());
        // As if it had died before it sent.
        fixture.execute("UPDATE gateway.batch SET state = 'preparing', provider_batch = NULL, look_at = now(),"
                + " owned_until = now() - interval '1 second'");
        Awaitility.await().until(this::holdsNothing);
        Awaitility.await().until(() -> fixture.isTrue("SELECT count(*) = 0 FROM gateway.batch"));
        assertEquals(404, send("GET", "/v1/messages/batches/" + id, "", key).statusCode());
        assertEquals(0, ledger().signum());
        assertTrue(fixture.isTrue("SELECT count(*) = 3 FROM audit.record WHERE kind = 'call.closed'"
                + " AND position('batch_refused'::bytea IN leaf) > 0"));
    }

    @Test
    void underNoBudgetEachItemIsRecordedOnceAllTheSame() throws Exception {
        fixture.execute("UPDATE policy.budget SET retired_at = now()");
        fixture.execute("UPDATE policy.revision SET number = number + 1 WHERE subject = 'budget'");
        Awaitility.await().until(() -> {
            String id = create(2);
            boolean free = fixture.isTrue("SELECT count(*) > 0 FROM policy.held_call WHERE budget_ids IS NULL");
            upstream.endAll();
            awaitEnd(id);
            return free;
        });
        long closed = 0;
        for (int i = 0; i < 2; i++) {
            fixture.execute("UPDATE gateway.batch_item SET state = 'open', sealed = NULL");
            fixture.execute("UPDATE gateway.batch SET state = 'running', settled_at = NULL, look_at = now(),"
                    + " owned_until = now() - interval '1 second'");
            Awaitility.await().until(() -> fixture.isTrue("SELECT bool_and(state = 'settled') FROM gateway.batch"));
            closed++;
        }
        assertEquals(2, closed);
        assertTrue(fixture.isTrue("SELECT bool_and(n = 1) FROM (SELECT count(*) AS n FROM audit.record"
                + " WHERE kind = 'call.closed' GROUP BY call_id) each"));
    }
}
