package dev.portreeve.gateway.anchor;

import dev.portreeve.audit.DirectRecords;
import dev.portreeve.audit.anchor.Anchor;
import dev.portreeve.audit.anchor.AnchorState;
import dev.portreeve.audit.anchor.Anchoring;
import dev.portreeve.audit.anchor.FileAnchor;
import dev.portreeve.audit.anchor.PostgresAnchors;
import dev.portreeve.audit.anchor.TimestampAnchor;
import dev.portreeve.audit.anchor.WitnessAnchor;
import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.audit.publish.PublishedLog;
import dev.portreeve.audit.stamp.TimeStampTrust;
import dev.portreeve.gateway.config.AnchorConfig;
import dev.portreeve.gateway.config.ObjectAnchorConfig;
import dev.portreeve.gateway.config.TimestampConfig;
import dev.portreeve.gateway.config.WitnessAnchorConfig;
import dev.portreeve.gateway.database.StartFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The anchors that are configured, and what asks them. Started and closed by the composition root; thread-safe. */
public final class Anchors implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Anchors.class);
    /** An attempt may be several requests. */
    private static final int REQUESTS = 4;

    private static final Duration STORE = Duration.ofMinutes(2);

    private final List<String> names;
    private final PostgresAnchors receipts;
    private final List<AutoCloseable> open = new ArrayList<>();

    private Anchors(List<String> names, PostgresAnchors receipts) {
        this.names = names;
        this.receipts = receipts;
    }

    /**
     * Begins to put heads at the anchors.
     *
     * @param key of this log
     * @throws StartFailure if what an anchor needs cannot be read
     */
    public static Anchors start(
            List<AnchorConfig> configured,
            DataSource database,
            VerifierKey key,
            InstantSource clock,
            RandomGenerator random) {
        PostgresAnchors receipts = new PostgresAnchors(database, new DirectRecords(clock, random));
        Anchors anchors =
                new Anchors(configured.stream().map(AnchorConfig::name).toList(), receipts);
        if (!configured.isEmpty()) {
            OutboundPost http = new OutboundPost();
            anchors.open.add(http);
            List<Anchoring.Timed> timed = configured.stream()
                    .map(each ->
                            new Anchoring.Timed(anchors.anchor(each, http, clock, random), each.every(), lease(each)))
                    .toList();
            anchors.open.add(Anchoring.start(new PublishedLog(database), receipts, key, timed));
        }
        return anchors;
    }

    /** A store is given its own time, whatever is said of the others. */
    private static Duration lease(AnchorConfig config) {
        Duration asked = config.timeout().multipliedBy(REQUESTS);
        return config.object() == null || asked.compareTo(STORE) > 0 ? asked : STORE;
    }

    private static TimeStampTrust trust(String name, Path file) {
        try {
            return TimeStampTrust.read(file);
        } catch (IOException unreadable) {
            throw new StartFailure(
                    "the certificates that anchor " + name + " trusts cannot be used: " + unreadable.getMessage(),
                    unreadable);
        }
    }

    private Anchor anchor(AnchorConfig config, OutboundPost http, InstantSource clock, RandomGenerator random) {
        Path folder = config.folder();
        if (folder != null) {
            return new FileAnchor(config.name(), folder, clock);
        }
        ObjectAnchorConfig object = config.object();
        if (object != null) {
            ObjectAnchor anchor = new ObjectAnchor(config.name(), object, clock);
            open.add(anchor);
            return anchor;
        }
        TimestampConfig timestamp = config.timestamp();
        if (timestamp != null) {
            return new TimestampAnchor(
                    config.name(),
                    timestamp.url(),
                    trust(config.name(), timestamp.trust()),
                    http.within(config.timeout(), timestamp.url(), timestamp.allowPrivate()),
                    clock,
                    random);
        }
        WitnessAnchorConfig witness = Objects.requireNonNull(config.witness(), "an anchor is of one kind");
        return new WitnessAnchor(
                config.name(),
                witness.url(),
                witness.verifierKey(),
                http.within(config.timeout(), witness.url(), witness.allowPrivate()));
    }

    /** How each stands; none while the database does not answer. Blocks. */
    public List<AnchorState> states() {
        try {
            return names.isEmpty() ? List.of() : receipts.states(names);
        } catch (SQLException away) {
            LOGGER.warn("the state of the anchors cannot be read: SQLSTATE {}", away.getSQLState());
            return List.of();
        }
    }

    /** The newest head that a witness signed, with its signatures; {@code null} if there is none. Blocks. */
    public @Nullable SignedNote cosigned() throws SQLException {
        return receipts.cosigned();
    }

    /** Ends what asks, then what it asks with. */
    @Override
    public void close() {
        for (AutoCloseable each : open.reversed()) {
            try {
                each.close();
            } catch (Exception failed) {
                LOGGER.debug("an anchor did not close: {}", failed.toString());
            }
        }
    }
}
