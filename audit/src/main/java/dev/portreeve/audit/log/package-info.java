/**
 * The log: records as leaves of one Merkle tree per tenant (RFC 6962), with signed checkpoints (C2SP tlog-checkpoint and
 * signed-note), and the means to check them without us.
 *
 * <p>Read in this order: {@link dev.portreeve.audit.log.Sequencer}, {@link dev.portreeve.audit.log.Checkpoint}; then
 * {@code audit.verify}, which checks all this, and {@code audit.export}, which hands it out.
 */
@NullMarked
package dev.portreeve.audit.log;

import org.jspecify.annotations.NullMarked;
