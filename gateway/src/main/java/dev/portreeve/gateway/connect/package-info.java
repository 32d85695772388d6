/** Points an MCP client at the gateway: its entry, in its own words and its own file, and a look at what the client will see. */
@NullMarked
package dev.portreeve.gateway.connect;

import org.jspecify.annotations.NullMarked;
