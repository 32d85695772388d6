package dev.portreeve.gateway.imports;

import dev.portreeve.gateway.config.BadConfig;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code config.toml} of Codex: one table {@code mcp_servers.NAME} per server; variables are named, never written inline. */
final class CodexReader {
    private static final String TABLE = "mcp_servers";
    private static final String OAUTH =
            "sign-in in a browser belongs to the client; give the server auth (a token, or headers)";
    private static final String APPROVAL =
            "what a client asks its user is not carried over: write rules (allow, require-approval) for its tools";
    private final SourceText source;
    private final Remarks remarks;

    CodexReader(SourceText source, Remarks remarks) {
        this.source = source;
        this.remarks = remarks;
    }

    List<FoundServer> read() {
        List<FoundServer> found = new ArrayList<>();
        source.root().path(TABLE).forEachEntry((name, node) -> {
            Fields fields = new Fields(source, remarks, name, TABLE + "." + name, node);
            FoundServer server = server(name, fields);
            if (server != null) {
                found.add(server);
            }
        });
        return found;
    }

    private @Nullable FoundServer server(String name, Fields fields) {
        String command = fields.text("command");
        List<String> argv = new ArrayList<>();
        if (command != null) {
            argv.add(References.escape(command));
        }
        fields.texts("args").forEach(argument -> argv.add(References.escape(argument)));
        Map<String, String> env = escaped(fields.map("env"));
        Map<String, String> headers = headers(fields);
        String url = fields.text("url");
        String folder = fields.text("cwd");
        boolean enabled = fields.flag("enabled", true);
        Duration timeout = fields.time("tool_timeout_sec", BigDecimal.ONE);
        List<String> inherited = inherited(fields);
        List<String> only = fields.has("enabled_tools") ? fields.texts("enabled_tools") : null;
        List<String> without = fields.texts("disabled_tools");
        reportTheRest(fields);
        if (command == null && url == null) {
            fields.remark("", "has neither command nor url, so there is nothing to connect to; left out");
            return null;
        }
        return new FoundServer(
                name,
                fields.path(),
                command == null ? List.of() : argv,
                env,
                command == null && url != null ? References.escape(url) : null,
                false,
                headers,
                inherited,
                folder == null ? null : References.escape(folder),
                enabled,
                timeout,
                only,
                without);
    }

    private static Map<String, String> headers(Fields fields) {
        Map<String, String> headers = escaped(fields.map("http_headers"));
        fields.map("env_http_headers").forEach((header, variable) -> headers.put(header, "${" + variable + "}"));
        String bearer = fields.text("bearer_token_env_var");
        if (bearer != null) {
            headers.put("Authorization", "Bearer ${" + bearer + "}");
        }
        return headers;
    }

    /** Names, or tables with a name and where it comes from. */
    private static List<String> inherited(Fields fields) {
        try {
            return fields.texts("env_vars");
        } catch (BadConfig tables) {
            fields.remark("env_vars", "variables with a source are not carried over: name them in process.inherit-env");
            return List.of();
        }
    }

    private static Map<String, String> escaped(Map<String, String> values) {
        Map<String, String> escaped = new LinkedHashMap<>();
        values.forEach((name, value) -> escaped.put(name, References.escape(value)));
        return escaped;
    }

    private static void reportTheRest(Fields fields) {
        fields.cannot("bearer_token", "Codex itself refuses a token here: name a variable in bearer_token_env_var");
        fields.cannot("default_tools_approval_mode", APPROVAL);
        fields.cannot("tools", APPROVAL);
        fields.cannot("scopes", OAUTH);
        fields.cannot("oauth", OAUTH);
        fields.cannot("oauth_resource", OAUTH);
        fields.cannot("auth", OAUTH);
        fields.passOver("startup_timeout_sec", "startup_timeout_ms", "required", "supports_parallel_tool_calls");
        fields.rest();
    }
}
