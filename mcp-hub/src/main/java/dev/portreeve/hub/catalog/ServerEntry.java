package dev.portreeve.hub.catalog;

import dev.portreeve.hub.south.ToolServer;
import dev.portreeve.policy.call.NanoUsd;
import java.time.Duration;

/**
 * A downstream server and what the operator said about it.
 *
 * @param slug prefix of its tools' names
 * @param transport {@code http} or {@code stdio}, for people
 * @param trustAnnotations whether its word that a tool is read-only is believed
 */
public record ServerEntry(
        String slug,
        String transport,
        ToolServer server,
        boolean trustAnnotations,
        Duration callTimeout,
        NanoUsd pricePerCall) {}
