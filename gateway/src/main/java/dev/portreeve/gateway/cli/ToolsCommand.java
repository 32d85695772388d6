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
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code portreeve tools list|diff|accept|reject|refresh|servers}; {@code definitions} is another name for it. */
@Command(
        name = "tools",
        aliases = "definitions",
        description =
                "see what tool servers say about their tools, prompts, resources and use, and accept or reject it",
        mixinStandardHelpOptions = true)
public final class ToolsCommand {
    private static final int HASH_SHOWN = 12;
    private static final String DEFINITIONS = "definitions";
    private final Terminal terminal;

    public ToolsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** About which definitions, and what to say. */
    static final class Choice {
        @Parameters(
                arity = "0..*",
                paramLabel = "NAME",
                description =
                        "as the list names it: slug__tool, prompt:slug__prompt; a slug alone means all of it that waits")
        private @Nullable List<String> names;

        @Option(names = "--kind", description = "with a slug: only tool, prompt, resource, template or instructions")
        private @Nullable String kind;

        @Option(names = "--hash", description = "only if this is still the definition (or its beginning), for one name")
        private @Nullable String hash;

        @Option(names = "--as", paramLabel = "NAME", description = "who decides, for the record")
        private @Nullable String by;

        @Option(names = "--reason", description = "goes into the record")
        private @Nullable String reason;
    }

    @Command(
            name = "list",
            description = "every definition the servers offer (with --waiting only what nobody has looked at)",
            mixinStandardHelpOptions = true)
    int list(
            @Mixin ServerOptions server,
            @Option(names = "--waiting") boolean waiting,
            @Option(names = "--kind", description = "only tool, prompt, resource, template or instructions") @Nullable
                    String kind) {
        try (AdminClient client = server.connect(terminal)) {
            String only = DefinitionChoice.kind(kind);
            JsonNode all = client.get("/api/v1/definitions?" + (waiting ? "state=waiting" : "")
                            + (only == null ? "" : "&kind=" + only))
                    .path(DEFINITIONS);
            if (server.json()) {
                terminal.line(byKind(all).toString());
                return 0;
            }
            List<List<String>> rows = new ArrayList<>();
            for (JsonNode one : all) {
                rows.add(List.of(
                        DefinitionChoice.label(one),
                        one.path("verdict").asString(),
                        one.path("replaces").isString() ? "changed" : "",
                        one.path("hash").asString().substring(0, HASH_SHOWN),
                        one.path("suspicions").isEmpty()
                                ? ""
                                : "⚠ " + one.path("suspicions").size()));
            }
            terminal.table(List.of("DEFINITION", "STATE", "", "HASH", "SUSPICIOUS"), rows);
            return 0;
        }
    }

    /** Lists by kind; that of tools as it always was. */
    private static ObjectNode byKind(JsonNode definitions) {
        ObjectNode byKind = JsonMapper.shared().createObjectNode();
        for (String kind : DefinitionChoice.KINDS) {
            ArrayNode ofKind = byKind.putArray(kind.endsWith("s") ? kind : kind + "s");
            definitions.forEach(one -> {
                if (one.path("kind").asString().equals(kind)) {
                    ofKind.add(one);
                }
            });
        }
        return byKind;
    }

    @Command(
            name = "diff",
            description = "what is different in a definition, or all of it for a new one",
            mixinStandardHelpOptions = true)
    int diff(@Mixin ServerOptions server, @Parameters(paramLabel = "NAME") String name) {
        try (AdminClient client = server.connect(terminal)) {
            JsonNode one = DefinitionChoice.one(
                            client.get("/api/v1/definitions").path(DEFINITIONS), name)
                    .orElseThrow(() -> new CliFailure(
                            CliFailure.NO,
                            "\"" + name + "\" is nothing that a server offers: see portreeve tools list"));
            boolean tool = one.path("kind").asString().equals("tool");
            JsonNode answer = client.get(
                    tool ? "/api/v1/tools/" + PathSegment.of(one.path("name").asString()) : DefinitionChoice.path(one));
            if (server.json()) {
                terminal.line(answer.toString());
                return 0;
            }
            terminal.line(
                    DefinitionChoice.label(one) + " is " + one.path("verdict").asString());
            terminal.quiet("hash " + one.path("hash").asString());
            for (JsonNode suspicion : one.path("suspicions")) {
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
        List<String> names = choice.names == null ? List.of() : choice.names;
        if (names.isEmpty()) {
            throw new CliFailure(CliFailure.USAGE, "name what portreeve tools list shows, or a server's slug");
        }
        try (AdminClient client = server.connect(terminal)) {
            // Decides about what the list shows now; a server that changes something meanwhile gets a no from the hash.
            List<JsonNode> meant = DefinitionChoice.meant(
                    client.get("/api/v1/definitions").path(DEFINITIONS), names, DefinitionChoice.kind(choice.kind));
            requireHash(meant, choice.hash);
            for (JsonNode one : meant) {
                ObjectNode body = JsonMapper.shared()
                        .createObjectNode()
                        .put("decision", decision)
                        .put("hash", one.path("hash").asString());
                if (choice.by != null) {
                    body.put("by", choice.by);
                }
                if (choice.reason != null) {
                    body.put("reason", choice.reason);
                }
                JsonNode decided = client.post(DefinitionChoice.path(one) + "/decision", body);
                terminal.line(
                        server.json()
                                ? decided.toString()
                                : decided.path("verdict").asString() + ": " + DefinitionChoice.label(one));
            }
            return 0;
        }
    }

    private static void requireHash(List<JsonNode> meant, @Nullable String hash) {
        if (hash == null) {
            return;
        }
        if (meant.size() != 1) {
            throw new CliFailure(CliFailure.USAGE, "--hash speaks of one definition: name one");
        }
        if (hash.length() < HASH_SHOWN
                || !meant.getFirst().path("hash").asString().startsWith(hash)) {
            throw new CliFailure(CliFailure.NO, "the definition has another hash by now: look at it again");
        }
    }

    @Command(
            name = "refresh",
            description =
                    "look now at what servers say of themselves, starting those that sleep; without a slug at all",
            mixinStandardHelpOptions = true)
    int refresh(
            @Mixin ServerOptions server,
            @Parameters(arity = "0..*", paramLabel = "SERVER") @Nullable List<String> slugs) {
        try (AdminClient client = server.connect(terminal)) {
            return new RefreshReport(terminal, server.json()).of(client, slugs == null ? List.of() : slugs);
        }
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
