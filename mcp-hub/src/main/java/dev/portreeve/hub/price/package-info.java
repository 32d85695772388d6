/** What operators say that tools cost, held to the tools' own definitions. */
@NullMarked
package dev.portreeve.hub.price;

import org.jspecify.annotations.NullMarked;
