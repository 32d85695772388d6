package dev.portreeve.policy.call;

import java.util.UUID;

/**
 * The round of the very same call that came before this one and was approved by a person.
 *
 * @param approval its ticket
 * @param call the round that used it last: only the next one after it may go on under it
 */
public record EarlierRound(UUID approval, CallId call) {}
