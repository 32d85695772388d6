package dev.portreeve.policy.call;

import java.util.Collections;
import java.util.List;

/**
 * What tokens of each sort cost, per million. Each sort is counted once: cached, written, audio and image tokens are not
 * charged as plain input too, and reasoning, audio and image tokens not as plain output.
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
        NanoUsd imageInput,
        NanoUsd output,
        NanoUsd reasoning,
        NanoUsd audioOutput,
        NanoUsd imageOutput) {
    /** Rates of a list on which pictures cost what text costs. */
    public Rates(
            NanoUsd input,
            NanoUsd cachedInput,
            NanoUsd cacheWrite,
            NanoUsd cacheWriteHour,
            NanoUsd audioInput,
            NanoUsd output,
            NanoUsd reasoning,
            NanoUsd audioOutput) {
        this(input, cachedInput, cacheWrite, cacheWriteHour, audioInput, input, output, reasoning, audioOutput, output);
    }

    /** Rates of a list that tells no sorts apart but cached input. */
    public static Rates of(NanoUsd input, NanoUsd cachedInput, NanoUsd output) {
        return new Rates(input, cachedInput, input, input, input, output, output, output);
    }

    /** The most an input token can cost, whatever the provider makes of it. */
    public NanoUsd dearestInput() {
        return Collections.max(List.of(input, cachedInput, cacheWrite, cacheWriteHour, audioInput, imageInput));
    }

    /** The most an output token can cost. */
    public NanoUsd dearestOutput() {
        return Collections.max(List.of(output, reasoning, audioOutput, imageOutput));
    }

    /**
     * Rates in another tier of service of which only the prices of plain input and output are known: the other sorts cost as
     * much more or less than these as they do here. Rounded up.
     */
    public Rates scaled(NanoUsd otherInput, NanoUsd otherOutput) {
        return new Rates(
                otherInput,
                scaled(cachedInput, otherInput, input),
                scaled(cacheWrite, otherInput, input),
                scaled(cacheWriteHour, otherInput, input),
                scaled(audioInput, otherInput, input),
                scaled(imageInput, otherInput, input),
                otherOutput,
                scaled(reasoning, otherOutput, output),
                scaled(audioOutput, otherOutput, output),
                scaled(imageOutput, otherOutput, output));
    }

    /** Where there is nothing to compare with, the dearer of both. */
    private static NanoUsd scaled(NanoUsd amount, NanoUsd other, NanoUsd base) {
        if (base.isZero()) {
            return amount.compareTo(other) > 0 ? amount : other;
        }
        return amount.times(other.nanos(), base.nanos());
    }
}
