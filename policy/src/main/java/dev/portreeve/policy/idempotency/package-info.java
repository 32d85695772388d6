/**
 * Idempotency keys as callers see them: which call ran under a key, and whether it still does. Keys are claimed and ended by the
 * ledger, in one commit with the money.
 */
@NullMarked
package dev.portreeve.policy.idempotency;

import org.jspecify.annotations.NullMarked;
