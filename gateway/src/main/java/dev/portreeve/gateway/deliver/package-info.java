/** Receivers of records that are reached over a network, and the deliveries that the configuration names. */
@NullMarked
package dev.portreeve.gateway.deliver;

import org.jspecify.annotations.NullMarked;
