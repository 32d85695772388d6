/** Answers that are kept, sealed, for callers who repeat a call under its idempotency key. */
@NullMarked
package dev.portreeve.gateway.idempotency;

import org.jspecify.annotations.NullMarked;
