package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseOutputItem;
import com.openai.models.responses.ResponseStreamEvent;
import com.openai.models.responses.Tool;
import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.HttpFixture;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The gateway's own tools at a provider that speaks Responses and keeps them: the conversation is the gateway's, over rounds and turns. */
class ResponsesToolsAtKeeperTest {
    private KeepingProvider provider;
    private HttpFixture tools;
    private GatewayFixture gateway;
    private OpenAIClient openai;
    private OpenAIClient other;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        provider = new KeepingProvider();
        tools = HttpFixture.modern();
        gateway = GatewayFixture.configured(
                folder, """
                    providers: [{ id: keeper, base-url: "UPSTREAM", api-key: k, dialects: [openai-responses] }]
                    models: [{ name: m, route: { targets: [{ model: keeper/m }] } }]
                    tool-servers: [{ slug: files, url: "TOOLS", definitions: trust }]
                    organisation:
                      tenants: [ { id: acme, agents: [ { id: bot, budgets: [ { limit-usd: 1 } ] }, { id: other } ] } ]
                    policies:
                      - { id: models, effect: allow, models: ["*"] }
                      - { id: echo, effect: allow, tools: [files__echo] }
                      - { id: ask, effect: require-approval, tools: [files__write] }
                    approvals: { hold: 1ms }
                    """.replace("UPSTREAM", provider.baseUrl().toString())
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
        provider.close();
    }

    private OpenAIClient client(String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(gateway.data() + "/v1")
                .apiKey(key)
                .maxRetries(0)
                .build();
    }

    private static ResponseCreateParams.Builder plain(String input) {
        return ResponseCreateParams.builder().model("m").input(input).maxOutputTokens(1000);
    }

    private ResponseCreateParams.Builder ask(String input) {
        return plain(input)
                .addTool(Tool.Mcp.builder()
                        .serverLabel("gate")
                        .serverUrl(gateway.data() + "/mcp")
                        .requireApproval(Tool.Mcp.RequireApproval.McpToolApprovalSetting.NEVER)
                        .build());
    }

    /** Unary, or as a stream told to its end. */
    private Response create(ResponseCreateParams.Builder params, boolean streamed) {
        if (!streamed) {
            return openai.responses().create(params.build()).validate();
        }
        ResponseAccumulator accumulated = ResponseAccumulator.create();
        try (StreamResponse<ResponseStreamEvent> stream = openai.responses().createStreaming(params.build())) {
            stream.stream().forEach(accumulated::accumulate);
        }
        return accumulated.response().validate();
    }

    private static ResponseOutputItem.McpApprovalRequest request(Response response) {
        return response.output().stream()
                .flatMap(item -> item.mcpApprovalRequest().stream())
                .findFirst()
                .orElseThrow(() -> new AssertionError(response.toString()));
    }

    private static List<String> called(Response response) {
        return response.output().stream()
                .flatMap(item -> item.mcpCall().stream())
                .map(call -> call.output().orElse("failed"))
                .toList();
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

    private ResponseCreateParams.Builder answer(Response before) {
        return ask("").previousResponseId(before.id())
                .inputOfResponse(
                        List.of(ResponseInputItem.ofMcpApprovalResponse(ResponseInputItem.McpApprovalResponse.builder()
                                .approvalRequestId(request(before).id())
                                .approve(true)
                                .build())));
    }

    private String onlyTicket() {
        Matcher ticket = Pattern.compile("[0-9a-f]{8}-[0-9a-f-]{27}")
                .matcher(gateway.run("approvals", "list").out());
        assertTrue(ticket.find());
        return ticket.group();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void several_turns_a_person_and_rounds_by_ids(boolean streamed) {
        provider.calls("files__echo", "one").calls("files__echo", "two").calls("files__write", "three");
        Response asked = create(ask("please"), streamed);
        assertEquals(List.of("one", "two"), called(asked));
        assertEquals("files__write", request(asked).name());
        assertEquals(60, asked.usage().orElseThrow().inputTokens(), "of three turns");
        assertEquals(30, asked.usage().orElseThrow().outputTokens());
        assertFalse(asked.id().contains("provider"), "the provider's own ids are nobody's: " + asked.id());

        Response still = create(answer(asked), streamed);
        assertEquals(3, provider.asked().size(), "the model has nothing to say while nobody decided");
        assertEquals(0, gateway.run("approvals", "approve", onlyTicket()).exitCode());
        Response done = create(answer(still), streamed);
        assertEquals(List.of("three"), called(done));
        assertEquals("all done", said(done));
        assertEquals(20, done.usage().orElseThrow().inputTokens(), "of this round alone");
        assertEquals(still.id(), done.previousResponseId().orElseThrow());

        Response again = create(ask("and now").previousResponseId(done.id()), streamed);
        assertEquals("all done", said(again));
        String sent = provider.asked().getLast().toString();
        for (String word : List.of("please", "one", "two", "three", "all done", "and now")) {
            assertTrue(sent.contains(word), word + " is missing in " + sent);
        }
        assertEquals(0, provider.kept(), "what the gateway makes, it keeps itself");
        // Five turns of 20 and 10 tokens at the price of what has none, each charged once.
        await().until(() -> gateway.api("GET", "/api/v1/budgets", "").body().contains("\"0.012\""));
    }

    @Test
    void what_was_made_is_read_and_deleted_by_its_owner() {
        provider.calls("files__echo", "one");
        Response made = create(ask("please"), false);
        Response read = openai.responses().retrieve(made.id());
        assertEquals(made.output(), read.output());
        assertEquals(made.usage(), read.usage());
        assertThrows(NotFoundException.class, () -> other.responses().retrieve(made.id()));
        assertThrows(
                BadRequestException.class,
                () -> other.responses()
                        .create(ask("x").previousResponseId(made.id()).build()));
        openai.responses().delete(made.id());
        assertThrows(NotFoundException.class, () -> openai.responses().retrieve(made.id()));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_conversation_goes_on_with_and_without_the_tools(boolean streamed) {
        Response first = create(plain("I am Ann"), streamed);
        assertEquals(1, provider.kept(), "without the tools it is the provider's to keep");
        provider.calls("files__echo", "one");
        Response second = create(ask("please").previousResponseId(first.id()), streamed);
        assertEquals(List.of("one"), called(second));
        assertEquals(
                first.id(),
                provider.asked().getLast().path("previous_response_id").asString());
        Response third = create(ask("more").previousResponseId(second.id()), streamed);
        assertEquals(
                first.id(),
                provider.asked().getLast().path("previous_response_id").asString());
        assertTrue(provider.asked().getLast().toString().contains("please"));
        Response fourth = create(plain("thanks").previousResponseId(third.id()), streamed);
        assertEquals(
                first.id(),
                provider.asked().getLast().path("previous_response_id").asString());
        assertTrue(provider.asked().getLast().toString().contains("more"));
        assertEquals(2, provider.kept());
        Response fifth = create(ask("bye").previousResponseId(fourth.id()), streamed);
        assertEquals(
                fourth.id(),
                provider.asked().getLast().path("previous_response_id").asString());
        assertFalse(provider.asked().getLast().toString().contains("please"), "the provider has that");
        assertEquals("all done", said(fifth));
        BadRequestException anothers = assertThrows(
                BadRequestException.class,
                () -> other.responses()
                        .create(ask("x").previousResponseId(first.id()).build()));
        assertTrue(anothers.getMessage().contains("no such response of yours"), anothers.getMessage());
    }
}
