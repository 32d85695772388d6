/**
 * Checks that records are complete and unaltered: in the database, or in an evidence bundle, offline.
 *
 * <p>Uses the JDK and the few classes of {@code audit.log} that know trees, notes and keys: these together are the stand-alone
 * verifier, which somebody who does not trust this program can read in an afternoon. Read in this order: {@link
 * dev.portreeve.audit.verify.AuditVerifier}, {@link dev.portreeve.audit.verify.TreeCheck}, {@link
 * dev.portreeve.audit.verify.BundleCheck}.
 */
@NullMarked
package dev.portreeve.audit.verify;

import org.jspecify.annotations.NullMarked;
