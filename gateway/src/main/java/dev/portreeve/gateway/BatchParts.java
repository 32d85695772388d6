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

/** Makes all that batches need. */
final class BatchParts {
    private BatchParts() {}

    /** Begins to look after batches, until {@code parts} are closed. */
    static BatchWork start(
            OpenParts parts,
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
        BatchKeeper keeper = parts.add(new BatchKeeper(
                batches,
                desk,
                policy.governor(),
                batch -> BatchRoutes.place(models, batch),
                policy.stops()::isStopped,
                new BatchKeeper.Settings(config.lookEvery(), config.maxResultBytes()),
                gateway,
                clock));
        keeper.start();
        return new BatchWork(batches, desk, keeper::wake, config);
    }
}
