package dev.portreeve.hub.catalog;

import dev.portreeve.hub.definition.DefinitionPolicy;
import dev.portreeve.hub.south.ToolServer;
import dev.portreeve.policy.call.NanoUsd;
import java.time.Duration;
import java.util.Map;

/**
 * A downstream server and what the operator said about it.
 *
 * @param slug prefix of its tools' names
 * @param transport {@code http} or {@code stdio}, for people
 * @param definitions what becomes of definitions that nobody has looked at
 * @param wording what the operator says in place of the server, by the tool's own name
 * @param trustAnnotations whether its word that a tool is read-only is believed
 */
public record ServerEntry(
        String slug,
        String transport,
        ToolServer server,
        boolean trustAnnotations,
        Duration callTimeout,
        NanoUsd pricePerCall,
        DefinitionPolicy definitions,
        Map<String, Wording> wording) {
    public ServerEntry {
        wording = Map.copyOf(wording);
    }
}
