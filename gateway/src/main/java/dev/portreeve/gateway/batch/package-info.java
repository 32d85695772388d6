/**
 * Batches: many model calls handed to a provider at once, which answers hours later. Free of dialect; what is drawn on the wire is the edge's.
 *
 * <p>Each item is one governed call of two rounds. {@link dev.portreeve.gateway.batch.BatchDesk} has the first rounds: every item passes
 * rules, limits, guardrails and budgets, and its worst case is held, durably; all or none. Only then is the batch sent. {@link
 * dev.portreeve.gateway.batch.BatchKeeper} asks providers what became of it, whether or not its caller comes back, and has the second rounds
 * ({@link dev.portreeve.gateway.batch.SecondRounds}): each item is settled at what the provider reports of it and recorded, once, whichever gateway does it:
 * that is decided where its hold is resolved. What an item said can be read once that is durable, as often as anybody likes.
 *
 * <p>To add a dialect: implement {@link dev.portreeve.gateway.model.BatchPlace} for the provider's side, hand {@link
 * dev.portreeve.gateway.batch.ItemPlan}s to {@link dev.portreeve.gateway.batch.BatchDesk#submit}, and draw {@link
 * dev.portreeve.gateway.batch.Batch} and {@link dev.portreeve.gateway.batch.EndedItem} on the wire.
 */
@NullMarked
package dev.portreeve.gateway.batch;

import org.jspecify.annotations.NullMarked;
