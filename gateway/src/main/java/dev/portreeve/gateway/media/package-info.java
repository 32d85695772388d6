/** Pictures and documents that a request names by their address, for providers that take them in the request only. */
@NullMarked
package dev.portreeve.gateway.media;

import org.jspecify.annotations.NullMarked;
