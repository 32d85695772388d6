package dev.portreeve.gateway.http;

import dev.portreeve.gateway.batch.Batch;
import dev.portreeve.gateway.batch.BatchDesk;
import dev.portreeve.gateway.batch.ItemPlan;
import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.dialect.RequestReading;
import dev.portreeve.gateway.model.BatchPlace;
import dev.portreeve.gateway.model.Deployment;
import dev.portreeve.gateway.model.ModelRoute;
import dev.portreeve.gateway.model.RoutedModel;
import dev.portreeve.gateway.turn.CallerMemory;
import dev.portreeve.policy.call.BatchItem;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.Correlation;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.ServiceTier;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.Terms;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Finds where a batch can go, and makes governed calls of its items, whatever dialect it came in. Thread-safe; never blocks. */
final class BatchPlanning {
    private final Routing routing;
    private final Supplier<CallId> callIds;

    BatchPlanning(Routing routing, Supplier<CallId> callIds) {
        this.routing = routing;
        this.callIds = callIds;
    }

    /** One item, as it was read. */
    record Asked(String customId, ModelRequest request) {}

    /**
     * A batch on its way.
     *
     * @param provider by its id in the configuration
     * @param providerKey the name of the provider's key; empty where there is one only
     */
    record Planned(UUID id, String provider, String providerKey, BatchPlace place, List<ItemPlan> items) {
        Planned {
            items = List.copyOf(items);
        }
    }

    /**
     * The batch at the first place, in the order of its first item's model, that all its models go to and that takes batches.
     *
     * @param items at least one, all of this dialect and operation
     * @throws BadRequest naming the item, if there is no such place, or a model is not known
     */
    Planned plan(Subject subject, Dialect dialect, Operation operation, List<Asked> items, Correlation said) {
        UUID id = callIds.get().value();
        Map<String, RoutedModel> models = new LinkedHashMap<>();
        for (Asked item : items) {
            String name = item.request().model();
            if (!models.containsKey(name)) {
                models.put(name, routing.model(name).orElseThrow(() -> unknown(item)));
            }
        }
        Where where = where(items, models, dialect, operation);
        List<ItemPlan> plans = new ArrayList<>();
        String batch = Batch.name(dialect, id);
        for (Asked item : items) {
            plans.add(plan(subject, item, models, where, new BatchItem(batch, item.customId(), plans.isEmpty()), said));
        }
        return new Planned(id, where.provider(), where.key(), where.place(), plans);
    }

    private static RoutedModel model(Map<String, RoutedModel> models, Asked item) {
        return Objects.requireNonNull(models.get(item.request().model()));
    }

    /** Where all items go. */
    private record Where(String provider, String key, BatchPlace place) {
        @Nullable
        Deployment of(RoutedModel model) {
            for (Deployment each : model.deployments()) {
                if (each.route().provider().id().equals(provider) && each.key().equals(key)) {
                    return each;
                }
            }
            return null;
        }
    }

    private static Where where(
            List<Asked> items, Map<String, RoutedModel> models, Dialect dialect, Operation operation) {
        Asked first = items.getFirst();
        Asked misfit = first;
        boolean none = true;
        for (Deployment each : model(models, first).deployments()) {
            BatchPlace place = each.route().provider().batches(dialect, operation);
            if (place == null) {
                continue;
            }
            Where where = new Where(each.route().provider().id(), each.key(), place);
            none = false;
            misfit = null;
            for (Asked item : items) {
                if (where.of(model(models, item)) == null) {
                    misfit = item;
                    break;
                }
            }
            if (misfit == null) {
                return where;
            }
        }
        throw new BadRequest(
                400,
                "batch_not_supported",
                "requests",
                "item \"" + misfit.customId() + "\": the model \""
                        + misfit.request().model()
                        + (none
                                ? "\" goes to no provider that takes batches in this dialect"
                                : "\" does not go to the provider that takes the items before it; make a batch for each"));
    }

    private ItemPlan plan(
            Subject subject,
            Asked item,
            Map<String, RoutedModel> models,
            Where where,
            BatchItem place,
            Correlation said) {
        ModelRequest request = item.request();
        RoutedModel model = model(models, item);
        CallId id = callIds.get();
        Deadline deadline = Deadline.in(BatchDesk.TIME);
        Leg leg = leg(
                item,
                where.of(model),
                new Routing.Asked(id, subject, model.name(), request, CallerMemory.NONE, 0, deadline));
        ModelRoute route = leg.route();
        ModelRequest treated = leg.attempt().request();
        Estimate usual = leg.estimate();
        LlmCall call = new LlmCall(
                        id,
                        subject,
                        new Resource.Model(model.name()),
                        request.operation().code(),
                        treated.content(),
                        usual.on(List.of(new Terms(
                                ServiceTier.BATCH, usual.terms().getFirst().uplift()))),
                        deadline,
                        PlannedCall.target(leg, List.of(), List::of),
                        leg.attempt().hosted())
                .asking(new RequestReading(request))
                .of(said)
                .in(place);
        return new ItemPlan(
                item.customId(),
                call,
                cleared -> where.place().body(treated, route.upstreamModel(), leg.cap(), cleared.content()));
    }

    private Leg leg(Asked item, @Nullable Deployment at, Routing.Asked asked) {
        Leg leg = at == null ? null : routing.leg(at, item.request(), asked);
        if (leg == null) {
            throw unknown(item);
        }
        return leg;
    }

    private static BadRequest unknown(Asked item) {
        return new BadRequest(
                404,
                "model_not_found",
                "model",
                "item \"" + item.customId() + "\": there is no model \""
                        + item.request().model() + "\"");
    }
}
