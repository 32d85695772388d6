package dev.portreeve.gateway.idempotency;

import dev.portreeve.policy.idempotency.IdempotencyKeys;
import dev.portreeve.policy.idempotency.IdempotentRuns;
import java.time.Duration;

/**
 * What the edge needs to make calls once.
 *
 * @param keep how long an answer stands
 * @param maxAnswerBytes the largest answer that is kept
 */
public record Idempotency(
        IdempotentRuns runs, IdempotencyKeys keys, KeptAnswers answers, Duration keep, int maxAnswerBytes) {}
