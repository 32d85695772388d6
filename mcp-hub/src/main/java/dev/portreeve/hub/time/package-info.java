/** Things that happen later unless they are called off. */
@NullMarked
package dev.portreeve.hub.time;

import org.jspecify.annotations.NullMarked;
