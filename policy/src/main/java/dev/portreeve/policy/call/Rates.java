package dev.portreeve.policy.call;

import java.util.Collections;
import java.util.List;

/**
 * What tokens of each sort cost, per million. Each sort is counted once: cached, written and audio tokens are not charged as
 * plain input too, and reasoning and audio tokens not as plain output.
 *
 * @param cachedInput read from the provider's cache
 * @param cacheWrite written into its cache for minutes
 * @param cacheWriteHour written into its cache for an hour
 * @param reasoning thought, whether shown or not
 */
public record Rates(
        NanoUsd input,
        NanoUsd cachedInput,
        NanoUsd cacheWrite,
        NanoUsd cacheWriteHour,
        NanoUsd audioInput,
        NanoUsd output,
        NanoUsd reasoning,
        NanoUsd audioOutput) {
    /** Rates of a list that tells no sorts apart but cached input. */
    public static Rates of(NanoUsd input, NanoUsd cachedInput, NanoUsd output) {
        return new Rates(input, cachedInput, input, input, input, output, output, output);
    }

    /** The most an input token can cost, whatever the provider makes of it. */
    public NanoUsd dearestInput() {
        return Collections.max(List.of(input, cachedInput, cacheWrite, cacheWriteHour, audioInput));
    }

    /** The most an output token can cost. */
    public NanoUsd dearestOutput() {
        return Collections.max(List.of(output, reasoning, audioOutput));
    }
}
