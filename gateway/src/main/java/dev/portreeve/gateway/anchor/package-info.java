/** The anchors of this gateway's log, as configured: {@link dev.portreeve.gateway.anchor.Anchors}. */
@NullMarked
package dev.portreeve.gateway.anchor;

import org.jspecify.annotations.NullMarked;
