package dev.portreeve.gateway.imports;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The forms with one object per server: {@code mcpServers} of Claude, Cursor and Gemini CLI, {@code servers} of VS Code. */
final class CommonReader {
    private static final BigDecimal MILLISECONDS = new BigDecimal("0.001");
    private static final String OAUTH =
            "sign-in in a browser belongs to the client; give the server auth (a token, or headers)";
    private static final String TRUSTED =
            "what a client asks its user is not carried over: write rules (allow, require-approval) for its tools";
    private final SourceText source;
    private final ClientFormat format;
    private final Remarks remarks;
    private final References references;
    private final Set<String> switchedOff = new HashSet<>();
    private final List<FoundServer> found = new ArrayList<>();

    CommonReader(SourceText source, ClientFormat format, Remarks remarks, References references) {
        this.source = source;
        this.format = format;
        this.remarks = remarks;
        this.references = references;
    }

    List<FoundServer> read() {
        JsonNode root = source.root();
        if (format == ClientFormat.VS_CODE) {
            boolean settings = !root.path("servers").isObject();
            JsonNode mcp = settings ? root.path("mcp") : root;
            inputs(mcp.path("inputs"));
            servers(mcp.path("servers"), settings ? "mcp.servers" : "servers");
            return found;
        }
        texts(root.path("mcp").path("excluded")).forEach(switchedOff::add);
        switchedOff(root);
        servers(root.path(ClientFormat.SERVERS), ClientFormat.SERVERS);
        root.path("projects").forEachEntry((folder, project) -> {
            switchedOff.clear();
            switchedOff(project);
            servers(project.path(ClientFormat.SERVERS), "projects." + folder + "." + ClientFormat.SERVERS);
        });
        return found;
    }

    private void switchedOff(JsonNode settings) {
        switchedOff.addAll(texts(settings.path("disabledMcpServers")));
        switchedOff.addAll(texts(settings.path("disabledMcpjsonServers")));
    }

    private static List<String> texts(JsonNode list) {
        return list.valueStream().map(item -> item.asString("")).toList();
    }

    private void inputs(JsonNode inputs) {
        for (JsonNode input : inputs) {
            String id = input.path("id").asString("");
            references.input(id, input.path("description").asString("the input \"" + id + "\""));
        }
    }

    private void servers(JsonNode servers, String path) {
        if (!servers.isMissingNode() && !servers.isObject()) {
            throw source.problem(path, "expected an object with the servers by name");
        }
        servers.forEachEntry((name, node) -> {
            Fields fields = new Fields(source, remarks, name, path + "." + name, node);
            FoundServer server = server(name, fields);
            if (server != null) {
                found.add(server);
            }
        });
    }

    private @Nullable FoundServer server(String name, Fields fields) {
        String type = fields.text("type") == null ? fields.text("transport") : fields.text("type");
        String command = fields.text("command");
        List<String> arguments = fields.texts("args");
        String url = url(fields);
        boolean sse = isSse(type, fields);
        Map<String, String> env = translated(fields.map("env"));
        Map<String, String> headers = translated(fields.map("headers"));
        boolean enabled = isEnabled(name, fields);
        Duration timeout = fields.time("timeout", MILLISECONDS);
        String folder = fields.text("cwd");
        List<String> only = fields.has("includeTools") ? fields.texts("includeTools") : null;
        List<String> without = tools(fields);
        reportTheRest(fields, command != null);
        if (command == null && url == null) {
            fields.remark("", "has neither command nor url, so there is nothing to connect to; left out");
            return null;
        }
        boolean speaks = type == null || isKnown(type);
        if (!speaks || (url != null && !url.matches("(?s)(https?:|\\$\\{).*"))) {
            fields.remark(
                    speaks ? "url" : "type",
                    "a transport that the gateway does not speak (it speaks stdio and HTTP); left out");
            return null;
        }
        return new FoundServer(
                name,
                fields.path(),
                argv(command, arguments),
                env,
                command == null && url != null ? references.translate(url) : null,
                sse,
                headers,
                List.of(),
                folder == null ? null : references.translate(folder),
                enabled,
                timeout,
                only,
                without);
    }

    private boolean isEnabled(String name, Fields fields) {
        return fields.flag("enabled", true) && !fields.flag("disabled", false) && !switchedOff.contains(name);
    }

    private List<String> argv(@Nullable String command, List<String> arguments) {
        List<String> argv = new ArrayList<>();
        if (command != null) {
            argv.add(references.translate(command));
            arguments.forEach(argument -> argv.add(references.translate(argument)));
        }
        return argv;
    }

    private static @Nullable String url(Fields fields) {
        for (String key : List.of("httpUrl", "url", "serverUrl")) {
            String url = fields.text(key);
            if (url != null) {
                return url;
            }
        }
        return null;
    }

    private boolean isSse(@Nullable String type, Fields fields) {
        boolean geminiSse = format == ClientFormat.GEMINI_CLI && type == null && !fields.has("httpUrl");
        return (type != null && type.equalsIgnoreCase("sse")) || (geminiSse && fields.has("url"));
    }

    private static boolean isKnown(String type) {
        return Set.of("stdio", "http", "sse", "streamable-http", "streamablehttp", "streamable_http")
                .contains(type.toLowerCase(Locale.ROOT));
    }

    private static List<String> tools(Fields fields) {
        List<String> without = new ArrayList<>(fields.texts("excludeTools"));
        without.addAll(fields.texts("disabledTools"));
        return without;
    }

    private Map<String, String> translated(Map<String, String> values) {
        Map<String, String> translated = new LinkedHashMap<>();
        values.forEach((name, value) -> translated.put(name, references.translate(value)));
        return translated;
    }

    private void reportTheRest(Fields fields, boolean process) {
        fields.cannot("envFile", "the file is not read: put the variables that the server needs into env");
        fields.cannot("oauth", OAUTH);
        fields.cannot("auth", OAUTH);
        fields.cannot("authProviderType", OAUTH);
        fields.cannot("targetAudience", OAUTH);
        fields.cannot("targetServiceAccount", OAUTH);
        fields.cannot("headersHelper", "a command that prints headers is not run: give the server auth");
        fields.cannot("trust", TRUSTED);
        fields.cannot("autoApprove", TRUSTED);
        fields.cannot("alwaysAllow", TRUSTED);
        fields.cannot("sandboxEnabled", "the gateway has no sandbox: run the gateway, or this server, in a container");
        fields.passOver("sandbox", "dev", "gallery", "version", "description", "name", "alwaysLoad", "icon", "id");
        if (process) {
            fields.passOver("headers");
        } else {
            fields.cannot("env", "a server with a URL has no environment; left out");
        }
        fields.rest();
    }
}
