package dev.portreeve.policy.notice;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A message owed to a receiver.
 *
 * @param id also its idempotency key
 * @param endpoint the receiver's URL or address as configured
 * @param ticket which approval it asks for, so that it is no news once that is decided
 * @param body what is sent: JSON to a webhook; for a mailbox the subject, a line end and the text
 */
public record Notice(
        UUID id,
        Way way,
        String endpoint,
        byte[] body,
        @Nullable UUID ticket) {}
