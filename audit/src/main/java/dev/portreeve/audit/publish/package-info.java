/**
 * The log as others read it: signed heads, tiles and bundles of records in the layout of C2SP tlog-tiles, and proofs, from the
 * database.
 *
 * <p>Begin with {@link dev.portreeve.audit.publish.PublishedLog}.
 */
@NullMarked
package dev.portreeve.audit.publish;

import org.jspecify.annotations.NullMarked;
