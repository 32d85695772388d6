package dev.portreeve.gateway.dialect;

import dev.portreeve.gateway.dialect.HostedTools.Found;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * The entry of an MCP server in a request, and what it becomes so that its provider calls another: the caller's address, its
 * credentials and its headers go, everything else stays as it was written.
 *
 * @param at where it stands
 * @param label what the caller calls the server; empty if nothing
 * @param dropped the members that go and were the caller's own secrets or settings, for a note
 */
public record HostedServer(Span at, String label, List<String> dropped, String kept, boolean anthropic) {
    /** Reads an entry, or nothing for a set of tools, whose server has an entry of its own. */
    static @Nullable HostedServer read(byte[] body, Found found) {
        boolean anthropic = found.kind().equals("mcp_servers");
        boolean server = anthropic || found.kind().equals("mcp");
        if (!server || found.place() != HostedTools.Place.LISTED) {
            return null;
        }
        Span at = found.definition();
        String label = "";
        List<String> dropped = new ArrayList<>();
        StringBuilder kept = new StringBuilder();
        try (JsonWalk walk = new JsonWalk(body, at.start(), at.length())) {
            if (walk.next() != JsonToken.START_OBJECT) {
                return null;
            }
            while (walk.member()) {
                String name = walk.name();
                boolean names = name.equals(anthropic ? "name" : "server_label");
                label = names && walk.is(JsonToken.VALUE_STRING) ? walk.string() : label;
                Span value = walk.skip();
                switch (name) {
                    case "url", "server_url" -> {}
                    case "authorization", "authorization_token", "headers", "connector_id", "tunnel_id" ->
                        dropped.add(name);
                    default ->
                        kept.append(new String(Splice.quoted(name), StandardCharsets.UTF_8))
                                .append(':')
                                .append(new String(body, value.start(), value.length(), StandardCharsets.UTF_8))
                                .append(',');
                }
            }
        }
        return new HostedServer(at, label, dropped, kept.toString(), anthropic);
    }

    /** As JSON, with another address and another credential. */
    public String at(String url, String credential) {
        return "{" + kept
                + (anthropic ? "\"url\":" : "\"server_url\":") + quoted(url)
                + (anthropic ? ",\"authorization_token\":" : ",\"authorization\":") + quoted(credential) + "}";
    }

    private static String quoted(String text) {
        return new String(Splice.quoted(text), StandardCharsets.UTF_8);
    }
}
