/** Tokens that the gateway hands out and gets back: what is in them nobody else reads, changes or uses. */
@NullMarked
package dev.portreeve.hub.seal;

import org.jspecify.annotations.NullMarked;
