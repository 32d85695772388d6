package dev.portreeve.gateway;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.AuditReader;
import dev.portreeve.audit.DirectRecords;
import dev.portreeve.audit.deliver.DeliveryPlaces;
import dev.portreeve.audit.payload.PostgresPayloads;
import dev.portreeve.audit.payload.SubjectKeys;
import dev.portreeve.audit.retention.Erasure;
import dev.portreeve.audit.retention.PostgresEraser;
import dev.portreeve.audit.retention.PostgresHolds;
import dev.portreeve.audit.retention.PostgresRetention;
import dev.portreeve.audit.retention.RetentionTimes;
import dev.portreeve.audit.search.PostgresSearch;
import dev.portreeve.audit.search.RecordIndexer;
import dev.portreeve.gateway.admin.KeepingServices;
import dev.portreeve.gateway.config.AnchorConfig;
import dev.portreeve.gateway.config.AuditConfig;
import dev.portreeve.gateway.config.DeliveryConfig;
import dev.portreeve.gateway.database.Database;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done with records after they were written: made findable, held, erased, dropped when their time is over. */
final class EvidenceKeeping implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(EvidenceKeeping.class);
    private static final Duration INDEX_EVERY = Duration.ofSeconds(1);
    private static final Duration RETAIN_EVERY = Duration.ofHours(1);
    private static final Duration SEARCH_PATIENCE = Duration.ofSeconds(10);
    private static final Duration END_WAIT = Duration.ofSeconds(5);

    private final AuditConfig config;
    private final Database database;
    private final PostgresRetention retention;
    private final RecordIndexer indexer;
    private final KeepingServices services;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final List<Thread> threads;

    private EvidenceKeeping(
            AuditConfig config,
            Database database,
            PostgresRetention retention,
            RecordIndexer indexer,
            KeepingServices services) {
        this.config = config;
        this.database = database;
        this.retention = retention;
        this.indexer = indexer;
        this.services = services;
        this.threads = List.of(
                Thread.ofVirtual().name("audit-indexer").start(this::index),
                Thread.ofVirtual().name("audit-retention").start(this::retain));
    }

    /** What it works with; all of it outlives it. */
    record Ground(Database database, AuditLog log, AuditReader records, InstantSource clock, RandomGenerator random) {}

    /**
     * Begins.
     *
     * @param stores what else an erasure asks to forget
     */
    static EvidenceKeeping start(AuditConfig config, Ground ground, SubjectKeys keys, List<Erasure.Store> stores) {
        Database database = ground.database();
        DirectRecords direct = new DirectRecords(ground.clock(), ground.random());
        RecordIndexer indexer = new RecordIndexer(database.pooled(), INDEX_EVERY);
        return new EvidenceKeeping(
                config,
                database,
                new PostgresRetention(
                        database.unpooled(),
                        direct,
                        new RetentionTimes(config.retention(), config.payloadRetention()),
                        config.anchors().stream()
                                .filter(AnchorConfig::required)
                                .map(AnchorConfig::name)
                                .toList(),
                        ground.clock()),
                indexer,
                new KeepingServices(
                        ground.log(),
                        ground.records(),
                        new PostgresPayloads(database.pooled(), keys),
                        keys,
                        new PostgresHolds(database.unpooled(), direct),
                        new PostgresEraser(database.unpooled(), direct, stores),
                        new PostgresSearch(
                                database.pooled(), SEARCH_PATIENCE, config.search() == AuditConfig.Search.ON),
                        new DeliveryPlaces(database.pooled(), direct),
                        config.deliveries().stream().map(DeliveryConfig::id).toList()));
    }

    KeepingServices services() {
        return services;
    }

    /** What nobody reads on would outlive its records. */
    private void index() {
        if (config.search() == AuditConfig.Search.ON) {
            indexer.run();
            return;
        }
        try {
            RecordIndexer.empty(database.pooled());
        } catch (SQLException away) {
            LOGGER.warn("what was made findable stays until the next start: SQLSTATE {}", away.getSQLState());
        }
    }

    private void retain() {
        if (config.retention() == null && config.payloadRetention() == null) {
            return;
        }
        try {
            do {
                retainOnce();
            } while (!closing.await(RETAIN_EVERY.toSeconds(), TimeUnit.SECONDS));
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void retainOnce() {
        try {
            LOGGER.debug("{} months were due", retention.run().size());
        } catch (SQLException away) {
            LOGGER.warn("what is past its time stays for now: SQLSTATE {}", away.getSQLState());
        }
    }

    @Override
    public void close() {
        closing.countDown();
        indexer.close();
        try {
            for (Thread thread : threads) {
                if (!thread.join(END_WAIT)) {
                    thread.interrupt();
                }
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
