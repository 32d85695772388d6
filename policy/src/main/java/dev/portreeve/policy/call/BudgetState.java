package dev.portreeve.policy.call;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is left of one budget, for the caller to see.
 *
 * @param remaining never below zero
 * @param resetsAt when its window ends, or {@code null} for a budget that never starts again
 */
public record BudgetState(NanoUsd remaining, @Nullable Instant resetsAt) {}
