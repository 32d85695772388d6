package dev.portreeve.gateway.batch;

import dev.portreeve.gateway.model.BatchPlace.End;

/**
 * What became of an item, for whoever made the batch.
 *
 * @param ordinal its place in the batch, from 0
 * @param status the provider's HTTP status of it, or the gateway's own for what it withheld; 0 where there is none
 * @param body the answer as guardrails left it, or an error, in the batch's dialect; empty where there is neither
 */
public record EndedItem(int ordinal, String customId, End end, int status, byte[] body) {
    /** Without contents (INV-7). */
    @Override
    public String toString() {
        return customId + " " + end;
    }
}
