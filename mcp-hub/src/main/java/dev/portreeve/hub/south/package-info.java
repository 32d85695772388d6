/** Our face toward downstream MCP servers. */
@NullMarked
package dev.portreeve.hub.south;

import org.jspecify.annotations.NullMarked;
