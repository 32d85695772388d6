package dev.portreeve.gateway;

import dev.portreeve.gateway.batch.BatchDesk;
import dev.portreeve.gateway.batch.BatchKeeper;
import dev.portreeve.gateway.batch.Batches;
import dev.portreeve.gateway.config.BatchesConfig;
import dev.portreeve.gateway.config.GatewayConfig;
import dev.portreeve.gateway.file.FileSweeper;
import dev.portreeve.gateway.file.StoredFiles;
import dev.portreeve.gateway.http.BatchRoutes;
import dev.portreeve.gateway.http.BatchWork;
import dev.portreeve.gateway.model.ModelRouter;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.PolicyEngine;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import javax.sql.DataSource;

/** All that batches and their files need, made and begun; closing it ends looking after them. */
record BatchParts(BatchWork work, BatchKeeper keeper, StoredFiles files, FileSweeper sweeper, AlarmClock alarms)
        implements AutoCloseable {
    private static final Duration SWEEP = Duration.ofMinutes(1);

    static BatchParts start(
            GatewayConfig config,
            DataSource database,
            SealedTokens seal,
            PolicyEngine policy,
            ModelRouter models,
            InstantSource clock) {
        UUID gateway = UUID.randomUUID();
        BatchesConfig terms = config.batches();
        Batches batches = MemberContents.batches(config, database, seal, clock);
        BatchDesk desk = new BatchDesk(
                batches,
                policy.governor(),
                new BatchDesk.Bounds(terms.maxOpen(), config.limits().callTimeout(), terms.lookEvery()),
                gateway,
                clock);
        BatchKeeper keeper = new BatchKeeper(
                batches,
                desk,
                policy.governor(),
                batch -> BatchRoutes.place(models, batch),
                policy.stops()::isStopped,
                new BatchKeeper.Settings(terms.lookEvery(), terms.maxResultBytes()),
                gateway,
                clock);
        keeper.start();
        StoredFiles files = MemberContents.files(config, database, seal, clock);
        AlarmClock alarms = new AlarmClock();
        return new BatchParts(
                new BatchWork(batches, desk, keeper::wake, terms),
                keeper,
                files,
                FileSweeper.start(files, SWEEP, alarms),
                alarms);
    }

    @Override
    public void close() {
        sweeper.close();
        alarms.close();
        keeper.close();
    }
}
