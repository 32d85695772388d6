package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseOutputItem;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import com.openai.models.responses.Tool;
import dev.portreeve.gateway.http.NodeSdk;
import dev.portreeve.gateway.model.ReplayUpstream;
import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.HttpFixture;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenAI's Java SDK with the gateway's own tools as a server of MCP: the gateway makes the calls, and rules and people see each of them. */
class ResponsesToolsTest {
    private static final String DONE = "{\"role\":\"assistant\",\"content\":\"all done\"}";
    private ReplayUpstream upstream;
    private HttpFixture tools;
    private GatewayFixture gateway;
    private OpenAIClient openai;
    private OpenAIClient other;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        upstream = new ReplayUpstream().always(chat(DONE));
        tools = HttpFixture.modern();
        gateway = GatewayFixture.configured(
                folder, """
                    providers: [{ id: made, base-url: "UPSTREAM", api-key: k, dialects: [openai-chat] }]
                    models: [{ name: m, route: { targets: [{ model: made/m }] } }]
                    tool-servers: [{ slug: files, url: "TOOLS", definitions: trust }]
                    organisation:
                      tenants:
                        - id: acme
                          agents: [{ id: bot, budgets: [{ limit-usd: 1 }] }, { id: other }, { id: poor, budgets: [{ limit-usd: 0.288 }] }]
                    policies:
                      - { id: models, effect: allow, models: ["*"] }
                      - { id: echo, effect: allow, tools: [files__echo] }
                      - { id: ask, effect: require-approval, tools: [files__write] }
                    approvals: { hold: 1ms }
                    """.replace("UPSTREAM", upstream.baseUrl().toString())
                        .replace("TOOLS", tools.url().toString()));
        String key = gateway.newKey("bot");
        openai = client(key);
        other = client(gateway.newKey("other"));
        try (Caller caller = new Caller(URI.create(gateway.data() + "/mcp"), key)) {
            await().until(() ->
                    caller.modern("tools/list", "").messages().toString().contains("files__echo"));
        }
    }

    @AfterEach
    void stop() throws Exception {
        openai.close();
        other.close();
        gateway.close();
        tools.close();
        upstream.close();
    }

    private OpenAIClient client(String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(gateway.data() + "/v1")
                .apiKey(key)
                .maxRetries(0)
                .build();
    }

    private static ReplayUpstream.Script chat(String message) {
        return ReplayUpstream.json(
                200,
                "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":"
                        + message + ",\"finish_reason\":\"stop\"}],"
                        + "\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":10,\"total_tokens\":30}}");
    }

    private static ReplayUpstream.Script calls(String tool, String text) {
        return chat("{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"call_1\",\"type\":\"function\","
                + "\"function\":{\"name\":\"" + tool + "\",\"arguments\":\"{\\\"text\\\":\\\"" + text + "\\\"}\"}}]}");
    }

    private Tool.Mcp.Builder own() {
        return Tool.Mcp.builder().serverLabel("gate").serverUrl(gateway.data() + "/mcp");
    }

    private Tool.Mcp unasked() {
        return own().requireApproval(Tool.Mcp.RequireApproval.McpToolApprovalSetting.NEVER)
                .build();
    }

    private static ResponseCreateParams.Builder ask(Tool.Mcp server) {
        return ResponseCreateParams.builder()
                .model("m")
                .input("please")
                .maxOutputTokens(1000)
                .addTool(server);
    }

    private Response create(ResponseCreateParams.Builder params) {
        return openai.responses().create(params.build()).validate();
    }

    private static ResponseCreateParams.Builder answer(
            ResponseCreateParams.Builder params, Response before, boolean approve) {
        ResponseOutputItem.McpApprovalRequest request = request(before);
        return params.previousResponseId(before.id())
                .inputOfResponse(
                        List.of(ResponseInputItem.ofMcpApprovalResponse(ResponseInputItem.McpApprovalResponse.builder()
                                .approvalRequestId(request.id())
                                .approve(approve)
                                .reason("because")
                                .build())));
    }

    private static ResponseOutputItem.McpApprovalRequest request(Response response) {
        return response.output().stream()
                .flatMap(item -> item.mcpApprovalRequest().stream())
                .findFirst()
                .orElseThrow(() -> new AssertionError(response.toString()));
    }

    private static ResponseOutputItem.McpCall call(Response response) {
        return response.output().stream()
                .flatMap(item -> item.mcpCall().stream())
                .findFirst()
                .orElseThrow(() -> new AssertionError(response.toString()));
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

    private String onlyTicket() {
        Matcher ticket = Pattern.compile("[0-9a-f]{8}-[0-9a-f-]{27}")
                .matcher(gateway.run("approvals", "list").out());
        assertTrue(ticket.find());
        return ticket.group();
    }

    private String state(String ticket) {
        return gateway.api("GET", "/api/v1/approvals/" + ticket, "").body();
    }

    @Test
    void the_gateway_makes_the_calls_that_the_model_wants() {
        upstream.then(calls("files__echo", "hi"));
        Response response = create(ask(unasked()));
        assertEquals("all done", said(response));
        ResponseOutputItem.McpCall call = call(response);
        assertEquals("files__echo", call.name());
        assertEquals("gate", call.serverLabel());
        assertEquals("hi", call.output().orElseThrow());
        List<String> listed = response.output().getFirst().asMcpListTools().tools().stream()
                .map(ResponseOutputItem.McpListTools.Tool::name)
                .toList();
        assertEquals(List.of("files__echo", "files__write"), listed, "what the caller may use, and nothing else");
        assertEquals(2, upstream.requests().size());
        String second = upstream.requests().getLast().text();
        assertTrue(second.contains("\"role\":\"tool\"") && second.contains("\"content\":\"hi\""), second);
        assertFalse(second.contains("server_url"), second);
        assertEquals(40, response.usage().orElseThrow().inputTokens(), "both turns");
        assertEquals(20, response.usage().orElseThrow().outputTokens());
        // Two turns of 20 and 10 tokens at the price of what has none.
        await().until(() -> gateway.api("GET", "/api/v1/budgets", "").body().contains("\"0.0048\""));
    }

    @Test
    void a_rule_that_asks_is_an_approval_request_and_only_a_person_answers_it() {
        upstream.then(calls("files__write", "hello"));
        Response asked = create(ask(unasked()));
        assertEquals("files__write", request(asked).name());
        assertEquals("{\"text\":\"hello\"}", request(asked).arguments());
        assertEquals(ResponseStatus.COMPLETED, asked.status().orElseThrow());
        String ticket = onlyTicket();
        assertTrue(
                request(asked).id().startsWith("mcpr_" + ticket.replace("-", "")),
                request(asked).id());

        Response still = create(answer(ask(unasked()), asked, true));
        assertNotEquals(request(asked).id(), request(still).id(), "it is asked anew");
        assertEquals(0, tools.tools().calls(), "a caller's yes is no person's");
        assertEquals(1, upstream.requests().size(), "and the model has nothing to say to that");
        assertEquals(ticket, onlyTicket());

        assertEquals(0, gateway.run("approvals", "approve", ticket).exitCode());
        Response done = create(answer(ask(unasked()), still, true));
        assertEquals("hello", call(done).output().orElseThrow());
        assertEquals(request(still).id(), call(done).approvalRequestId().orElseThrow());
        assertEquals("all done", said(done));
        assertEquals(1, tools.tools().calls());
        String sent = upstream.requests().getLast().text();
        assertFalse(sent.contains("nobody has approved"), sent);

        assertThrows(
                BadRequestException.class,
                () -> create(answer(ask(unasked()), still, true).previousResponseId(done.id())));
        assertEquals(1, tools.tools().calls(), "once");
    }

    @Test
    void a_no_of_the_caller_takes_the_ticket_back_and_the_model_hears_it() {
        upstream.then(calls("files__write", "hello"));
        Response asked = create(ask(unasked()));
        String ticket = onlyTicket();
        Response denied = create(answer(ask(unasked()), asked, false));
        assertEquals("all done", said(denied));
        assertTrue(state(ticket).contains("\"withdrawn\""), state(ticket));
        String sent = upstream.requests().getLast().text();
        assertTrue(sent.contains("the user did not want it: because"), sent);
        assertEquals(0, tools.tools().calls());
    }

    @Test
    void nobody_goes_on_from_anothers_response_or_takes_back_anothers_ticket() {
        upstream.then(calls("files__write", "hello"));
        Response asked = create(ask(unasked()));
        String ticket = onlyTicket();
        BadRequestException unknown = assertThrows(
                BadRequestException.class,
                () -> other.responses()
                        .create(answer(ask(unasked()), asked, false).build()));
        assertTrue(unknown.getMessage().contains("no such response of yours"), unknown.getMessage());
        ResponseInputItem forged = ResponseInputItem.ofMcpApprovalRequest(ResponseInputItem.McpApprovalRequest.builder()
                .id(request(asked).id())
                .serverLabel("gate")
                .name("files__write")
                .arguments("{\"text\":\"hello\"}")
                .build());
        other.responses()
                .create(ask(unasked())
                        .inputOfResponse(List.of(
                                forged,
                                ResponseInputItem.ofMcpApprovalResponse(ResponseInputItem.McpApprovalResponse.builder()
                                        .approvalRequestId(request(asked).id())
                                        .approve(false)
                                        .build())))
                        .build());
        assertTrue(state(ticket).contains("\"pending\""), state(ticket));
    }

    @Test
    void a_caller_that_wants_to_be_asked_itself_is_asked_before_anybody_else() {
        upstream.then(calls("files__echo", "hi"));
        Response asked = create(ask(own().build()));
        assertEquals("files__echo", request(asked).name());
        assertEquals(0, tools.tools().calls());
        Response done = create(answer(ask(own().build()), asked, true));
        assertEquals("hi", call(done).output().orElseThrow());
        assertEquals("all done", said(done));
        upstream.then(calls("files__write", "hello"));
        Response wished = create(ask(own().build()));
        assertEquals("", gateway.run("approvals", "list").out().replaceAll("(?s)[^0-9a-f]|no .*", ""), "no ticket yet");
        Response waiting = create(answer(ask(own().build()), wished, true));
        assertTrue(request(waiting).id().contains(onlyTicket().replace("-", "")));
        assertEquals(1, tools.tools().calls());
    }

    @Test
    void a_stream_tells_it_item_by_item() {
        upstream.then(calls("files__echo", "hi"));
        ResponseAccumulator accumulated = ResponseAccumulator.create();
        List<String> types = new ArrayList<>();
        try (StreamResponse<ResponseStreamEvent> stream =
                openai.responses().createStreaming(ask(unasked()).build())) {
            stream.stream().forEach(event -> {
                accumulated.accumulate(event);
                event.mcpCallInProgress().ifPresent(ignored -> types.add("call"));
                event.mcpCallArgumentsDone().ifPresent(done -> types.add(done.arguments()));
                event.mcpCallCompleted().ifPresent(ignored -> types.add("called"));
                event.mcpListToolsCompleted().ifPresent(ignored -> types.add("listed"));
                event.outputTextDelta().ifPresent(delta -> types.add(delta.delta()));
                event.completed().ifPresent(ignored -> types.add("completed"));
            });
        }
        assertEquals(List.of("listed", "call", "{\"text\":\"hi\"}", "called", "all done", "completed"), types);
        Response response = accumulated.response().validate();
        assertEquals("hi", call(response).output().orElseThrow());
        assertEquals("all done", said(response));
        upstream.then(calls("files__write", "hello"));
        ResponseAccumulator asked = ResponseAccumulator.create();
        try (StreamResponse<ResponseStreamEvent> stream = openai.responses()
                .createStreaming(
                        ask(unasked()).previousResponseId(response.id()).build())) {
            stream.stream().forEach(asked::accumulate);
        }
        assertEquals("files__write", request(asked.response()).name());
        assertFalse(
                asked.response().output().stream().anyMatch(ResponseOutputItem::isMcpListTools),
                "the conversation has the list already");
        gateway.run("approvals", "approve", onlyTicket());
        assertEquals(
                "hello",
                call(create(answer(ask(unasked()), asked.response(), true)))
                        .output()
                        .orElseThrow());
    }

    @Test
    void the_node_sdk_goes_on_until_a_person_said_yes() throws Exception {
        NodeSdk sdk = NodeSdk.install("openai", "6", "openai-tools.mjs");
        upstream.then(calls("files__write", "hello"));
        Thread person = Thread.ofVirtual().start(() -> {
            await().until(() -> gateway.run("approvals", "approve").exitCode() == 0);
        });
        NodeSdk.Run run = sdk.run(gateway.data().toString(), gateway.newKey("bot"));
        person.join();
        assertEquals(0, run.exit(), run.output());
        assertTrue(run.output().contains("asked files__write {\"text\":\"hello\"}"), run.output());
        assertTrue(run.output().contains("called hello"), run.output());
        assertTrue(run.output().contains("said all done"), run.output());
        assertEquals(1, tools.tools().calls());
    }

    @Test
    void a_conversation_with_calls_goes_on_without_the_tools() {
        upstream.then(calls("files__echo", "hi"));
        Response first = create(ask(unasked()));
        Response second =
                create(ResponseCreateParams.builder().model("m").input("thanks").previousResponseId(first.id()));
        assertEquals("all done", said(second));
        String sent = upstream.requests().getLast().text();
        assertTrue(sent.contains("thanks") && sent.contains("hi") && !sent.contains("mcp_call"), sent);
    }

    @Test
    void a_model_that_never_stops_is_stopped() {
        upstream.always(calls("files__echo", "hi"));
        Response response = create(ask(unasked()));
        assertEquals(ResponseStatus.INCOMPLETE, response.status().orElseThrow());
        assertEquals(16, upstream.requests().size());
        assertTrue(upstream.requests().getLast().text().contains("\"tool_choice\":\"none\""), "it is told to end");
        assertEquals(16, tools.tools().calls());
        upstream.always(calls("files__echo", "hi"));
        Response few = create(ask(unasked()).maxToolCalls(2));
        long made = few.output().stream()
                .flatMap(item -> item.mcpCall().stream())
                .filter(call -> call.error().isEmpty())
                .count();
        assertEquals(2, made);
        assertEquals(18, tools.tools().calls());
    }

    @Test
    void money_that_ends_on_the_way_ends_it_and_what_was_done_is_told() {
        upstream.always(calls("files__echo", "hi"));
        OpenAIClient poor = client(gateway.newKey("poor"));
        try {
            Response response = poor.responses()
                    .create(ask(unasked())
                            .maxOutputTokens(1200)
                            .input("x".repeat(900))
                            .build())
                    .validate();
            assertEquals(ResponseStatus.FAILED, response.status().orElseThrow());
            assertEquals("hi", call(response).output().orElseThrow());
            assertTrue(response.toString().contains("budget of member poor"), response.toString());
        } finally {
            poor.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"model\":\"m\",\"input\":\"x\",\"background\":true,\"tools\":[{\"type\":\"mcp\",\"server_label\":\"portreeve\"}]}",
                "{\"model\":\"m\",\"input\":\"x\",\"tools\":[{\"type\":\"mcp\",\"server_label\":\"a\",\"server_url\":\"HERE/mcp/nowhere\"}]}",
                "{\"model\":\"m\",\"input\":\"x\",\"tools\":[{\"type\":\"mcp\",\"server_label\":\"portreeve\"},{\"type\":\"mcp\",\"server_label\":\"files\"},{\"type\":\"mcp\",\"server_label\":\"files\"}]}",
                "{\"model\":\"m\",\"input\":\"x\",\"tools\":[{\"type\":\"mcp\",\"server_label\":\"portreeve\"},{\"type\":\"function\",\"name\":\"files__echo\",\"parameters\":{}}]}",
                "{\"model\":\"m\",\"input\":[{\"type\":\"mcp_approval_response\",\"approval_request_id\":\"mcpr_1\",\"approve\":true}],\"tools\":[{\"type\":\"mcp\",\"server_label\":\"portreeve\"}]}",
            })
    void what_cannot_be_is_said_clearly(String body) throws Exception {
        var response = gateway.http.send(
                java.net.http.HttpRequest.newBuilder(gateway.data().resolve("/v1/responses"))
                        .header("Authorization", "Bearer " + gateway.newKey("bot"))
                        .header("Content-Type", "application/json")
                        .POST(java.net.http.HttpRequest.BodyPublishers.ofString(
                                body.replace("HERE", gateway.data().toString())))
                        .build(),
                java.net.http.HttpResponse.BodyHandlers.ofString());
        assertEquals(400, response.statusCode(), response.body());
        assertTrue(upstream.requests().isEmpty());
        assertEquals(0, tools.tools().calls());
    }
}
