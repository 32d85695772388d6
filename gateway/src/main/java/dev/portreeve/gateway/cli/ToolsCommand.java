package dev.portreeve.gateway.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code portreeve tools list|diff|accept|reject|servers}. */
@Command(
        name = "tools",
        description = "see what tool servers say about their tools, and accept or reject it",
        mixinStandardHelpOptions = true)
public final class ToolsCommand {
    private static final int HASH_SHOWN = 12;
    private final Terminal terminal;

    public ToolsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** About which tools, and what to say. */
    static final class Choice {
        @Parameters(
                arity = "0..*",
                paramLabel = "TOOL",
                description = "as the list names it: slug__tool; a slug alone means all of its tools that wait")
        private @Nullable List<String> names;

        @Option(names = "--hash", description = "only if this is still the definition (or its beginning), for one tool")
        private @Nullable String hash;

        @Option(names = "--as", paramLabel = "NAME", description = "who decides, for the record")
        private @Nullable String by;

        @Option(names = "--reason", description = "goes into the record")
        private @Nullable String reason;
    }

    @Command(
            name = "list",
            description = "every tool the servers offer (with --waiting only what nobody has looked at)",
            mixinStandardHelpOptions = true)
    int list(@Mixin ServerOptions server, @Option(names = "--waiting") boolean waiting) {
        try (AdminClient client = server.connect(terminal)) {
            JsonNode answer = client.get("/api/v1/tools" + (waiting ? "?state=waiting" : ""));
            if (server.json()) {
                terminal.line(answer.toString());
                return 0;
            }
            List<List<String>> rows = new ArrayList<>();
            for (JsonNode tool : answer.path("tools")) {
                rows.add(List.of(
                        tool.path("name").asString(),
                        tool.path("verdict").asString(),
                        tool.path("replaces").isString() ? "changed" : "",
                        tool.path("hash").asString().substring(0, HASH_SHOWN),
                        tool.path("suspicions").isEmpty()
                                ? ""
                                : "⚠ " + tool.path("suspicions").size()));
            }
            terminal.table(List.of("TOOL", "STATE", "", "HASH", "SUSPICIOUS"), rows);
            return 0;
        }
    }

    @Command(
            name = "diff",
            description = "what is different in a tool's definition, or all of it for a new one",
            mixinStandardHelpOptions = true)
    int diff(@Mixin ServerOptions server, @Parameters(paramLabel = "TOOL") String name) {
        try (AdminClient client = server.connect(terminal)) {
            JsonNode answer = client.get("/api/v1/tools/" + PathSegment.of(name));
            if (server.json()) {
                terminal.line(answer.toString());
                return 0;
            }
            JsonNode tool = answer.path("tool");
            terminal.line(
                    tool.path("name").asString() + " is " + tool.path("verdict").asString());
            terminal.quiet("hash " + tool.path("hash").asString());
            for (JsonNode suspicion : tool.path("suspicions")) {
                terminal.bad("⚠ " + suspicion.path("place").asString() + " "
                        + suspicion.path("detail").asString());
            }
            answer.path("diff").forEach(this::print);
            return 0;
        }
    }

    private void print(JsonNode line) {
        String place = line.path("place").asString();
        switch (line.path("change").asString()) {
            case "added" ->
                terminal.good("+ " + place + ": " + line.path("after").asString());
            case "removed" ->
                terminal.bad("- " + place + ": " + line.path("before").asString());
            default -> {
                terminal.bad("- " + place + ": " + line.path("before").asString());
                terminal.good("+ " + place + ": " + line.path("after").asString());
            }
        }
    }

    @Command(name = "accept", description = "from now on, use exactly this definition", mixinStandardHelpOptions = true)
    int accept(@Mixin ServerOptions server, @Mixin Choice choice) {
        return decide(server, choice, "accept");
    }

    @Command(name = "reject", description = "never use this definition", mixinStandardHelpOptions = true)
    int reject(@Mixin ServerOptions server, @Mixin Choice choice) {
        return decide(server, choice, "reject");
    }

    private int decide(ServerOptions server, Choice choice, String decision) {
        try (AdminClient client = server.connect(terminal)) {
            List<JsonNode> meant = meant(client.get("/api/v1/tools").path("tools"), choice);
            for (JsonNode tool : meant) {
                ObjectNode body = JsonMapper.shared()
                        .createObjectNode()
                        .put("decision", decision)
                        .put("hash", tool.path("hash").asString());
                if (choice.by != null) {
                    body.put("by", choice.by);
                }
                if (choice.reason != null) {
                    body.put("reason", choice.reason);
                }
                String name = tool.path("name").asString();
                JsonNode decided = client.post("/api/v1/tools/" + PathSegment.of(name) + "/decision", body);
                terminal.line(
                        server.json()
                                ? decided.toString()
                                : decided.path("verdict").asString() + ": " + name);
            }
            return 0;
        }
    }

    /** Decides about what the list shows now; a server that changes a tool meanwhile gets a no from the hash. */
    private static List<JsonNode> meant(JsonNode tools, Choice choice) {
        List<String> names = choice.names == null ? List.of() : choice.names;
        if (names.isEmpty()) {
            throw new CliFailure(CliFailure.USAGE, "name a tool as portreeve tools list shows it, or a server's slug");
        }
        List<JsonNode> meant = new ArrayList<>();
        for (String name : names) {
            int before = meant.size();
            for (JsonNode tool : tools) {
                boolean one = tool.path("name").asString().equals(name);
                boolean ofServer = tool.path("server").asString().equals(name);
                if (one || (ofServer && waits(tool))) {
                    meant.add(tool);
                }
            }
            if (meant.size() == before) {
                throw new CliFailure(CliFailure.NO, "\"" + name + "\" is no tool, and no server with tools that wait");
            }
        }
        requireHash(meant, choice.hash);
        return meant;
    }

    private static void requireHash(List<JsonNode> meant, @Nullable String hash) {
        if (hash == null) {
            return;
        }
        if (meant.size() != 1) {
            throw new CliFailure(CliFailure.USAGE, "--hash speaks of one tool: name one");
        }
        if (hash.length() < HASH_SHOWN
                || !meant.getFirst().path("hash").asString().startsWith(hash)) {
            throw new CliFailure(CliFailure.NO, "the definition has another hash by now: look at it again");
        }
    }

    private static boolean waits(JsonNode tool) {
        String verdict = tool.path("verdict").asString();
        return verdict.equals("quarantined") || verdict.equals("unreviewed");
    }

    @Command(name = "servers", description = "how the tool servers are", mixinStandardHelpOptions = true)
    int servers(@Mixin ServerOptions server) {
        try (AdminClient client = server.connect(terminal)) {
            JsonNode answer = client.get("/api/v1/servers");
            if (server.json()) {
                terminal.line(answer.toString());
                return 0;
            }
            List<List<String>> rows = new ArrayList<>();
            for (JsonNode one : answer.path("servers")) {
                rows.add(List.of(
                        one.path("slug").asString(),
                        one.path("state").asString().toLowerCase(Locale.ROOT),
                        one.path("transport").asString(),
                        one.path("protocol_version").asString(""),
                        String.valueOf(one.path("tools").asInt()),
                        String.valueOf(one.path("waiting").asInt()),
                        one.path("problem").asString("")));
            }
            for (JsonNode one : answer.path("servers")) {
                if (one.path("quarantined").asInt() > 0) {
                    terminal.note(one.path("quarantined").asInt() + " of "
                            + one.path("slug").asString()
                            + " are not shown to callers before you accept them: portreeve tools accept "
                            + one.path("slug").asString());
                }
            }
            terminal.table(List.of("SERVER", "STATE", "BY", "PROTOCOL", "TOOLS", "WAITING", "PROBLEM"), rows);
            return 0;
        }
    }
}
