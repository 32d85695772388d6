package dev.portreeve.gateway.dialect;

import dev.portreeve.policy.call.ServiceTier;
import dev.portreeve.policy.call.Terms;
import dev.portreeve.policy.call.Usage;
import java.util.Locale;
import tools.jackson.core.JsonToken;

/**
 * The {@code usageMetadata} of a Gemini answer. Cached tokens are inside {@code promptTokenCount}; what tools of the provider
 * read stands beside it, thoughts stand beside {@code candidatesTokenCount}. Audio and pictures are in lists by modality. A provider that says
 * what does not fit must neither make the call fail nor make it cheaper. For the call's thread.
 */
final class GeminiUsage {

    private long prompt;
    private long toolPrompt;
    private long cached;
    private long candidates;
    private long thoughts;
    private final Modalities in = new Modalities();
    private final Modalities fromCache = new Modalities();
    private final Modalities out = new Modalities();
    private ServiceTier tier = ServiceTier.STANDARD;

    /** What of a count is of a sort with a price of its own. */
    private static final class Modalities {
        private long audio;
        private long images;
    }

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
            case "promptTokenCount" -> prompt = walk.count(0);
            case "toolUsePromptTokenCount" -> toolPrompt = walk.count(0);
            case "cachedContentTokenCount" -> cached = walk.count(0);
            // Vertex's newer word for the same.
            case "candidatesTokenCount", "responseTokenCount" -> candidates = walk.count(0);
            case "thoughtsTokenCount" -> thoughts = walk.count(0);
            case "promptTokensDetails", "toolUsePromptTokensDetails" -> modalities(walk, in);
            case "cacheTokensDetails" -> modalities(walk, fromCache);
            case "candidatesTokensDetails", "responseTokensDetails" -> modalities(walk, out);
            case "serviceTier", "trafficType" -> served(walk);
            default -> walk.skipQuickly();
        }
    }

    private Usage usage() {
        long input = prompt + toolPrompt;
        long output = candidates + thoughts;
        long audioInput = Math.clamp(in.audio - fromCache.audio, 0, input);
        long read = Math.min(cached, input - audioInput);
        long imageInput = Math.clamp(in.images - fromCache.images, 0, input - audioInput - read);
        long audioOutput = Math.min(out.audio, candidates);
        long imageOutput = Math.min(out.images, candidates - audioOutput);
        return new Usage(
                input,
                read,
                output,
                new Usage.Parts(0, 0, audioInput, imageInput, thoughts, audioOutput, imageOutput),
                new Terms(tier, 0),
                Usage.Basis.REPORTED);
    }

    /** Google's word for the tier, and Vertex's, which says {@code ON_DEMAND_PRIORITY} and so on. */
    private void served(JsonWalk walk) {
        if (!walk.is(JsonToken.VALUE_STRING)) {
            walk.skipQuickly();
            return;
        }
        String word = walk.string().toLowerCase(Locale.ROOT);
        if (word.endsWith("priority")) {
            tier = ServiceTier.PRIORITY;
        } else if (word.endsWith("flex")) {
            tier = ServiceTier.FLEX;
        }
    }

    private static void modalities(JsonWalk walk, Modalities into) {
        if (!walk.is(JsonToken.START_ARRAY)) {
            walk.skipQuickly();
            return;
        }
        while (walk.element()) {
            if (walk.is(JsonToken.START_OBJECT)) {
                modality(walk, into);
            } else {
                walk.skipQuickly();
            }
        }
    }

    private static void modality(JsonWalk walk, Modalities into) {
        String modality = "";
        long tokens = 0;
        while (walk.member()) {
            if (walk.name().equals("modality")) {
                modality = walk.is(JsonToken.VALUE_STRING) ? walk.string() : "";
                walk.skipQuickly();
            } else if (walk.name().equals("tokenCount")) {
                tokens = walk.count(0);
            } else {
                walk.skipQuickly();
            }
        }
        switch (modality) {
            case "AUDIO" -> into.audio += tokens;
            case "IMAGE" -> into.images += tokens;
            default -> {}
        }
    }
}
