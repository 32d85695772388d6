/**
 * Records on their way to other systems: each at least once, in the order of their log, from where the receiver acknowledged
 * the last. The engine and its places are here; receivers that are reached over a network are the edge's.
 */
@NullMarked
package dev.portreeve.audit.deliver;

import org.jspecify.annotations.NullMarked;
