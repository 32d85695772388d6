@NullMarked
package dev.portreeve.gateway.idempotency;

import org.jspecify.annotations.NullMarked;
