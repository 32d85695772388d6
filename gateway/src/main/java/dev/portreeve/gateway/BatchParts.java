package dev.portreeve.gateway;

import dev.portreeve.gateway.batch.BatchDesk;
import dev.portreeve.gateway.batch.BatchKeeper;
import dev.portreeve.gateway.batch.Batches;
import dev.portreeve.gateway.config.BatchesConfig;
import dev.portreeve.gateway.config.GatewayConfig;
import dev.portreeve.gateway.http.BatchRoutes;
import dev.portreeve.gateway.http.BatchWork;
import dev.portreeve.gateway.model.ModelRouter;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.policy.PolicyEngine;
import java.time.InstantSource;
import java.util.UUID;
import javax.sql.DataSource;

/** All that batches need, made and begun; closing it ends looking after them. */
record BatchParts(BatchWork work, BatchKeeper keeper) implements AutoCloseable {
    static BatchParts start(
            GatewayConfig all,
            DataSource database,
            SealedTokens seal,
            PolicyEngine policy,
            ModelRouter models,
            InstantSource clock) {
        BatchesConfig config = all.batches();
        Batches batches = MemberContents.batches(all, database, seal, clock);
        UUID gateway = UUID.randomUUID();
        BatchDesk desk = new BatchDesk(
                batches,
                policy.governor(),
                new BatchDesk.Bounds(config.maxOpen(), all.limits().callTimeout(), config.lookEvery()),
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
