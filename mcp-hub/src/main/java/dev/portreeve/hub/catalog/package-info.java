/** The tools there are, under the names callers see. */
@NullMarked
package dev.portreeve.hub.catalog;

import org.jspecify.annotations.NullMarked;
