package dev.portreeve.gateway;

import dev.portreeve.gateway.batch.BatchDesk;
import dev.portreeve.gateway.batch.BatchKeeper;
import dev.portreeve.gateway.batch.Batches;
import dev.portreeve.gateway.config.BatchesConfig;
import dev.portreeve.gateway.http.BatchRoutes;
import dev.portreeve.gateway.http.BatchWork;
import dev.portreeve.gateway.model.ModelRouter;
import dev.portreeve.policy.PolicyEngine;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;

/** All that batches need, made and begun; closing it ends looking after them. */
record BatchParts(BatchWork work, BatchKeeper keeper) implements AutoCloseable {
    static BatchParts start(
            BatchesConfig config,
            Duration callTimeout,
            Batches batches,
            PolicyEngine policy,
            ModelRouter models,
            InstantSource clock) {
        UUID gateway = UUID.randomUUID();
        BatchDesk desk = new BatchDesk(
                batches,
                policy.governor(),
                new BatchDesk.Bounds(config.maxOpen(), callTimeout, config.lookEvery()),
                gateway,
                clock);
        BatchKeeper keeper = new BatchKeeper(
                batches,
                desk,
                policy.governor(),
                batch -> BatchRoutes.place(models, batch),
                policy.stops()::isStopped,
                new BatchKeeper.Settings(config.lookEvery(), config.maxResultBytes()),
                gateway,
                clock);
        keeper.start();
        return new BatchParts(new BatchWork(batches, desk, keeper::wake, config), keeper);
    }

    @Override
    public void close() {
        keeper.close();
    }
}
