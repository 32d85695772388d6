package dev.portreeve.gateway.dialect;

import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Usage;
import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * The {@code usage} member of an OpenAI answer, in the words of either of its dialects. There, the totals contain their parts: cached,
 * written, audio and image tokens are inside {@code prompt_tokens}, reasoning, audio and image tokens inside {@code
 * completion_tokens}. A provider that says otherwise must neither make the call fail nor make it cheaper, so parts that do not
 * fit are cut, the cheapest sort first. For the call's thread.
 *
 * <p>What compatible servers say in words of their own: DeepSeek's {@code prompt_cache_hit_tokens} and Moonshot's {@code
 * cached_tokens} are cached input. xAI counts reasoning beside the completion, which its total gives away. Perplexity's {@code
 * citation_tokens} are read beside the prompt and its own {@code reasoning_tokens} thought beside the completion.
 *
 * <p>What a call cost in dollars stands in OpenRouter's {@code cost}, in Perplexity's {@code cost.total_cost}, and in ten-thousand-millionths
 * in xAI's {@code cost_in_usd_ticks}. Whether that is
 * believed hangs on the provider.
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
    private long imageIn;
    private long imageOut;
    private long thoughtApart;
    private long citations;
    private boolean searches;
    private @Nullable BigDecimal cost;
    private BigDecimal upstream = BigDecimal.ZERO;
    private boolean ownKey;

    private OpenAiUsage() {}

    /** Reads the object that the walk stands on. */
    static Usage read(JsonWalk walk) {
        OpenAiUsage usage = new OpenAiUsage();
        while (walk.member()) {
            switch (walk.name()) {
                case "prompt_tokens", "input_tokens" -> usage.input = walk.count(0);
                case "completion_tokens", "output_tokens" -> usage.output = walk.count(0);
                case "total_tokens" -> usage.total = walk.count(0);
                case "prompt_cache_hit_tokens", "cached_tokens" -> usage.cached = Math.max(usage.cached, walk.count(0));
                case "reasoning_tokens" -> usage.thoughtApart = walk.count(0);
                case "citation_tokens" -> {
                    usage.citations = walk.count(0);
                    usage.searches = true;
                }
                case "cost" -> usage.cost = StatedCost.read(walk, "total_cost");
                case "cost_in_usd_ticks" -> usage.cost = StatedCost.ticks(walk);
                case "cost_details" -> {
                    BigDecimal charged = StatedCost.read(walk, "upstream_inference_cost");
                    usage.upstream = charged == null ? BigDecimal.ZERO : charged;
                }
                case "is_byok" -> {
                    usage.ownKey = walk.is(JsonToken.VALUE_TRUE);
                    walk.skipQuickly();
                }
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
                case "cached_tokens" -> cached = Math.max(cached, walk.count(0));
                case "cache_write_tokens" -> written = walk.count(0);
                case "audio_tokens" -> audioIn = walk.count(0);
                case "image_tokens" -> imageIn = walk.count(0);
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
                case "reasoning_tokens" -> reasoning = walk.count(0);
                case "audio_tokens" -> audioOut = walk.count(0);
                case "image_tokens" -> imageOut = walk.count(0);
                default -> walk.skipQuickly();
            }
        }
    }

    private Usage usage() {
        long thought = Math.max(reasoning, thoughtApart);
        boolean beside = thought > 0 && (searches || total - input - output == thought);
        long completion = beside ? output + thought : output;
        long prompt = input + citations;
        long audioInput = Math.min(audioIn, prompt);
        long write = Math.min(written, prompt - audioInput);
        long read = Math.min(cached, prompt - audioInput - write);
        // Pictures may be in the cache: there they cost what is cached.
        long imageInput = Math.min(imageIn, prompt - audioInput - write - read);
        long audioOutput = Math.min(audioOut, completion);
        long imageOutput = Math.min(imageOut, completion - audioOutput);
        long reasoned = Math.min(thought, completion - audioOutput - imageOutput);
        return new Usage(
                        prompt,
                        read,
                        completion,
                        new Usage.Parts(write, 0, audioInput, imageInput, reasoned, audioOutput, imageOutput),
                        Usage.Basis.REPORTED)
                .with(new Usage.Apart(Map.of(), stated()));
    }

    /** With a key of one's own at OpenRouter, the provider behind it charges beside OpenRouter's fee. */
    private @Nullable NanoUsd stated() {
        return cost == null ? null : StatedCost.amount(ownKey ? cost.add(upstream) : cost);
    }
}
