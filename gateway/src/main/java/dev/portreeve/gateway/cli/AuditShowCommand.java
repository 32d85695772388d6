package dev.portreeve.gateway.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code portreeve audit show}. */
@Command(
        name = "show",
        description = "the records of a call, and with --payload the contents that were kept beside them",
        mixinStandardHelpOptions = true)
public final class AuditShowCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    @Parameters(paramLabel = "CALL", description = "a call's or a record's id")
    private String call = "";

    @Option(names = "--tenant", description = "needed where there are several")
    private @Nullable String tenant;

    @Option(names = "--payload", description = "show contents too; that you did so, and why, is recorded")
    private boolean payload;

    @Option(names = "--reason", description = "why contents are read; needed with --payload")
    private @Nullable String reason;

    @Option(names = "--as", paramLabel = "NAME", description = "who reads contents (default: operator)")
    private @Nullable String as;

    public AuditShowCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (payload && reason == null) {
            throw new CliFailure(CliFailure.USAGE, "--payload needs --reason: who reads contents says why");
        }
        try (AdminClient client = server.connect(terminal)) {
            String address = "/api/v1/audit/calls/" + PathSegment.of(call);
            JsonNode records = client.get(address + (tenant == null ? "" : "?" + Period.parameter("tenant", tenant)));
            JsonNode contents = payload ? client.post(address + "/payloads", wish()) : null;
            if (server.json()) {
                ObjectNode all = JsonMapper.shared().createObjectNode();
                all.set("records", records.path("records"));
                if (contents != null) {
                    all.set("payloads", contents.path("payloads"));
                }
                terminal.line(all.toString());
                return 0;
            }
            for (JsonNode record : records.path("records")) {
                String index = record.path("index").isNull()
                        ? "not numbered yet"
                        : record.path("index").asString();
                terminal.line(index + "  " + record.path("record"));
            }
            if (contents != null) {
                show(contents.path("payloads"));
            }
            return 0;
        }
    }

    private ObjectNode wish() {
        ObjectNode wish = JsonMapper.shared().createObjectNode().put("reason", reason);
        if (tenant != null) {
            wish.put("tenant", tenant);
        }
        return as == null ? wish : wish.put("as", as);
    }

    private void show(JsonNode contents) {
        if (contents.isEmpty()) {
            terminal.line("no contents were kept beside these records");
        }
        for (JsonNode content : contents) {
            String state = content.path("state").asString();
            String said = content.path("said").isString()
                    ? ": " + content.path("said").asString()
                    : "";
            String by = content.path("by").isString()
                    ? " (record " + content.path("by").asString()
                            + (content.path("index").isNumber()
                                    ? ", index " + content.path("index").asString()
                                    : "") + ")"
                    : "";
            terminal.line("");
            terminal.line(content.path("name").asString() + "  "
                    + (state.equals("erased") || state.equals("dropped") ? state.toUpperCase(Locale.ROOT) : state)
                    + said + by);
            if (content.path("text").isString()) {
                terminal.line(content.path("text").asString());
            } else if (content.path("base64").isString()) {
                terminal.line(content.path("base64").asString());
            }
        }
    }
}
