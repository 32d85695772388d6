/**
 * Proofs about a log that fit on a page: that a record is in it, and that one head of it continues another (RFC 6962 2.1;
 * C2SP tlog-proof and tlog-tiles). Needs the JDK and the hashes of the tree, wherever they come from.
 *
 * <p>Read in this order: {@link dev.portreeve.audit.proof.InclusionProof}, {@link dev.portreeve.audit.proof.TlogProof}, {@link
 * dev.portreeve.audit.proof.TreeProver}.
 */
@NullMarked
package dev.portreeve.audit.proof;

import org.jspecify.annotations.NullMarked;
