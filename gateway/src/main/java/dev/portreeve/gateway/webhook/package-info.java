/** Signed messages between the gateway and those who approve, in the form of Standard Webhooks. */
@NullMarked
package dev.portreeve.gateway.webhook;

import org.jspecify.annotations.NullMarked;
