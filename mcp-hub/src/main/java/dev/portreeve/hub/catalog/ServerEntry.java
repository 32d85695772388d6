package dev.portreeve.hub.catalog;

import dev.portreeve.hub.definition.DefinitionPolicy;
import dev.portreeve.hub.price.ToolPrices;
import dev.portreeve.hub.south.ToolServer;
import dev.portreeve.policy.call.NanoUsd;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A downstream server and what the operator said about it.
 *
 * @param slug prefix of its tools' names
 * @param transport {@code http} or {@code stdio}, for people
 * @param prices what its tools cost
 * @param definitions what becomes of definitions that nobody has looked at
 * @param resources which resources may be read beside what rules say
 * @param wording what the operator says in place of the server, by the tool's own name
 * @param source how it is reached or started, as a hash; while that is the same, it is taken for the server that was seen
 *     before
 * @param lazy whether what it showed last stands for it until a caller wants something of it
 * @param questions what it may ask callers
 * @param trustAnnotations whether its word that a tool is read-only is believed
 */
public record ServerEntry(
        String slug,
        String transport,
        ToolServer server,
        boolean trustAnnotations,
        Duration callTimeout,
        ToolPrices prices,
        DefinitionPolicy definitions,
        ResourceRule resources,
        Map<String, Wording> wording,
        String source,
        boolean lazy,
        QuestionPolicy questions) {
    public ServerEntry {
        wording = Map.copyOf(wording);
    }

    /** One that is asked at each start of the gateway. */
    public ServerEntry(
            String slug,
            String transport,
            ToolServer server,
            boolean trustAnnotations,
            Duration callTimeout,
            NanoUsd pricePerCall,
            DefinitionPolicy definitions,
            Map<String, Wording> wording) {
        this(
                slug,
                transport,
                server,
                trustAnnotations,
                callTimeout,
                new ToolPrices(pricePerCall, List.of(), 1),
                definitions,
                ResourceRule.LISTED,
                wording,
                "",
                false,
                QuestionPolicy.STRICT);
    }
}
