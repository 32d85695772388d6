package dev.portreeve.gateway.batch;

import dev.portreeve.gateway.model.BatchPlace.End;
import dev.portreeve.policy.call.BatchItem;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.HostedService;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.ServiceTier;
import dev.portreeve.policy.call.Terms;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An item as the database knows it: all that its second round takes.
 *
 * @param model by the name the caller used
 * @param upstreamModel the provider's own
 * @param price which of the batch's
 * @param inputTokens the bound it was held for, as are {@code outputTokens}, {@code uplift} and {@code uses}
 * @param end how it ended; {@code null} as long as that is not settled
 */
public record HeldItem(
        int ordinal,
        String customId,
        CallId call,
        String model,
        String upstreamModel,
        int price,
        long inputTokens,
        long outputTokens,
        int uplift,
        Map<HostedService, Long> uses,
        @Nullable End end) {
    private static final Duration SECOND_ROUND = Duration.ofMinutes(5);

    public HeldItem {
        uses = Map.copyOf(uses);
    }

    /** The same item after its plan. */
    static HeldItem of(int ordinal, ItemPlan plan, int price) {
        LlmCall call = plan.call();
        Estimate estimate = call.estimate();
        LlmCall.Target target = call.target();
        return new HeldItem(
                ordinal,
                plan.customId(),
                call.id(),
                call.resource().name(),
                target == null ? call.resource().name() : target.model(),
                price,
                estimate.inputTokens(),
                estimate.outputTokens(),
                estimate.terms().getFirst().uplift(),
                estimate.apart().uses(),
                null);
    }

    /** The call as its second round sees it: at the price of its first. */
    LlmCall call(Batch batch) {
        Estimate estimate = new Estimate(
                inputTokens,
                outputTokens,
                batch.prices().get(price),
                List.of(new Terms(ServiceTier.BATCH, uplift)),
                new Estimate.Apart(uses, true, false));
        return new LlmCall(
                        call,
                        batch.owner(),
                        new Resource.Model(model),
                        batch.operation().code(),
                        Content.EMPTY,
                        estimate,
                        Deadline.in(SECOND_ROUND),
                        new LlmCall.Target(
                                batch.provider(),
                                upstreamModel,
                                0,
                                true,
                                List.of(),
                                batch.providerKey(),
                                List.of(),
                                List::of),
                        List.of())
                .in(new BatchItem(batch.name(), customId, false));
    }
}
