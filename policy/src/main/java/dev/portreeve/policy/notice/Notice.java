package dev.portreeve.policy.notice;

import java.util.UUID;

/**
 * A message owed to a receiver.
 *
 * @param id also its idempotency key
 * @param endpoint the receiver's URL or address as configured
 * @param body what is sent: JSON to a webhook; for a mailbox the subject, a line end and the text
 */
public record Notice(UUID id, Way way, String endpoint, byte[] body) {}
