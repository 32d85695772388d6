package dev.portreeve.gateway.config;

import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.policy.call.NanoUsd;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What models cost.
 *
 * @param file a price list that is looked at before the built-in one
 * @param trustedKeys keys ({@code name+id+base64}) of which one must have signed that list; none lets it be unsigned
 * @param defaultInputPerMillion dollars per million input tokens of a model that is in no list (INV-4: high, never zero)
 * @param defaultOutputPerMillion dollars per million output tokens of such a model
 */
public record PricesConfig(
        @Nullable Path file,
        @Default("[]") List<String> trustedKeys,
        @Default("30") NanoUsd defaultInputPerMillion,
        @Default("180") NanoUsd defaultOutputPerMillion) {
    public PricesConfig {
        trustedKeys = List.copyOf(trustedKeys);
        trustedKeys.forEach(VerifierKey::parse);
        if (defaultInputPerMillion.nanos() <= 0 || defaultOutputPerMillion.nanos() <= 0) {
            throw new IllegalArgumentException("the default price must be above zero: an unpriced model is never free");
        }
    }

    /** With a list that nobody must have signed. */
    public PricesConfig(@Nullable Path file, NanoUsd defaultInputPerMillion, NanoUsd defaultOutputPerMillion) {
        this(file, List.of(), defaultInputPerMillion, defaultOutputPerMillion);
    }

    /** The trusted keys, read. */
    public List<VerifierKey> verifierKeys() {
        return trustedKeys.stream().map(VerifierKey::parse).toList();
    }
}
