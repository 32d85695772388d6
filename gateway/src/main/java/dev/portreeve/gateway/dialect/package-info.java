/**
 * The wire formats of model calls: what a request says, what an answer says, how a refusal is said. {@link
 * dev.portreeve.gateway.dialect.Dialect} lists them.
 *
 * <p>Bodies are kept as the bytes they came in. A reader makes one streaming pass and remembers offsets; whoever must
 * change something cuts it in ({@link dev.portreeve.gateway.dialect.Splice}), so that everything else passes untouched.
 */
@NullMarked
package dev.portreeve.gateway.dialect;

import org.jspecify.annotations.NullMarked;
