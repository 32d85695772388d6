/** Our face toward agents, in both protocol eras. */
@NullMarked
package dev.portreeve.hub.north;

import org.jspecify.annotations.NullMarked;
