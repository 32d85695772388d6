package dev.portreeve.gateway.dialect;

import dev.portreeve.policy.call.Usage;
import tools.jackson.core.JsonToken;

/**
 * The {@code usage} member of an OpenAI answer, in the words of either of its dialects. There, the totals contain their parts: cached, written and audio tokens are
 * inside {@code prompt_tokens}, reasoning and audio tokens inside {@code completion_tokens}. A provider that says otherwise
 * must neither make the call fail nor make it cheaper, so parts that do not fit are cut, the cheapest sort first. For the
 * call's thread.
 */
final class OpenAiUsage {
    private long input;
    private long output;
    private long total;
    private long cached;
    private long written;
    private long audioIn;
    private long reasoning;
    private long audioOut;

    private OpenAiUsage() {}

    /** Reads the object that the walk stands on. */
    static Usage read(JsonWalk walk) {
        OpenAiUsage usage = new OpenAiUsage();
        while (walk.member()) {
            switch (walk.name()) {
                case "prompt_tokens", "input_tokens" -> usage.input = count(walk);
                case "completion_tokens", "output_tokens" -> usage.output = count(walk);
                case "total_tokens" -> usage.total = count(walk);
                case "prompt_tokens_details", "input_tokens_details" -> usage.promptDetails(walk);
                case "completion_tokens_details", "output_tokens_details" -> usage.completionDetails(walk);
                default -> walk.skipQuickly();
            }
        }
        return usage.usage();
    }

    private void promptDetails(JsonWalk walk) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            walk.skipQuickly();
            return;
        }
        while (walk.member()) {
            switch (walk.name()) {
                case "cached_tokens" -> cached = count(walk);
                case "cache_write_tokens" -> written = count(walk);
                case "audio_tokens" -> audioIn = count(walk);
                default -> walk.skipQuickly();
            }
        }
    }

    private void completionDetails(JsonWalk walk) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            walk.skipQuickly();
            return;
        }
        while (walk.member()) {
            switch (walk.name()) {
                case "reasoning_tokens" -> reasoning = count(walk);
                case "audio_tokens" -> audioOut = count(walk);
                default -> walk.skipQuickly();
            }
        }
    }

    private Usage usage() {
        long completion = reasoningIsBeside() ? output + reasoning : output;
        long audioInput = Math.min(audioIn, input);
        long write = Math.min(written, input - audioInput);
        long read = Math.min(cached, input - audioInput - write);
        long audioOutput = Math.min(audioOut, completion);
        long thought = Math.min(reasoning, completion - audioOutput);
        return new Usage(
                input,
                read,
                completion,
                new Usage.Parts(write, 0, audioInput, thought, audioOutput),
                Usage.Basis.REPORTED);
    }

    /** Some count reasoning beside the completion; their total gives them away. */
    private boolean reasoningIsBeside() {
        boolean adds = reasoning > 0 && total - input - output == reasoning;
        return adds && output <= Long.MAX_VALUE - reasoning;
    }

    private static long count(JsonWalk walk) {
        if (walk.is(JsonToken.VALUE_NUMBER_INT)) {
            return Math.max(0, walk.integer());
        }
        walk.skipQuickly();
        return 0;
    }
}
