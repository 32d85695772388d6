package dev.portreeve.gateway.http;

import dev.portreeve.gateway.batch.BatchDesk;
import dev.portreeve.gateway.batch.Batches;
import dev.portreeve.gateway.config.BatchesConfig;

/**
 * What endpoints of batches work with.
 *
 * @param due tells whoever looks after batches that there is something to do; returns at once
 */
public record BatchWork(Batches batches, BatchDesk desk, Runnable due, BatchesConfig config) {}
