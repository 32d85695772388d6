package dev.portreeve.gateway;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.JournalSettings;
import dev.portreeve.audit.PostgresJournal;
import dev.portreeve.audit.log.AuditStatus;
import dev.portreeve.audit.log.KeptHeads;
import dev.portreeve.audit.log.LogSigner;
import dev.portreeve.audit.log.Sequencer;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.audit.witness.Witness;
import dev.portreeve.gateway.admin.Verifications;
import dev.portreeve.gateway.anchor.Anchors;
import dev.portreeve.gateway.config.AuditConfig;
import dev.portreeve.gateway.config.DataDirectory;
import dev.portreeve.gateway.database.Database;
import dev.portreeve.gateway.database.EvidenceFiles;
import dev.portreeve.gateway.database.StartFailure;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
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

    /** Tells this process from others that write to the same log. */
    private final String process = UUID.randomUUID().toString();

    private Evidence(
            PostgresJournal journal,
            AuditLog log,
            Sequencer sequencer,
            Verifications verifications,
            @Nullable Witness witness,
            Anchors anchors) {
        this.journal = journal;
        this.log = log;
        this.sequencer = sequencer;
        this.sequencing = Thread.ofPlatform().name("audit-sequencer").daemon().start(sequencer);
        this.verifications = verifications;
        this.witness = witness;
        this.anchors = anchors;
    }

    /** Opens the log and records that this process started. */
    static Evidence open(
            AuditConfig config,
            DataDirectory directory,
            Database database,
            InstantSource clock,
            RandomGenerator random) {
        LogSigner signer = EvidenceFiles.signer(config, directory);
        VerifierKey before = published(directory);
        directory.publish(directory.verifierKey(), signer.verifierKey().lines());
        KeptHeads heads = EvidenceFiles.heads(directory);
        PostgresJournal journal = PostgresJournal.start(database.unpooled(), JournalSettings.defaults(), clock, random);
        AuditLog log = new AuditLog(journal);
        Evidence evidence = new Evidence(
                journal,
                log,
                new Sequencer(database.unpooled(), signer, heads, config.checkpointEvery()),
                new Verifications(database.unpooled(), heads, signer.verifierKey(), log, clock),
                EvidenceFiles.witness(config, directory),
                Anchors.start(config.anchors(), database.pooled(), signer.verifierKey(), clock, random));
        evidence.log.append(new AuditEvent(
                AuditEvent.INSTANCE,
                EventKind.SERVER_STARTED,
                null,
                new Facts()
                        .put("process", evidence.process)
                        .put("version", Version.text())
                        .put("verifier_key", signer.verifierKey().toString())));
        if (before != null && !before.sameKey(signer.verifierKey())) {
            Facts change = new Facts()
                    .put("verifier_key_before", before.toString())
                    .put("verifier_key", signer.verifierKey().toString());
            LocalDate until = config.keys().retiringUntil();
            if (until != null) {
                change.put("retiring_until", until.toString());
            }
            evidence.log.append(new AuditEvent(AuditEvent.INSTANCE, EventKind.SIGNING_KEY_CHANGED, null, change));
        }
        return evidence;
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

    /** Whether records are taken: the writer keeps up. */
    boolean isTaking() {
        return journal.queued() < JournalSettings.defaults().queueCapacity() / 2;
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
        // Whoever started and never says this was killed.
        log.append(new AuditEvent(
                AuditEvent.INSTANCE, EventKind.SERVER_STOPPED, null, new Facts().put("process", process)));
        journal.close();
        try {
            int signed = sequencer.runOnce();
            LOGGER.debug("{} last records were signed", signed);
        } catch (SQLException | IOException failed) {
            LOGGER.warn("the last records are stored but not signed yet: {}", failed.toString());
        }
        sequencer.close();
        try {
            if (!sequencing.join(END_WAIT)) {
                LOGGER.warn("the sequencer did not end");
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
