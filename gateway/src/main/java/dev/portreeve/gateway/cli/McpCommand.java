package dev.portreeve.gateway.cli;

import dev.portreeve.hub.credential.CredentialSource;
import dev.portreeve.hub.outbound.NameResolver;
import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.outbound.Reach;
import dev.portreeve.hub.south.Answered;
import dev.portreeve.hub.south.HttpTarget;
import dev.portreeve.hub.south.HttpToolServer;
import dev.portreeve.hub.south.Meanwhile;
import dev.portreeve.hub.south.Party;
import dev.portreeve.hub.south.ServerRequest;
import dev.portreeve.hub.south.ServerVoice;
import dev.portreeve.hub.south.SouthLimits;
import dev.portreeve.hub.south.ToolServerFault;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code portreeve mcp list|call}: an MCP client for the shell, in whichever era the server speaks. */
@Command(
        name = "mcp",
        description = "list and call tools through the gateway, or on any MCP server",
        mixinStandardHelpOptions = true)
public final class McpCommand {
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private final Terminal terminal;

    public McpCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Which server, as whom, and for how long. */
    static final class Target {
        @Mixin
        private ServerOptions server = new ServerOptions();

        @Option(names = "--url", description = "the MCP endpoint (default: /mcp of the running server)")
        private @Nullable URI url;

        @Option(names = "--key", description = "a virtual key (default: the variable PORTREEVE_KEY)")
        private @Nullable String key;

        @Option(
                names = "--timeout",
                paramLabel = "SECONDS",
                defaultValue = "60",
                description = "default: ${DEFAULT-VALUE}")
        private int timeoutSeconds = 60;
    }

    @Command(name = "list", description = "the tools this key may use", mixinStandardHelpOptions = true)
    int list(@Mixin Target target) {
        List<RawJson> tools = with(target, server -> server.list(deadline(target)));
        if (target.server.json()) {
            tools.forEach(tool -> terminal.line(tool.toString()));
            return 0;
        }
        List<List<String>> rows = new ArrayList<>();
        for (RawJson tool : tools) {
            JsonNode tree = tool.tree();
            String description = tree.path("description").asString("");
            String first = description.lines().findFirst().orElse("");
            rows.add(List.of(tree.path("name").asString(""), first));
        }
        terminal.table(List.of("TOOL", "WHAT IT DOES"), rows);
        return 0;
    }

    @Command(name = "call", description = "call one tool and print what it answers", mixinStandardHelpOptions = true)
    int call(
            @Mixin Target target,
            @Parameters(index = "0", paramLabel = "TOOL") String tool,
            @Parameters(
                            index = "1..*",
                            arity = "0..*",
                            paramLabel = "NAME=VALUE",
                            description = "arguments; a value that is JSON is taken as such, anything else as text")
                    List<String> pairs,
            @Option(names = "--args", paramLabel = "JSON", description = "all arguments as one JSON object") @Nullable
                    String json) {
        RawJson arguments = json == null ? RawJson.of(arguments(pairs == null ? List.of() : pairs)) : RawJson.of(json);
        ServerRequest request = ServerRequest.call(tool, arguments, false, Map.of());
        Answered answer =
                with(target, server -> server.ask(Party.GATEWAY, request, Meanwhile.NOTHING, deadline(target)));
        return switch (answer) {
            case Answered.Result result -> print(result.result(), target.server.json());
            case Answered.Refusal refusal ->
                throw new CliFailure(
                        CliFailure.NO,
                        refusal.error().message() + " (error " + refusal.error().code() + ")");
        };
    }

    private int print(RawJson result, boolean json) {
        JsonNode tree = result.tree();
        boolean failed = tree.path("isError").asBoolean(false);
        if (json) {
            terminal.line(result.toString());
            return failed ? CliFailure.NO : 0;
        }
        for (JsonNode content : tree.path("content")) {
            String text = content.path("type").asString("").equals("text")
                    ? content.path("text").asString("")
                    : "(" + content.path("type").asString("") + " content, shown with -o json)";
            if (failed) {
                terminal.bad(text);
            } else {
                terminal.line(text);
            }
        }
        return failed ? CliFailure.NO : 0;
    }

    private <R> R with(Target target, Function<HttpToolServer, R> use) {
        URI url = target.url == null ? target.server.listeners(terminal).data().resolve("/mcp") : target.url;
        String given = target.key == null ? terminal.environment().apply("PORTREEVE_KEY") : target.key;
        if (given == null || given.isEmpty()) {
            throw new CliFailure(
                    CliFailure.USAGE, "no key: give --key, or set PORTREEVE_KEY; portreeve keys create makes one");
        }
        // Whoever types an address may go wherever they like.
        HttpTarget gate = new HttpTarget(
                url, Reach.PRIVATE, CredentialSource.bearer(new Secret(given)).credential(null));
        try (AlarmClock alarms = new AlarmClock();
                OutboundHttp http = OutboundHttp.create(CONNECT, NameResolver.SYSTEM, alarms);
                HttpToolServer server = new HttpToolServer(
                        "portreeve", gate, http, alarms, SouthLimits.DEFAULT, false, ServerVoice.UNHEARD)) {
            return use.apply(server);
        } catch (ToolServerFault fault) {
            throw new CliFailure(
                    CliFailure.UNREACHABLE, url + ": " + fault.fault().detail(), fault);
        }
    }

    private static Deadline deadline(Target target) {
        return Deadline.in(Duration.ofSeconds(target.timeoutSeconds));
    }

    private static ObjectNode arguments(List<String> pairs) {
        ObjectNode arguments = JsonMapper.shared().createObjectNode();
        for (String pair : pairs) {
            int split = pair.indexOf('=');
            if (split < 1) {
                throw new CliFailure(CliFailure.USAGE, "\"" + pair + "\" is not of the form name=value");
            }
            arguments.set(pair.substring(0, split), value(pair.substring(split + 1)));
        }
        return arguments;
    }

    private static JsonNode value(String text) {
        try {
            JsonNode node = JsonMapper.shared().readTree(text);
            return node.isMissingNode() ? JsonMapper.shared().getNodeFactory().stringNode(text) : node;
        } catch (JacksonException plainText) {
            return JsonMapper.shared().getNodeFactory().stringNode(text);
        }
    }
}
