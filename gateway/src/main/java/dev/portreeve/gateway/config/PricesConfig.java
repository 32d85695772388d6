package dev.portreeve.gateway.config;

import dev.portreeve.policy.call.NanoUsd;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What models cost.
 *
 * @param file a price list that is looked at before the built-in one
 * @param defaultInputPerMillion dollars per million input tokens of a model that is in no list (INV-4: high, never zero)
 * @param defaultOutputPerMillion dollars per million output tokens of such a model
 */
public record PricesConfig(
        @Nullable Path file,
        @Default("30") NanoUsd defaultInputPerMillion,
        @Default("180") NanoUsd defaultOutputPerMillion) {
    public PricesConfig {
        if (defaultInputPerMillion.nanos() <= 0 || defaultOutputPerMillion.nanos() <= 0) {
            throw new IllegalArgumentException("the default price must be above zero: an unpriced model is never free");
        }
    }
}
