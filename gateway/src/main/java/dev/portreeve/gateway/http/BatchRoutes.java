package dev.portreeve.gateway.http;

import dev.portreeve.gateway.batch.Batch;
import dev.portreeve.gateway.config.LimitsConfig;
import dev.portreeve.gateway.config.ServerConfig;
import dev.portreeve.gateway.model.BatchPlace;
import dev.portreeve.gateway.model.ModelProvider;
import dev.portreeve.gateway.model.ModelRouter;
import dev.portreeve.gateway.model.ProviderKey;
import io.helidon.http.Method;
import io.helidon.webserver.http.HttpRouting;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The routes of batches. */
public final class BatchRoutes {
    private final MessageBatchesEndpoint messages;
    private final BatchesEndpoint batches;

    BatchRoutes(
            ServerConfig config,
            LimitsConfig limits,
            HttpEdge.Services services,
            BatchPlanning planning,
            Clients clients,
            ModelEndpoint.ModelLimits bounds) {
        BatchReading reading = new BatchReading(
                services.governor(),
                services.batches(),
                batch -> place(services.models(), batch),
                clients,
                config.publicUrl(),
                limits.callTimeout());
        this.messages = new MessageBatchesEndpoint(
                new Gatekeeper(services.keys(), services.callIds(), config.acceptKeyInQuery()),
                new Refusals(services.audit()),
                planning,
                services.batches(),
                reading,
                bounds);
        this.batches = new BatchesEndpoint(
                new Gatekeeper(services.keys(), services.callIds(), config.acceptKeyInQuery()),
                new Refusals(services.audit()),
                planning,
                services.batches(),
                services.files(),
                services.filing(),
                new BatchForm(
                        services.batches().batches(),
                        new BatchOutputs(services.batches().batches(), services.files(), services.clock())),
                reading,
                bounds);
    }

    /** Where a batch is; {@code null} if its provider, or the key it was sent with, is not configured any more. */
    public static @Nullable BatchPlace place(ModelRouter models, Batch batch) {
        ModelProvider provider = models.provider(batch.provider()).orElse(null);
        if (provider == null) {
            return null;
        }
        if (batch.providerKey().isEmpty()) {
            return provider.batches(batch.dialect(), batch.operation());
        }
        for (ProviderKey key : provider.keys()) {
            if (key.name().equals(batch.providerKey())) {
                return key.provider().batches(batch.dialect(), batch.operation());
            }
        }
        return null;
    }

    void add(HttpRouting.Builder routing, LastResort lastResort) {
        for (String base : List.of("/v1", "", "/v1/v1")) {
            addBatches(routing, base + Paths.BATCHES, lastResort);
            String all = base + Paths.MESSAGE_BATCHES;
            String one = all + "/{" + MessageBatchesEndpoint.ID + "}";
            routing.post(all, messages.create())
                    .get(all, messages.list())
                    .any(all, lastResort.wants("GET, POST"))
                    .get(one, messages.one())
                    .delete(one, messages.delete())
                    .any(one, lastResort.wants("GET, DELETE"))
                    .post(one + "/cancel", messages.cancel())
                    .any(one + "/cancel", lastResort.wants(Method.POST.text()))
                    .get(one + "/results", messages.results())
                    .any(one + "/results", lastResort.wants(Method.GET.text()));
        }
    }

    private void addBatches(HttpRouting.Builder routing, String all, LastResort lastResort) {
        String one = all + "/{" + BatchesEndpoint.ID + "}";
        routing.post(all, batches.create())
                .get(all, batches.list())
                .any(all, lastResort.wants("GET, POST"))
                .get(one, batches.one())
                .any(one, lastResort.wants(Method.GET.text()))
                .post(one + "/cancel", batches.cancel())
                .any(one + "/cancel", lastResort.wants(Method.POST.text()));
    }
}
