/** A small MCP server over a folder of notes, for trying things out behind the gateway. */
@NullMarked
package dev.portreeve.examples.notes;

import org.jspecify.annotations.NullMarked;
