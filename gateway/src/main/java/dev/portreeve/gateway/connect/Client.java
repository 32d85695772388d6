package dev.portreeve.gateway.connect;

import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Clients whose way of naming a server is known. */
public enum Client {
    CLAUDE_CODE("Claude Code", "mcpServers"),
    CLAUDE_DESKTOP("Claude Desktop", "mcpServers"),
    CURSOR("Cursor", "mcpServers"),
    VSCODE("VS Code", "servers"),
    CODEX("Codex", "mcp_servers"),
    GEMINI_CLI("Gemini CLI", "mcpServers"),
    /** Any other: the form most clients share. */
    GENERIC("a client with mcpServers", "mcpServers");

    private final String label;
    private final String section;

    Client(String label, String section) {
        this.label = label;
        this.section = section;
    }

    /** As people say it. */
    public String label() {
        return label;
    }

    /** The key of its file that holds the servers. */
    public String section() {
        return section;
    }

    /** As it is typed. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Where it keeps its servers: in the project where that is usual, else in the home folder; {@code null} if unknown.
     *
     * @param environment looks up a variable
     * @param system name of the operating system, as in {@code os.name}
     */
    public @Nullable Path file(Function<String, @Nullable String> environment, Path project, String system) {
        String home = environment.apply("HOME");
        Path own = home == null ? project : Path.of(home);
        return switch (this) {
            case CLAUDE_CODE -> project.resolve(".mcp.json");
            case CURSOR -> project.resolve(".cursor").resolve("mcp.json");
            case VSCODE -> project.resolve(".vscode").resolve("mcp.json");
            case GEMINI_CLI -> own.resolve(".gemini").resolve("settings.json");
            case CODEX -> {
                String codex = environment.apply("CODEX_HOME");
                yield (codex == null || codex.isEmpty() ? own.resolve(".codex") : Path.of(codex))
                        .resolve("config.toml");
            }
            case CLAUDE_DESKTOP -> {
                Path folder = system.startsWith("Mac")
                        ? own.resolve("Library").resolve("Application Support")
                        : own.resolve(".config");
                yield folder.resolve("Claude").resolve("claude_desktop_config.json");
            }
            case GENERIC -> null;
        };
    }
}
