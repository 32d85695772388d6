/**
 * Reads the files in which MCP clients keep their servers and says them in our configuration's words, with a report of what
 * could not be said. Nothing here starts, connects or writes anything.
 */
@NullMarked
package dev.portreeve.gateway.imports;

import org.jspecify.annotations.NullMarked;
