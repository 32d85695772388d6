package dev.portreeve.policy.call;

import java.util.UUID;

/**
 * A person's yes that a call used up, and what it was given to.
 *
 * @param ticket its ticket
 * @param arguments as they were stored and shown: what runs, whatever the caller sent with its repeat
 */
public record Approval(UUID ticket, Arguments arguments) {}
