package dev.portreeve.gateway.imports;

import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/** Whose file it is. Told by what is in it; the file's name decides only where several clients write the same. */
public enum ClientFormat {
    CLAUDE_CODE("Claude Code"),
    CLAUDE_DESKTOP("Claude Desktop"),
    CURSOR("Cursor"),
    VS_CODE("VS Code"),
    CODEX("Codex"),
    GEMINI_CLI("Gemini CLI"),
    REGISTRY("the MCP registry (server.json)"),
    /** The form that most clients share, without a sign of which one it is. */
    COMMON("a client with mcpServers");

    static final String SERVERS = "mcpServers";
    private final String label;

    ClientFormat(String label) {
        this.label = label;
    }

    /** As people say it. */
    public String label() {
        return label;
    }

    static ClientFormat of(SourceText source) {
        JsonNode root = source.root();
        if (source.isToml()) {
            return require(source, root.path("mcp_servers").isObject(), CODEX, "has no table [mcp_servers.NAME]");
        }
        if (root.path("servers").isObject() || root.path("mcp").path("servers").isObject()) {
            return VS_CODE;
        }
        if (root.path(SERVERS).isObject() || root.path("projects").isObject()) {
            return ofCommon(source.name(), root);
        }
        JsonNode entry = root.path("server").isObject() ? root.path("server") : root;
        boolean registry =
                entry.path("packages").isArray() || entry.path("remotes").isArray();
        return require(
                source,
                registry,
                REGISTRY,
                "names no MCP servers: there is neither mcpServers (Claude, Cursor, Gemini CLI), servers (VS Code)"
                        + " nor packages or remotes (registry)");
    }

    private static ClientFormat require(SourceText source, boolean there, ClientFormat format, String otherwise) {
        if (!there) {
            throw source.problem("", otherwise);
        }
        return format;
    }

    private static ClientFormat ofCommon(String name, JsonNode root) {
        String file = name.toLowerCase(Locale.ROOT).replace('\\', '/');
        if (root.path("projects").isObject() || root.has("numStartups")) {
            return CLAUDE_CODE;
        }
        boolean geminiKeys = List.of("security", "selectedAuthType", "general", "mcp", "tools", "context").stream()
                .anyMatch(root::has);
        if (any(root, "httpUrl", "includeTools", "excludeTools", "authProviderType") || geminiKeys) {
            return GEMINI_CLI;
        }
        if (root.toString().contains("${env:") || any(root, "envFile", "auth")) {
            return CURSOR;
        }
        if (root.has("globalShortcut") || file.endsWith("claude_desktop_config.json")) {
            return CLAUDE_DESKTOP;
        }
        if (file.contains(".gemini/")) {
            return GEMINI_CLI;
        }
        if (file.contains(".cursor/")) {
            return CURSOR;
        }
        boolean claude = file.endsWith(".mcp.json") || any(root, "type", "headersHelper", "alwaysLoad");
        if (claude) {
            return CLAUDE_CODE;
        }
        return any(root, "url") ? CURSOR : COMMON;
    }

    private static boolean any(JsonNode root, String... keys) {
        Predicate<JsonNode> has = server -> List.of(keys).stream().anyMatch(server::has);
        return root.path(SERVERS).valueStream().anyMatch(has);
    }
}
