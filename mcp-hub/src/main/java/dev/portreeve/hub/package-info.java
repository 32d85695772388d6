/** MCP both ways: one server toward agents, a client toward each downstream server. Start at {@link dev.portreeve.hub.McpHub}. */
@NullMarked
package dev.portreeve.hub;

import org.jspecify.annotations.NullMarked;
