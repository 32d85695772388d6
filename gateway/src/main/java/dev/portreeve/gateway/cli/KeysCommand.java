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

/** {@code portreeve keys create|list|revoke}. */
@Command(name = "keys", description = "make, list and revoke virtual keys", mixinStandardHelpOptions = true)
public final class KeysCommand {
    private final Terminal terminal;

    public KeysCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Command(
            name = "create",
            description = "make a key for a user or agent; its secret is shown once",
            mixinStandardHelpOptions = true)
    int create(
            @Mixin ServerOptions server,
            @Parameters(paramLabel = "MEMBER", description = "the user or agent that owns the key") String member,
            @Option(names = "--name", defaultValue = "cli", description = "what to call it") String name,
            @Option(names = "--tenant", description = "needed where there are several") @Nullable String tenant,
            @Option(names = "--expires-in", paramLabel = "30d", description = "when it stops to work") @Nullable
                    String expiresIn) {
        ObjectNode body = JsonMapper.shared().createObjectNode();
        body.put("member", member).put("name", name);
        if (tenant != null) {
            body.put("tenant", tenant);
        }
        if (expiresIn != null) {
            body.put("expires_in", expiresIn);
        }
        try (AdminClient client = server.connect(terminal)) {
            JsonNode made = client.post("/api/v1/keys", body);
            if (server.json()) {
                terminal.line(made.toString());
            } else {
                terminal.line(made.path("key").asString());
                terminal.note("key " + made.path("id").asString() + " of "
                        + made.path("member").asString() + "; this is the only time its secret is shown");
            }
            return 0;
        }
    }

    @Command(name = "list", description = "the keys there are, newest first", mixinStandardHelpOptions = true)
    int list(@Mixin ServerOptions server, @Option(names = "--tenant") @Nullable String tenant) {
        try (AdminClient client = server.connect(terminal)) {
            JsonNode answer = client.get("/api/v1/keys" + tenantQuery(tenant));
            if (server.json()) {
                terminal.line(answer.toString());
                return 0;
            }
            List<List<String>> rows = new ArrayList<>();
            for (JsonNode key : answer.path("keys")) {
                String state = key.path("revoked_at").isString()
                        ? "revoked"
                        : key.path("expires_at").isString()
                                ? "until " + key.path("expires_at").asString()
                                : "active";
                rows.add(List.of(
                        key.path("id").asString(),
                        key.path("tenant").asString(),
                        key.path("member").asString(),
                        key.path("name").asString(),
                        Terminal.orDash(key.path("parent").asString("")),
                        key.path("created_at").asString(),
                        state));
            }
            terminal.table(List.of("ID", "TENANT", "OWNER", "NAME", "MADE BY", "CREATED", "STATE"), rows);
            return 0;
        }
    }

    @Command(name = "revoke", description = "end a key, at once", mixinStandardHelpOptions = true)
    int revoke(
            @Mixin ServerOptions server,
            @Parameters(paramLabel = "KEY-ID", description = "the 12 characters after prk_") String id,
            @Option(names = "--tenant") @Nullable String tenant) {
        try (AdminClient client = server.connect(terminal)) {
            client.delete("/api/v1/keys/" + PathSegment.of(id) + tenantQuery(tenant));
            terminal.line(server.json() ? "{}" : "key " + id + " is revoked");
            return 0;
        }
    }

    private static String tenantQuery(@Nullable String tenant) {
        return tenant == null ? "" : "?tenant=" + PathSegment.of(tenant);
    }
}
