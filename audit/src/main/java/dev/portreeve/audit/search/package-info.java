/** Finds calls and other records by what is in them. Made of the records after their commit; no evidence itself. */
@NullMarked
package dev.portreeve.audit.search;

import org.jspecify.annotations.NullMarked;
