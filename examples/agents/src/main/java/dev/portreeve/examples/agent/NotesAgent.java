package dev.portreeve.examples.agent;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionMessageToolCall;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.Content;
import io.modelcontextprotocol.spec.McpSchema.Implementation;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * An agent in one file: it plans with a model through {@code /v1} (the official OpenAI SDK) and acts with tools through
 * {@code /mcp} (the official MCP SDK). One key opens both. What it knows of the gateway: a tool call may have to wait for
 * a person, and a budget may be used up.
 *
 * <pre>PORTREEVE_KEY=prk_… java -cp portreeve-examples.jar dev.portreeve.examples.agent.NotesAgent GATEWAY MODEL TASK</pre>
 */
public final class NotesAgent implements AutoCloseable {
    private static final int MAX_STEPS = 12;
    private static final String TICKET = "dev.portreeve/approval-ticket";
    private static final String EXPIRES_AT = "dev.portreeve/approval-expires-at";
    private static final String REASON = "dev.portreeve/reason";

    private final OpenAIClient models;
    private final McpSyncClient tools;
    private final String model;
    private final Duration pause;
    private final PrintStream log;

    /** The gateway says that there is no money left: trying again is of no use until the budget's window ends. */
    public static final class OutOfBudget extends Exception {
        private static final long serialVersionUID = 1L;

        OutOfBudget(String message) {
            super(message);
        }
    }

    /**
     * Connects to both endpoints.
     *
     * @param pause how long to wait before asking again for a call that a person has not decided yet
     * @param log what the agent does, one line a step
     */
    public NotesAgent(URI gateway, String key, String model, Duration pause, PrintStream log) {
        this.model = model;
        this.pause = pause;
        this.log = log;
        models = OpenAIOkHttpClient.builder()
                .baseUrl(gateway.resolve("/v1").toString())
                .apiKey(key)
                .build();
        HttpRequest.Builder request = HttpRequest.newBuilder().header("Authorization", "Bearer " + key);
        tools = McpClient.sync(HttpClientStreamableHttpTransport.builder(gateway.toString())
                        .endpoint("/mcp")
                        .requestBuilder(request)
                        .build())
                .clientInfo(Implementation.builder("notes-agent", "1.0.0").build())
                .requestTimeout(Duration.ofMinutes(2))
                .build();
        tools.initialize();
    }

    /**
     * Works on a task until the model has no more tool calls.
     *
     * @return the model's last words
     * @throws OutOfBudget the gateway refused a call because a budget is used up
     * @throws OpenAIServiceException the model call failed for another reason
     */
    public String run(String task) throws OutOfBudget, InterruptedException {
        ChatCompletionCreateParams.Builder conversation = ChatCompletionCreateParams.builder()
                .model(model)
                .maxCompletionTokens(1000)
                .addSystemMessage("You keep the user's notes. Use the tools; say in one sentence what you did.")
                .addUserMessage(task);
        for (Tool tool : tools.listTools().tools()) {
            conversation.addFunctionTool(asFunction(tool));
        }
        for (int step = 0; step < MAX_STEPS; step++) {
            ChatCompletionMessage message = plan(conversation.build());
            conversation.addMessage(message);
            List<ChatCompletionMessageToolCall> calls = message.toolCalls().orElse(List.of());
            if (calls.isEmpty()) {
                return message.content().orElse("");
            }
            for (ChatCompletionMessageToolCall call : calls) {
                ChatCompletionMessageFunctionToolCall function = call.asFunction();
                conversation.addMessage(ChatCompletionToolMessageParam.builder()
                        .toolCallId(function.id())
                        .content(act(function.function()))
                        .build());
            }
        }
        return "stopped after " + MAX_STEPS + " steps";
    }

    private ChatCompletionMessage plan(ChatCompletionCreateParams conversation) throws OutOfBudget {
        try {
            return models.chat()
                    .completions()
                    .create(conversation)
                    .choices()
                    .getFirst()
                    .message();
        } catch (OpenAIServiceException refused) {
            if (refused.code().filter("insufficient_quota"::equals).isPresent()) {
                throw new OutOfBudget(String.valueOf(refused.getMessage()));
            }
            throw refused;
        }
    }

    /** Calls a tool; what goes wrong is told to the model, which may have a better idea. */
    private String act(ChatCompletionMessageFunctionToolCall.Function function)
            throws OutOfBudget, InterruptedException {
        log.println("tool " + function.name() + " " + function.arguments());
        CallToolRequest request;
        try {
            request = CallToolRequest.builder(function.name())
                    .arguments(McpJsonDefaults.getMapper(), function.arguments())
                    .build();
        } catch (RuntimeException notJson) {
            return "these arguments are not a JSON object";
        }
        try {
            CallToolResult result = callUntilDecided(request);
            if ("budget_exhausted".equals(meta(result, REASON))) {
                throw new OutOfBudget(text(result));
            }
            return (Boolean.TRUE.equals(result.isError()) ? "error: " : "") + text(result);
        } catch (McpError unknown) {
            return "error: " + unknown.getMessage();
        }
    }

    /** Repeats exactly the same call while a person has not decided: the gateway recognises it and runs it once. */
    private CallToolResult callUntilDecided(CallToolRequest request) throws InterruptedException {
        CallToolResult result = tools.callTool(request);
        while (!meta(result, TICKET).isEmpty() && Instant.now().isBefore(Instant.parse(meta(result, EXPIRES_AT)))) {
            log.println("waits for a person to decide about ticket " + meta(result, TICKET));
            Thread.sleep(pause);
            result = tools.callTool(request);
        }
        return result;
    }

    private static FunctionDefinition asFunction(Tool tool) {
        FunctionParameters.Builder parameters = FunctionParameters.builder();
        tool.inputSchema().forEach((name, value) -> parameters.putAdditionalProperty(name, JsonValue.from(value)));
        FunctionDefinition.Builder function =
                FunctionDefinition.builder().name(tool.name()).parameters(parameters.build());
        return (tool.description() == null ? function : function.description(tool.description())).build();
    }

    private static String text(CallToolResult result) {
        return result.content().stream()
                .map((Content content) ->
                        content instanceof TextContent text ? text.text() : "(" + content.type() + ")")
                .collect(Collectors.joining("\n"));
    }

    private static String meta(CallToolResult result, String name) {
        Map<String, Object> meta = result.meta();
        return meta == null || meta.get(name) == null ? "" : String.valueOf(meta.get(name));
    }

    @Override
    public void close() {
        tools.closeGracefully();
        models.close();
    }

    /** Exit code 0 with the model's answer, 3 when a budget is used up, 2 when called wrongly. */
    public static void main(String[] args) throws InterruptedException {
        String key = System.getenv("PORTREEVE_KEY");
        if (args.length != 3 || key == null) {
            System.err.println("usage: PORTREEVE_KEY=prk_… NotesAgent GATEWAY-URL MODEL TASK");
            System.exit(2);
        }
        int status = 0;
        try (NotesAgent agent =
                new NotesAgent(URI.create(args[0]), String.valueOf(key), args[1], Duration.ofSeconds(2), System.err)) {
            System.out.println(agent.run(args[2]));
        } catch (OutOfBudget spent) {
            System.err.println("out of budget: " + spent.getMessage());
            status = 3;
        }
        // The OpenAI SDK's connection pool keeps its threads for a minute.
        System.exit(status);
    }
}
