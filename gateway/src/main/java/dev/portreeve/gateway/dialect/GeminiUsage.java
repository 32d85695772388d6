package dev.portreeve.gateway.dialect;

import dev.portreeve.policy.call.Usage;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.InputCoercionException;

/**
 * The {@code usageMetadata} of a Gemini answer. Cached tokens are inside {@code promptTokenCount}; what tools of the provider
 * read stands beside it, thoughts stand beside {@code candidatesTokenCount}. Audio is in lists by modality. A provider that says
 * what does not fit must neither make the call fail nor make it cheaper. For the call's thread.
 */
final class GeminiUsage {
    /** No model comes near; beyond it sums could leave 64 bits. */
    private static final long MAX = 1L << 48;

    private long prompt;
    private long toolPrompt;
    private long cached;
    private long candidates;
    private long thoughts;
    private long audioIn;
    private long audioCached;
    private long audioOut;

    private GeminiUsage() {}

    /** Reads the object that the walk stands on. */
    static Usage read(JsonWalk walk) {
        GeminiUsage usage = new GeminiUsage();
        while (walk.member()) {
            usage.member(walk);
        }
        return usage.usage();
    }

    private void member(JsonWalk walk) {
        switch (walk.name()) {
            case "promptTokenCount" -> prompt = count(walk);
            case "toolUsePromptTokenCount" -> toolPrompt = count(walk);
            case "cachedContentTokenCount" -> cached = count(walk);
            // Vertex's newer word for the same.
            case "candidatesTokenCount", "responseTokenCount" -> candidates = count(walk);
            case "thoughtsTokenCount" -> thoughts = count(walk);
            case "promptTokensDetails", "toolUsePromptTokensDetails" -> audioIn += audio(walk);
            case "cacheTokensDetails" -> audioCached += audio(walk);
            case "candidatesTokensDetails", "responseTokensDetails" -> audioOut += audio(walk);
            default -> walk.skipQuickly();
        }
    }

    private Usage usage() {
        long input = prompt + toolPrompt;
        long output = candidates + thoughts;
        long audioInput = Math.clamp(audioIn - audioCached, 0, input);
        long read = Math.min(cached, input - audioInput);
        long audioOutput = Math.min(audioOut, candidates);
        return new Usage(
                input, read, output, new Usage.Parts(0, 0, audioInput, thoughts, audioOutput), Usage.Basis.REPORTED);
    }

    private static long audio(JsonWalk walk) {
        if (!walk.is(JsonToken.START_ARRAY)) {
            walk.skipQuickly();
            return 0;
        }
        long audio = 0;
        while (walk.element()) {
            if (walk.is(JsonToken.START_OBJECT)) {
                audio += audioOf(walk);
            } else {
                walk.skipQuickly();
            }
        }
        return audio;
    }

    private static long audioOf(JsonWalk walk) {
        boolean audio = false;
        long tokens = 0;
        while (walk.member()) {
            if (walk.name().equals("modality")) {
                audio = walk.is(JsonToken.VALUE_STRING) && walk.string().equals("AUDIO");
                walk.skipQuickly();
            } else if (walk.name().equals("tokenCount")) {
                tokens = count(walk);
            } else {
                walk.skipQuickly();
            }
        }
        return audio ? tokens : 0;
    }

    private static long count(JsonWalk walk) {
        if (!walk.is(JsonToken.VALUE_NUMBER_INT)) {
            walk.skipQuickly();
            return 0;
        }
        try {
            return Math.clamp(walk.integer(), 0, MAX);
        } catch (InputCoercionException absurd) {
            return MAX;
        }
    }
}
