package dev.portreeve.gateway.imports.litellm;

import dev.portreeve.gateway.imports.Imported;
import dev.portreeve.gateway.imports.Remark;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code mcp_servers}: said in the form that MCP clients share, and then imported as theirs are, so that processes arrive disabled
 * and secrets as references here too.
 */
final class ToolServers {
    private static final Set<String> KNOWN = Set.of(
            "url",
            "transport",
            "command",
            "args",
            "env",
            "auth_type",
            "auth_value",
            "authentication_token",
            "static_headers",
            "allowed_tools",
            "disallowed_tools",
            "description",
            "spec_version",
            "spec_path",
            "alias",
            "mcp_info",
            "server_id");

    private final Findings findings;

    ToolServers(Findings findings) {
        this.findings = findings;
    }

    Optional<Imported> read(String file, Value servers) {
        ObjectNode root = JsonMapper.shared().createObjectNode();
        ObjectNode all = root.putObject("mcpServers");
        servers.map().forEach((name, server) -> {
            if (server.has("url") || server.has("command")) {
                server(all.putObject(name), server);
            } else {
                findings.unsupported(server, "has neither url nor command; left out");
            }
        });
        if (all.isEmpty()) {
            return Optional.empty();
        }
        Imported imported = Imported.read(file, root.toString(), List.of());
        imported.servers().forEach(server -> {
            Value from = servers.get(server.name());
            if (server.disabled()) {
                findings.changed(
                        from,
                        "tool server \"" + server.slug()
                                + "\", disabled: look at its command, then take that line out");
            } else {
                findings.converted(from, "tool server \"" + server.slug() + "\"");
            }
        });
        for (Remark remark : imported.remarks()) {
            Value from = servers.get(remark.server());
            findings.unsupported(from, remark.what());
        }
        imported.variables().forEach(variable -> findings.variables().putIfAbsent(variable.name(), variable.purpose()));
        return Optional.of(imported);
    }

    private void server(ObjectNode to, Value server) {
        if (server.has("command")) {
            to.put("command", theirs(server.get("command")));
            ArrayNode arguments = to.putArray("args");
            server.get("args").list().forEach(argument -> arguments.add(theirs(argument)));
            ObjectNode env = to.putObject("env");
            server.get("env").map().forEach((name, value) -> env.put(name, theirs(value)));
        } else {
            to.put("url", theirs(server.get("url")));
            String transport = server.get("transport").string().orElse("sse");
            to.put("type", transport.equals("sse") ? "sse" : "http");
            headers(to.putObject("headers"), server);
        }
        tools(to, "includeTools", server.get("allowed_tools"));
        tools(to, "excludeTools", server.get("disallowed_tools"));
        findings.rest(server, KNOWN);
    }

    private static void tools(ObjectNode to, String key, Value tools) {
        if (!tools.list().isEmpty()) {
            ArrayNode names = to.putArray(key);
            tools.list().forEach(tool -> names.add(tool.string().orElse("")));
        }
    }

    private void headers(ObjectNode headers, Value server) {
        server.get("static_headers").map().forEach((name, value) -> headers.put(name, theirs(value)));
        Value value = server.has("auth_value") ? server.get("auth_value") : server.get("authentication_token");
        String type = server.get("auth_type").string().orElse("none");
        String said = value.string().isPresent() ? theirs(value) : "";
        switch (type) {
            case "none" -> {}
            case "api_key" -> headers.put("x-api-key", said);
            case "bearer_token" -> headers.put("Authorization", "Bearer " + said);
            case "basic" -> headers.put("Authorization", "Basic " + said);
            case "authorization" -> headers.put("Authorization", said);
            default ->
                findings.unsupported(
                        server.get("auth_type"),
                        "write auth at the server: this way of signing in was not carried over");
        }
    }

    /** With references in the form that clients use. */
    private static String theirs(Value value) {
        String text = value.string().orElse("");
        return Findings.isReference(text) ? "${" + text.substring(text.indexOf('/') + 1) + "}" : text;
    }
}
