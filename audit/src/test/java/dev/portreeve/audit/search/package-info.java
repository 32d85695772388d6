/** Tests of the search. */
@NullMarked
package dev.portreeve.audit.search;

import org.jspecify.annotations.NullMarked;
