package dev.portreeve.gateway.model;

import dev.portreeve.gateway.config.ModelConfig.HostedTools;
import dev.portreeve.gateway.dialect.HostedWish;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.model.Prices.PricedModel;
import dev.portreeve.gateway.token.Vocabularies;
import dev.portreeve.gateway.turn.Unsupported;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.Fees;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.TokenCount;

/**
 * Where a call to a model goes, and what it costs at most.
 *
 * @param name what callers and rules call it
 * @param upstreamModel the provider's own name
 * @param maxOutputTokens the bound on an answer where the caller gives none
 * @param treatment of its requests
 */
public record ModelRoute(
        String name,
        ModelProvider provider,
        String upstreamModel,
        PricedModel priced,
        int maxOutputTokens,
        Treatment treatment) {
    /** OpenAI's reference of {@code completions}: the default of {@code max_tokens}. */
    private static final int COMPLETION_TOKENS = 16;

    /**
     * What is done about requests that the provider would not do justice to, or only too well.
     *
     * @param unsupported what becomes of what its dialect cannot say
     * @param hosted what becomes of tools that it would run by itself
     */
    public record Treatment(Unsupported unsupported, HostedTools hosted) {
        /** Of names that nobody configured. */
        public static final Treatment USUAL = new Treatment(Unsupported.USUAL, HostedTools.STRIP);
    }

    /**
     * The most a request can cost here: its bytes as input tokens, and as output what the caller allows (or else what {@link
     * #capFor} puts in), once for each answer it asks for.
     */
    public Estimate estimate(ModelRequest request) {
        return estimate(request, request.inputBound());
    }

    /** @param inputBound where the body that the provider gets is another than the caller's */
    public Estimate estimate(ModelRequest request, long inputBound) {
        if (request.operation() == Operation.COUNT_TOKENS) {
            return new Estimate(0, 0, priced.price().with(Fees.UNLISTED));
        }
        if (request.operation().embeds()) {
            return new Estimate(
                    inputBound,
                    0,
                    priced.price(),
                    request.service().terms(priced.price()),
                    Estimate.Apart.NONE,
                    counting(request, inputBound));
        }
        // A translated request has no such tools left.
        HostedWish wish =
                provider.speaks(request.dialect(), request.operation()) ? HostedWish.of(request) : HostedWish.NONE;
        Fees fees = priced.price().fees();
        Price price = priced.price().with(fees.asked(wish.search(), wish.containers()));
        long perAnswer = request.cap().isGiven() ? request.cap().tokens() : usualCap(request.operation());
        return new Estimate(
                inputBound,
                perAnswer * request.choices(),
                price,
                request.service().terms(price),
                new Estimate.Apart(wish.uses(), wish.counted(), priced.statesCost()),
                counting(request, inputBound));
    }

    /** The same, with answers that have no more tokens than this. */
    public ModelRoute answering(long most) {
        int max = (int) Math.min(most, maxOutputTokens);
        return new ModelRoute(name, provider, upstreamModel, priced, max, treatment);
    }

    /** To how many tokens each answer is bounded, by the caller or by what is put in; 0 if nothing bounds it. */
    public long boundOf(ModelRequest request) {
        if (!request.operation().streams()) {
            return 0;
        }
        return request.cap().isGiven() ? request.cap().tokens() : usualCap(request.operation());
    }

    /** What is sent in another dialect has other words around it. */
    private TokenCount counting(ModelRequest request, long inputBound) {
        Vocabularies.Of tokens = priced.tokens();
        return tokens == null || !provider.speaks(request.dialect(), request.operation())
                ? TokenCount.NONE
                : tokens.request(request.body(), inputBound - request.body().length);
    }

    /** The bound to put into a request that has none; 0 where none is needed. */
    public long capFor(ModelRequest request) {
        return request.operation().streams() && !request.cap().isGiven() ? usualCap(request.operation()) : 0;
    }

    /** The older operation has a bound of its own where none is asked for; servers that forgot it are told. */
    private int usualCap(Operation operation) {
        return operation == Operation.COMPLETIONS ? Math.min(COMPLETION_TOKENS, maxOutputTokens) : maxOutputTokens;
    }
}
