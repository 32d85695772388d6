package dev.portreeve.audit.anchor;

import dev.portreeve.audit.DirectRecords;
import dev.portreeve.audit.log.Checkpoint;
import dev.portreeve.audit.log.LogFixture;
import dev.portreeve.audit.log.LogSigner;
import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.log.TenantName;
import dev.portreeve.audit.proof.Continuation;
import dev.portreeve.audit.publish.PublishedLog;
import dev.portreeve.audit.witness.Witness;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/** A log with what puts its heads at anchors, one attempt at a time. */
public final class AnchorFixture implements AutoCloseable {
    public final LogFixture log;
    private final PostgresAnchors receipts;

    public AnchorFixture(Path folder) throws IOException {
        this.log = new LogFixture(folder);
        this.receipts =
                new PostgresAnchors(log.database().app(), new DirectRecords(InstantSource.system(), new Random(7)));
    }

    PostgresAnchors receipts() {
        return receipts;
    }

    PublishedLog published() {
        return new PublishedLog(log.database().app());
    }

    /** As {@link #due}, by a process that was just started. */
    boolean once(Anchor anchor) throws SQLException {
        try (Anchoring anchoring =
                Anchoring.idle(published(), receipts, log.signer().verifierKey())) {
            return anchoring.once(new Anchoring.Timed(anchor, Duration.ofHours(1), Duration.ofMinutes(1)));
        }
    }

    /** Asks an anchor now, whatever its next turn is. True if it confirmed a head. */
    public boolean due(Anchor anchor) throws SQLException {
        makeDue();
        return once(anchor);
    }

    void makeDue() throws SQLException {
        try (Connection connection = log.database().owner().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE audit.anchor_state SET next_at = now() - interval '1 s'");
        }
    }

    AnchorState state(Anchor anchor) throws SQLException {
        return receipts.states(List.of(anchor.name())).getFirst();
    }

    /** The newest head over all tenants. */
    public Checkpoint head() throws SQLException {
        SignedNote note = published().checkpoint(TenantName.NONE);
        return Checkpoint.parse(Objects.requireNonNull(note).text());
    }

    /** The newest head, and that it continues the empty log. */
    public Continuation newest() throws SQLException, IOException {
        return Objects.requireNonNull(published().continuation(TenantName.NONE, 0));
    }

    /** A witness of this log. */
    public Witness witness(Path kept) throws IOException {
        LogSigner signer = LogSigner.loadOrCreateWitness(kept.resolve("witness.pem"), "witness.example/w1");
        return new Witness(signer, List.of(log.signer().verifierKey()), kept.resolve("heads"));
    }

    /** A witness without the network between. */
    public static AnchorPost post(Witness witness) {
        return (url, type, body) -> {
            Witness.Answer answer = witness.add(new String(body, StandardCharsets.UTF_8));
            return new AnchorPost.Answer(answer.status(), answer.body().getBytes(StandardCharsets.UTF_8));
        };
    }

    @Override
    public void close() {
        log.close();
    }
}
