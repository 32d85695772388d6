package dev.portreeve.gateway.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code portreeve approvals remembered list|show|revoke}. */
@Command(
        name = "remembered",
        description = "yeses that hold for further calls: see them, take them back",
        mixinStandardHelpOptions = true)
public final class RememberedCommand {
    private static final String ADDRESS = "/api/v1/remembered-approvals";
    private final Terminal terminal;

    public RememberedCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Command(
            name = "list",
            description = "what holds now (with --all also what is over)",
            mixinStandardHelpOptions = true)
    int list(@Mixin ServerOptions server, @Option(names = "--all") boolean all) {
        try (AdminClient client = server.connect(terminal)) {
            JsonNode answer = client.get(ADDRESS + (all ? "?state=all" : ""));
            if (server.json()) {
                terminal.line(answer.toString());
                return 0;
            }
            List<List<String>> rows = new ArrayList<>();
            for (JsonNode one : answer.path("remembered")) {
                rows.add(List.of(
                        one.path("id").asString(),
                        one.path("state").asString(),
                        one.path("requester").asString(),
                        one.path("tool").asString(),
                        one.path("condition").asString(),
                        one.path("scope").asString(),
                        one.path("uses").asInt() + " of " + one.path("max_uses").asInt(),
                        one.path("approved_by").asString(),
                        one.path("expires_at").asString()));
            }
            terminal.table(List.of("ID", "STATE", "WHO", "TOOL", "CONDITION", "PER", "USES", "BY", "UNTIL"), rows);
            return 0;
        }
    }

    @Command(name = "show", description = "one of them, whole", mixinStandardHelpOptions = true)
    int show(@Mixin ServerOptions server, @Parameters(paramLabel = "ID") String id) {
        try (AdminClient client = server.connect(terminal)) {
            JsonNode found = client.get(ADDRESS + "/" + PathSegment.of(id));
            if (server.json()) {
                terminal.line(found.toString());
            } else {
                Members.print(terminal, found, List.copyOf(found.propertyNames()));
            }
            return 0;
        }
    }

    @Command(
            name = "revoke",
            description = "end one: from now on such calls ask again, at every gateway",
            mixinStandardHelpOptions = true)
    int revoke(
            @Mixin ServerOptions server,
            @Parameters(paramLabel = "ID") String id,
            @Option(names = "--as", paramLabel = "NAME", description = "who says so") @Nullable String by,
            @Option(names = "--reason", description = "goes into the record") @Nullable String reason) {
        try (AdminClient client = server.connect(terminal)) {
            ObjectNode body = JsonMapper.shared().createObjectNode();
            if (by != null) {
                body.put("by", by);
            }
            if (reason != null) {
                body.put("reason", reason);
            }
            JsonNode now = client.post(ADDRESS + "/" + PathSegment.of(id) + "/revoke", body);
            terminal.line(
                    server.json()
                            ? now.toString()
                            : now.path("state").asString() + ": "
                                    + now.path("tool").asString() + " for "
                                    + now.path("requester").asString() + ", after "
                                    + now.path("uses").asInt() + " calls");
            return 0;
        }
    }
}
