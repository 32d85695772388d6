package dev.portreeve.policy.call;

/**
 * That a call is one item of a batch: its provider answers hours later, and perhaps to another gateway than the one that sent it. Its first
 * round ends {@link CallOutcome.Pending} with its money held, its second when its end is known.
 *
 * @param batch the batch's id, as callers know it
 * @param customId what the caller calls the item; unique in its batch
 * @param first whether it stands for the batch where owners limit how many requests come: a batch is one of these
 */
public record BatchItem(String batch, String customId, boolean first) {}
