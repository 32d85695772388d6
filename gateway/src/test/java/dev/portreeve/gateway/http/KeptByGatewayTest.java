package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.RateLimitException;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseItem;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import com.openai.models.responses.inputitems.InputItemListPage;
import com.openai.models.responses.inputitems.InputItemListParams;
import dev.portreeve.audit.AuditEvent;
import dev.portreeve.gateway.model.ReplayUpstream;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.Usage;
import dev.portreeve.policy.guardrail.GuardrailConfig.Action;
import dev.portreeve.policy.guardrail.GuardrailConfig.Detector;
import dev.portreeve.policy.guardrail.GuardrailConfig.Position;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** OpenAI's Java SDK with responses that a chat model's provider does not keep, and the gateway does. */
class KeptByGatewayTest {
    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private OpenAIClient openai;
    private OpenAIClient stranger;
    private Caller caller;

    @BeforeEach
    void start() throws IOException {
        upstream = new ReplayUpstream().always(ReplayUpstream.json(200, answer("hello")));
        begin(fixture());
    }

    private EdgeFixture fixture() {
        return new EdgeFixture()
                .provider("chat", upstream.baseUrl())
                .anthropic("anthropic", upstream.baseUrl())
                .responses("openai", upstream.baseUrl())
                .model("chat", "chat/gpt-5-mini")
                .model("claude", "anthropic/claude-sonnet-4-5")
                .model("own", "openai/gpt-5-mini");
    }

    private void begin(EdgeFixture fixture) {
        edge = fixture.start();
        caller = new Caller(edge);
        openai = client(EdgeFixture.KEY);
        stranger = client(EdgeFixture.STRANGER_KEY);
    }

    private OpenAIClient client(String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(edge.uri("/v1").toString())
                .apiKey(key)
                .maxRetries(0)
                .build();
    }

    @AfterEach
    void stop() throws IOException {
        end();
        upstream.close();
    }

    private void end() {
        openai.close();
        stranger.close();
        caller.close();
        edge.close();
    }

    private static String answer(String text) {
        return "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":"
                + "{\"role\":\"assistant\",\"content\":\"" + text + "\"},\"finish_reason\":\"stop\"}],"
                + "\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":10,\"total_tokens\":30}}";
    }

    private static ResponseCreateParams.Builder ask(String model, String input) {
        return ResponseCreateParams.builder().model(model).input(input).maxOutputTokens(1000);
    }

    private Response create(ResponseCreateParams.Builder params) {
        return openai.responses().create(params.build()).validate();
    }

    private static String said(Response response) {
        StringBuilder text = new StringBuilder();
        response.output().stream()
                .flatMap(item -> item.message().stream())
                .flatMap(message -> message.content().stream())
                .flatMap(content -> content.outputText().stream())
                .forEach(part -> text.append(part.text()));
        return text.toString();
    }

    private String lastSent() {
        return upstream.requests().getLast().text();
    }

    @Test
    void a_response_goes_on_from_another_at_a_provider_that_keeps_none() {
        Response first = create(ask("chat", "my name is Ana").instructions("be brief"));
        upstream.then(ReplayUpstream.json(200, answer("Ana")));
        Response second = create(ask("chat", "who am I?").previousResponseId(first.id()));
        assertEquals("Ana", said(second));
        assertEquals(first.id(), second.previousResponseId().orElseThrow());
        String sent = lastSent();
        assertTrue(
                sent.contains("\"messages\":[{\"role\":\"user\",\"content\":\"my name is"
                        + " Ana\"},{\"role\":\"assistant\",\"content\":\"hello\"},{\"role\":\"user\",\"content\":\"who"
                        + " am I?\"}]"),
                sent);
        assertFalse(sent.contains("be brief"), "instructions are not inherited");
        upstream.then(ReplayUpstream.json(200, answer("still Ana")));
        create(ask("chat", "sure?").previousResponseId(second.id()));
        assertTrue(
                lastSent().contains("\"content\":\"who am I?\"},{\"role\":\"assistant\",\"content\":\"Ana\"}"),
                lastSent());
        long held = ((dev.portreeve.policy.call.LlmCall) edge.purse.held.getLast())
                .estimate()
                .inputTokens();
        assertTrue(held > lastSent().length() - 100, "what is read again is held, too: " + held);
    }

    @Test
    void it_may_go_on_at_any_other_model() {
        Response first = create(ask("chat", "my name is Ana"));
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("anthropic/message.json")));
        Response second = create(ask("claude", "who am I?").previousResponseId(first.id()));
        assertTrue(lastSent().contains("{\"type\":\"text\",\"text\":\"my name is Ana\"}"), lastSent());
        // With a call and its signed thoughts in between, back at a provider that keeps responses itself.
        String callId = second.output().stream()
                .flatMap(item -> item.functionCall().stream())
                .findFirst()
                .orElseThrow()
                .callId();
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("anthropic/message.json")));
        create(ResponseCreateParams.builder()
                .model("claude")
                .previousResponseId(second.id())
                .inputOfResponse(List.of(com.openai.models.responses.ResponseInputItem.ofFunctionCallOutput(
                        com.openai.models.responses.ResponseInputItem.FunctionCallOutput.builder()
                                .callId(callId)
                                .output("found")
                                .build()))));
        assertTrue(lastSent().contains("\"type\":\"tool_result\""), lastSent());
        upstream.then(ReplayUpstream.json(200, answerOfOpenAi()));
        create(ask("own", "and now?").previousResponseId(first.id()));
        String sent = lastSent();
        assertTrue(sent.contains("my name is Ana"), sent);
        assertFalse(sent.contains("previous_response_id"), sent);
    }

    private static String answerOfOpenAi() {
        return "{\"id\":\"resp_theirs\",\"object\":\"response\",\"created_at\":1,\"status\":\"completed\",\"model\":\"m\","
                + "\"error\":null,\"incomplete_details\":null,\"instructions\":null,\"metadata\":{},\"output\":[],"
                + "\"parallel_tool_calls\":true,\"temperature\":1,\"tool_choice\":\"auto\",\"tools\":[],\"top_p\":1,"
                + "\"usage\":{\"input_tokens\":1,\"input_tokens_details\":{\"cached_tokens\":0,\"cache_write_tokens\":0},\"output_tokens\":1,"
                + "\"output_tokens_details\":{\"reasoning_tokens\":0},\"total_tokens\":2}}";
    }

    @Test
    void it_can_be_read_and_deleted_by_its_member_only() {
        Response made = create(ask("chat", "hello")
                .metadata(ResponseCreateParams.Metadata.builder()
                        .putAdditionalProperty("case", com.openai.core.JsonValue.from("7"))
                        .build()));
        Response read = openai.responses().retrieve(made.id()).validate();
        assertEquals(made, read);
        assertTrue(read.metadata().orElseThrow().toString().contains("case=7"), read.toString());
        assertThrows(NotFoundException.class, () -> stranger.responses().retrieve(made.id()));
        assertThrows(NotFoundException.class, () -> stranger.responses().delete(made.id()));
        assertThrows(NotFoundException.class, () -> stranger.responses().cancel(made.id()));
        assertThrows(
                NotFoundException.class, () -> stranger.responses().inputItems().list(made.id()));
        assertEquals(made, openai.responses().cancel(made.id()), "it is over, so there is nothing to cancel");
        openai.responses().delete(made.id());
        assertThrows(NotFoundException.class, () -> openai.responses().retrieve(made.id()));
        BadRequestException gone = assertThrows(
                BadRequestException.class, () -> create(ask("chat", "x").previousResponseId(made.id())));
        assertEquals("previous_response_not_found", gone.code().orElseThrow());
        assertEquals(1, upstream.requests().size(), "the provider hears nothing of all that");
    }

    @Test
    void what_it_read_can_be_listed_in_pages() {
        Response first = create(ask("chat", "one"));
        Response second = create(ask("chat", "two").previousResponseId(first.id()));
        InputItemListPage page = openai.responses()
                .inputItems()
                .list(
                        second.id(),
                        InputItemListParams.builder()
                                .order(InputItemListParams.Order.ASC)
                                .limit(2)
                                .build());
        assertEquals(2, page.items().size());
        List<String> all = new ArrayList<>();
        for (ResponseItem item : page.autoPager()) {
            item.responseInputMessageItem()
                    .ifPresent(message -> all.add(message.content()
                            .getFirst()
                            .inputText()
                            .orElseThrow()
                            .text()));
            item.responseOutputMessage()
                    .ifPresent(message -> all.add(message.content()
                            .getFirst()
                            .outputText()
                            .orElseThrow()
                            .text()));
        }
        assertEquals(List.of("one", "hello", "two"), all);
        assertEquals(
                "two",
                openai.responses()
                        .inputItems()
                        .list(second.id())
                        .items()
                        .getFirst()
                        .responseInputMessageItem()
                        .orElseThrow()
                        .content()
                        .getFirst()
                        .inputText()
                        .orElseThrow()
                        .text(),
                "the latest first");
    }

    @Test
    void a_stream_is_kept_like_an_answer_in_one_piece() {
        upstream.then(ReplayUpstream.events(ReplayUpstream.recorded("chat-stream.txt")));
        ResponseAccumulator accumulator = ResponseAccumulator.create();
        try (StreamResponse<ResponseStreamEvent> stream =
                openai.responses().createStreaming(ask("chat", "hello").build())) {
            stream.stream().map(ResponseStreamEvent::validate).forEach(accumulator::accumulate);
        }
        Response streamed = accumulator.response();
        assertEquals(streamed, openai.responses().retrieve(streamed.id()));
    }

    @Test
    void nothing_is_kept_without_being_asked() {
        Response made = create(ask("chat", "hello").store(false));
        assertThrows(NotFoundException.class, () -> openai.responses().retrieve(made.id()));
        assertEquals(0, edge.conversations.size());
        BadRequestException unkept = assertThrows(
                BadRequestException.class,
                () -> create(ask("chat", "x").store(false).background(true)));
        assertTrue(unkept.getMessage().contains("background"), unkept.getMessage());
    }

    @Test
    void an_operator_may_keep_nothing() throws IOException {
        end();
        begin(fixture().keepingNothing());
        create(ask("chat", "hello"));
        assertEquals(0, edge.conversations.size());
        assertThrows(BadRequestException.class, () -> create(ask("chat", "x").background(true)));
        assertThrows(BadRequestException.class, () -> create(ask("chat", "x").previousResponseId("resp_1")));
    }

    @Test
    void what_guardrails_masked_is_kept_masked_and_read_again_before_it_is_sent() {
        end();
        begin(fixture()
                .guardrail(Detector.PII, Position.INPUT, Action.MASK)
                .guardrail(Detector.PII, Position.OUTPUT, Action.MASK));
        upstream.then(ReplayUpstream.json(200, answer("write to bob@example.org")));
        Response first = create(ask("chat", "I am ana@example.org"));
        assertFalse(said(first).contains("bob@"), said(first));
        String kept = new String(
                edge.conversations
                        .find("acme", "triage-bot", first.id())
                        .orElseThrow()
                        .input(),
                StandardCharsets.UTF_8);
        assertFalse(kept.contains("ana@"), kept);
        create(ask("chat", "go on").previousResponseId(first.id()));
        assertFalse(lastSent().contains("@example.org"), lastSent());
    }

    @Test
    void a_background_response_is_made_while_nobody_waits_and_charged_at_what_it_used() {
        CountDownLatch slow = new CountDownLatch(1);
        upstream.then(exchange -> {
            slow.await();
            exchange.json(200, "", answer("done").getBytes(StandardCharsets.UTF_8));
        });
        Response begun = create(ask("chat", "hello").background(true));
        assertEquals(ResponseStatus.IN_PROGRESS, begun.status().orElseThrow());
        assertTrue(begun.background().orElseThrow());
        BadRequestException early = assertThrows(
                BadRequestException.class, () -> create(ask("chat", "x").previousResponseId(begun.id())));
        assertEquals("previous_response_unfinished", early.code().orElseThrow());
        assertEquals(
                ResponseStatus.IN_PROGRESS,
                openai.responses().retrieve(begun.id()).status().orElseThrow());
        assertEquals(1, openai.responses().inputItems().list(begun.id()).items().size());
        slow.countDown();
        Response done = Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(
                        () -> openai.responses().retrieve(begun.id()),
                        response -> response.status().orElseThrow().equals(ResponseStatus.COMPLETED));
        assertEquals("done", said(done));
        assertEquals(begun.id(), done.id());
        assertTrue(
                edge.purse.settled.contains(new Usage(20, 0, 10, Usage.Basis.REPORTED)), edge.purse.settled.toString());
    }

    @Test
    void a_background_response_can_be_cancelled() throws InterruptedException {
        upstream.then(ReplayUpstream.Exchange::hang);
        Response begun = create(ask("chat", "hello").background(true));
        Response cancelled = openai.responses().cancel(begun.id());
        assertEquals(ResponseStatus.CANCELLED, cancelled.status().orElseThrow());
        assertTrue(upstream.clientLeft(60), "the provider is no longer waited for");
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> !edge.purse.settled.isEmpty());
        assertEquals(
                ResponseStatus.CANCELLED,
                openai.responses().retrieve(begun.id()).status().orElseThrow());
    }

    @Test
    void one_that_fails_says_so() {
        upstream.then(ReplayUpstream.json(500, "{\"error\":{\"message\":\"broken\"}}"));
        Response begun = create(ask("chat", "hello").background(true));
        Response failed = Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(
                        () -> openai.responses().retrieve(begun.id()),
                        response -> response.status().orElseThrow().equals(ResponseStatus.FAILED));
        assertEquals("server_error", failed.error().orElseThrow().code().asString());
    }

    @Test
    void what_is_refused_is_refused_at_once() {
        edge.purse.empty = true;
        RateLimitException refused = assertThrows(
                RateLimitException.class, () -> create(ask("chat", "hello").background(true)));
        assertEquals("insufficient_quota", refused.code().orElseThrow());
        assertEquals(0, edge.conversations.size());
        assertEquals(List.of(), upstream.requests());
    }

    @Test
    void there_is_a_bound_on_how_many_one_member_has_made() {
        upstream.always(ReplayUpstream.Exchange::hang);
        create(ask("chat", "one").background(true));
        create(ask("chat", "two").background(true));
        RateLimitException tooMany = assertThrows(
                RateLimitException.class, () -> create(ask("chat", "three").background(true)));
        assertEquals("too_many_background_responses", tooMany.code().orElseThrow());
    }

    @Test
    void a_gateway_that_stops_settles_what_it_made() throws IOException {
        upstream.always(ReplayUpstream.Exchange::hang);
        Response begun = create(ask("chat", "one").background(true));
        edge.close();
        assertEquals(1, edge.purse.settled.size());
        assertEquals(
                "failed",
                edge.conversations
                        .find("acme", "triage-bot", begun.id())
                        .orElseThrow()
                        .status()
                        .code());
    }

    @Test
    void each_reading_is_a_governed_call_that_costs_nothing() throws Exception {
        Response made = create(ask("chat", "hello"));
        int before = edge.purse.held.size();
        caller.send("GET", "/v1/responses/" + made.id(), Map.of());
        GovernedCall call = edge.purse.held.get(before);
        assertEquals(0, call.estimate().inputTokens());
        AuditEvent record = edge.lastRecord();
        assertFalse(record.toString().contains("hello"));
        String stream = text(caller.send("GET", "/v1/responses/" + made.id() + "?stream=true", Map.of()));
        assertTrue(stream.contains("response.completed"), stream);
        assertEquals(0, edge.purse.held.getLast().estimate().inputTokens());
        assertEquals(before + 2, edge.purse.held.size());
    }
}
