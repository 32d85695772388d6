/**
 * The evidence: what was decided, what it cost and what came of it, written once and provable offline.
 *
 * <p>Read in this order: {@link dev.portreeve.audit.AuditLog}, {@link dev.portreeve.audit.AuditTrail}, {@link
 * dev.portreeve.audit.Journal}. This module does not know what a policy is: reasons arrive as codes.
 */
@NullMarked
package dev.portreeve.audit;

import org.jspecify.annotations.NullMarked;
