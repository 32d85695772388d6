package dev.portreeve.gateway.config;

import dev.portreeve.hub.seal.Purpose;
import java.time.Duration;

/**
 * Batches: many model calls handed to a provider at once, which answers hours later at a lower price. Each of their items passes rules,
 * guardrails and budgets before any is sent.
 *
 * @param maxItems of one batch
 * @param maxBytes of the request that makes one
 * @param maxOpen batches of one tenant that are not over
 * @param maxResultBytes of what one item said; a longer one is charged and not kept
 * @param keep how long a batch and its results are kept after it was made
 * @param lookEvery how often a provider is asked what became of one
 */
public record BatchesConfig(
        @Default("10000") int maxItems,
        @Default("33554432") int maxBytes,
        @Default("50") int maxOpen,
        @Default("4194304") int maxResultBytes,
        @Default("29d") Duration keep,
        @Default("30s") Duration lookEvery) {
    private static final int MOST_ITEMS = 100_000;

    public BatchesConfig {
        if (maxItems < 1 || maxItems > MOST_ITEMS) {
            throw new IllegalArgumentException("batches.max-items must be between 1 and " + MOST_ITEMS);
        }
        if (maxBytes < 1 || maxOpen < 1) {
            throw new IllegalArgumentException("batches.max-bytes and batches.max-open must be above zero");
        }
        int most = Purpose.BATCH_RESULT.maxContentBytes();
        if (maxResultBytes < 1 || maxResultBytes > most) {
            throw new IllegalArgumentException("batches.max-result-bytes must be between 1 and " + most);
        }
        if (keep.compareTo(Duration.ofDays(2)) < 0) {
            throw new IllegalArgumentException("batches.keep must be at least 2d: a batch may take one to end");
        }
        if (lookEvery.toMillis() < 1) {
            throw new IllegalArgumentException("batches.look-every must be above zero");
        }
    }
}
