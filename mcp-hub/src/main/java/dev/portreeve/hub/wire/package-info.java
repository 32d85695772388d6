/** JSON-RPC as bytes and trees; payloads we forward stay untyped. */
@NullMarked
package dev.portreeve.hub.wire;

import org.jspecify.annotations.NullMarked;
