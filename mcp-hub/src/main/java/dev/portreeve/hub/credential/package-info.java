/** What the gateway shows to downstream servers to be let in. Nothing a caller sent ever comes in here. */
@NullMarked
package dev.portreeve.hub.credential;

import org.jspecify.annotations.NullMarked;
