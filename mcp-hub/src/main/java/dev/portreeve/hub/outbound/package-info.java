/** Connections the gateway opens to addresses that others may have chosen: what may be reached, and within which bounds. */
@NullMarked
package dev.portreeve.hub.outbound;

import org.jspecify.annotations.NullMarked;
