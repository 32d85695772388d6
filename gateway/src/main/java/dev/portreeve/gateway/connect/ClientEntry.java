package dev.portreeve.gateway.connect;

import dev.portreeve.gateway.config.BadConfig;
import dev.portreeve.gateway.config.ConfigProblem;
import dev.portreeve.gateway.edit.JsonEdit;
import dev.portreeve.gateway.edit.TomlEdit;
import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The entry that points one client at the gateway.
 *
 * @param name of the entry in the client's file
 * @param url of the MCP endpoint
 * @param key where the client takes the key from
 */
public record ClientEntry(Client client, String name, URI url, KeySource key) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final String AUTHORIZATION = "Authorization";
    private static final String BEARER = "Bearer ";

    public ClientEntry {
        if (!NAME.matcher(name).matches()) {
            throw new BadConfig(List.of(
                    new ConfigProblem("--name", 0, "", "\"" + name + "\" must be 1 to 64 of A-Z, a-z, 0-9, _ and -")));
        }
    }

    /** Where a client takes its key from. */
    public sealed interface KeySource {
        /** A variable in the environment the client is started in. */
        record Variable(String name) implements KeySource {}

        /** The key itself stands in the file. */
        record Literal(String key) implements KeySource {
            /** Without the key. */
            @Override
            public String toString() {
                return "a literal key";
            }
        }
    }

    /** Whether the entry holds a key. */
    public boolean isSecret() {
        return key instanceof KeySource.Literal;
    }

    /** A whole file with nothing but the entry. */
    public String alone() {
        return put("", "");
    }

    /**
     * The client's file with the entry in place of an older one of its name, or added.
     *
     * @param file name of it, for messages
     * @throws BadConfig the file is broken, or nothing can safely be put into it
     */
    public String put(String file, String text) {
        return client == Client.CODEX
                ? TomlEdit.put(file, text, client.section(), name, toml())
                : JsonEdit.put(file, text, client.section(), name, json());
    }

    private String toml() {
        String url = "url = \"" + this.url + "\"\n";
        return switch (key) {
            case KeySource.Variable variable -> url + "bearer_token_env_var = \"" + variable.name() + "\"\n";
            case KeySource.Literal literal ->
                url + "http_headers = { \"" + AUTHORIZATION + "\" = \"" + BEARER + literal.key() + "\" }\n";
        };
    }

    private String json() {
        ObjectNode entry = JsonMapper.shared().createObjectNode();
        switch (client) {
            case CLAUDE_DESKTOP -> bridge(entry);
            case CLAUDE_CODE, VSCODE, GENERIC -> entry.put("type", "http").put("url", url.toString());
            case GEMINI_CLI -> entry.put("httpUrl", url.toString());
            case CURSOR -> entry.put("url", url.toString());
            case CODEX -> throw new IllegalStateException("Codex has TOML");
        }
        if (client != Client.CLAUDE_DESKTOP) {
            entry.putObject("headers").put(AUTHORIZATION, BEARER + secret());
        }
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(entry);
    }

    /** Claude Desktop's file knows processes only; this one speaks to a URL. A space in an argument would be lost on some systems. */
    private void bridge(ObjectNode entry) {
        entry.put("command", "npx")
                .putArray("args")
                .add("-y")
                .add("mcp-remote")
                .add(url.toString())
                .add("--transport")
                .add("http-only")
                .add("--header")
                .add(AUTHORIZATION + ":" + "${" + headerVariable() + "}");
        if (key instanceof KeySource.Literal literal) {
            entry.putObject("env").put(headerVariable(), BEARER + literal.key());
        }
    }

    /** The variable that must hold the whole header where a client cannot put a word before the key. */
    public String headerVariable() {
        return key instanceof KeySource.Variable variable ? variable.name() + "_HEADER" : "PORTREEVE_KEY_HEADER";
    }

    private String secret() {
        return switch (key) {
            case KeySource.Literal literal -> literal.key();
            case KeySource.Variable variable ->
                (client == Client.CURSOR || client == Client.VSCODE ? "${env:" : "${") + variable.name() + "}";
        };
    }
}
