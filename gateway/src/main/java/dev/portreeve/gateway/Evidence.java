package dev.portreeve.gateway;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.DirectRecords;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.JournalOwner;
import dev.portreeve.audit.JournalSettings;
import dev.portreeve.audit.PostgresJournal;
import dev.portreeve.audit.deliver.DeliveryPlaces;
import dev.portreeve.audit.lag.LagReader;
import dev.portreeve.audit.log.AuditStatus;
import dev.portreeve.audit.log.KeptHeads;
import dev.portreeve.audit.log.LogSigner;
import dev.portreeve.audit.log.Sequencer;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.audit.process.ProcessTimes;
import dev.portreeve.audit.process.RunningProcess;
import dev.portreeve.audit.witness.Witness;
import dev.portreeve.gateway.admin.Verifications;
import dev.portreeve.gateway.anchor.Anchors;
import dev.portreeve.gateway.config.AuditConfig;
import dev.portreeve.gateway.config.DataDirectory;
import dev.portreeve.gateway.config.DeliveryConfig;
import dev.portreeve.gateway.database.Database;
import dev.portreeve.gateway.database.EvidenceFiles;
import dev.portreeve.gateway.database.StartFailure;
import dev.portreeve.gateway.http.Readiness;
import dev.portreeve.gateway.lag.Concern;
import dev.portreeve.gateway.lag.EvidenceWatch;
import dev.portreeve.gateway.lag.Leaving;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The evidence of this process: the journal that stores records, and the sequencer that numbers and signs them. */
final class Evidence implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Evidence.class);
    private static final Duration END_WAIT = Duration.ofSeconds(10);

    private final PostgresJournal journal;
    private final AuditLog log;
    private final Sequencer sequencer;
    private final Thread sequencing;
    private final Verifications verifications;
    private final @Nullable Witness witness;
    private final Anchors anchors;

    private final RunningProcess running;
    private final Thread living;
    private final EvidenceWatch watch;
    private final Thread watching;

    private Evidence(
            PostgresJournal journal,
            AuditLog log,
            Sequencer sequencer,
            Verifications verifications,
            @Nullable Witness witness,
            Anchors anchors,
            RunningProcess running,
            EvidenceWatch watch) {
        this.journal = journal;
        this.log = log;
        this.sequencer = sequencer;
        this.sequencing = Thread.ofPlatform().name("audit-sequencer").daemon().start(sequencer);
        this.verifications = verifications;
        this.witness = witness;
        this.running = running;
        this.living = Thread.ofVirtual().name("audit-process").unstarted(running);
        this.watch = watch;
        this.watching = Thread.ofVirtual().name("audit-watch").start(watch);
        this.anchors = anchors;
    }

    /**
     * Opens the log and records that this process started.
     *
     * @param tenants whose logs it writes to
     */
    static Evidence open(
            AuditConfig config,
            List<String> tenants,
            DataDirectory directory,
            Database database,
            InstantSource clock,
            RandomGenerator random) {
        LogSigner signer = EvidenceFiles.signer(config, directory);
        VerifierKey before = published(directory);
        directory.publish(directory.verifierKey(), signer.verifierKey().lines());
        KeptHeads heads = EvidenceFiles.heads(directory);
        JournalOwner owner = new JournalOwner(UUID.randomUUID(), tenants);
        PostgresJournal journal =
                PostgresJournal.start(database.unpooled(), JournalSettings.defaults(), clock, random, owner);
        AuditLog log = new AuditLog(journal, owner.process());
        Facts start = new Facts()
                .put("version", Version.text())
                .put("verifier_key", signer.verifierKey().toString());
        Sequencer sequencer = new Sequencer(database.unpooled(), signer, heads, config.checkpointEvery());
        Anchors anchors = Anchors.start(config.anchors(), database.pooled(), signer.verifierKey(), clock, random);
        Evidence evidence = new Evidence(
                journal,
                log,
                sequencer,
                new Verifications(database.unpooled(), heads, signer.verifierKey(), log, clock),
                EvidenceFiles.witness(config, directory),
                anchors,
                new RunningProcess(owner, log, database.unpooled(), ProcessTimes.DEFAULT, clock, start),
                watch(
                        config,
                        database,
                        new EvidenceWatch.Observed(journal::state, sequencer::problem, log.openCalls()::count),
                        leaving(config, database, new DirectRecords(clock, random), anchors),
                        clock));
        evidence.running.start();
        evidence.living.start();
        recordChange(log, config, before, signer.verifierKey());
        return evidence;
    }

    private static void recordChange(AuditLog log, AuditConfig config, @Nullable VerifierKey before, VerifierKey now) {
        if (before != null && !before.toString().equals(now.toString())) {
            log.append(keyChanged(config, before, now));
        }
    }

    private static EvidenceWatch watch(
            AuditConfig config,
            Database database,
            EvidenceWatch.Observed observed,
            Leaving.Reader leaving,
            InstantSource clock) {
        return new EvidenceWatch(
                observed, new LagReader(database.pooled()), leaving, config.lag(), config.checkpointEvery(), clock);
    }

    private static Leaving.Reader leaving(
            AuditConfig config, Database database, DirectRecords records, Anchors anchors) {
        DeliveryPlaces places = new DeliveryPlaces(database.pooled(), records);
        List<DeliveryPlaces.Scope> deliveries = config.deliveries().stream()
                .map(each -> new DeliveryPlaces.Scope(each.id(), each.tenant()))
                .toList();
        Set<String> daily = config.deliveries().stream()
                .filter(each -> each.daily() != null)
                .map(DeliveryConfig::id)
                .collect(Collectors.toUnmodifiableSet());
        return () -> new Leaving(places.lag(deliveries), daily, anchors.states());
    }

    private static AuditEvent keyChanged(AuditConfig config, VerifierKey before, VerifierKey now) {
        Facts change = new Facts().put("verifier_key_before", before.toString()).put("verifier_key", now.toString());
        LocalDate until = config.keys().retiringUntil();
        if (until != null) {
            change.put("retiring_until", until.toString());
        }
        return new AuditEvent(AuditEvent.INSTANCE, EventKind.SIGNING_KEY_CHANGED, null, change);
    }

    private static @Nullable VerifierKey published(DataDirectory directory) {
        try {
            return EvidenceFiles.published(directory);
        } catch (IOException | IllegalArgumentException unreadable) {
            throw new StartFailure(
                    "\"" + directory.verifierKey() + "\" is not what was written there: " + unreadable.getMessage(),
                    unreadable);
        }
    }

    AuditLog log() {
        return log;
    }

    Verifications verifications() {
        return verifications;
    }

    Anchors anchors() {
        return anchors;
    }

    @Nullable
    Witness witness() {
        return witness;
    }

    /** Whether records are taken, and what is behind; from memory. */
    Readiness readiness() {
        List<Concern> concerns = watch.concerns();
        return new Readiness(parts(concerns, true), parts(concerns, false));
    }

    private static List<String> parts(List<Concern> concerns, boolean stopsCalls) {
        return concerns.stream()
                .filter(concern -> concern.stopsCalls() == stopsCalls)
                .map(concern -> concern.part().code())
                .distinct()
                .toList();
    }

    /** How far it is behind. */
    EvidenceWatch watch() {
        return watch;
    }

    /** How each tenant's log stands; none while the database does not answer. */
    List<AuditStatus> statuses() {
        try {
            return sequencer.statuses();
        } catch (SQLException away) {
            LOGGER.warn("the state of the audit log cannot be read: {}", away.getMessage());
            return List.of();
        }
    }

    /** Stores what is queued, and signs it. */
    @Override
    public void close() {
        anchors.close();
        running.close();
        watch.close();
        journal.close();
        try {
            int signed = sequencer.runOnce();
            LOGGER.debug("{} last records were signed", signed);
        } catch (SQLException | IOException failed) {
            LOGGER.warn("the last records are stored but not signed yet: {}", failed.toString());
        }
        sequencer.close();
        try {
            if (!sequencing.join(END_WAIT) || !living.join(END_WAIT) || !watching.join(END_WAIT)) {
                LOGGER.warn("the sequencer, or what gives signs of life, did not end");
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
