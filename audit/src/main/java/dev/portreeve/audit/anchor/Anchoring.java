package dev.portreeve.audit.anchor;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.log.Checkpoint;
import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.log.TenantName;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.audit.proof.Continuation;
import dev.portreeve.audit.publish.PublishedLog;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the newest head of the tree over all tenants' heads at each anchor, as often as is configured, and keeps the receipts. Each replica
 * runs one; for each anchor and turn one of them asks. Each anchor has a virtual thread of its own, so one that hangs holds up no other; none
 * is on a call's way. Before a head is given away it is held against the one that anchor confirmed last: a log that does not continue it
 * is not shown to anybody as if it did. Thread-safe.
 */
public final class Anchoring implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Anchoring.class);
    private static final Duration FIRST_AGAIN = Duration.ofSeconds(5);
    private static final Duration LONGEST_AGAIN = Duration.ofMinutes(15);
    private static final Duration LONGEST_LOOK = Duration.ofSeconds(5);
    private static final Duration END_WAIT = Duration.ofSeconds(5);
    private static final int MOST_DOUBLINGS = 10;
    private static final int MOST_PROBLEM = 1000;
    private static final int LOOKS_IN_A_TURN = 4;

    private final PublishedLog published;
    private final PostgresAnchors receipts;
    private final VerifierKey key;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final List<Thread> threads;

    /**
     * An anchor and when it is asked.
     *
     * @param every between two heads
     * @param lease how long one attempt may take at most: another replica may ask after it
     */
    public record Timed(Anchor anchor, Duration every, Duration lease) {}

    private Anchoring(PublishedLog published, PostgresAnchors receipts, VerifierKey key, List<Timed> anchors) {
        this.published = published;
        this.receipts = receipts;
        this.key = key;
        this.threads = anchors.stream()
                .map(each -> Thread.ofVirtual()
                        .name("audit-anchor-" + each.anchor().name())
                        .start(() -> run(each)))
                .toList();
    }

    /** Begins to put heads at these anchors. */
    public static Anchoring start(
            PublishedLog published, PostgresAnchors receipts, VerifierKey key, List<Timed> anchors) {
        return new Anchoring(published, receipts, key, anchors);
    }

    /** One that does nothing by itself, for whoever calls {@link #once}. */
    static Anchoring idle(PublishedLog published, PostgresAnchors receipts, VerifierKey key) {
        return new Anchoring(published, receipts, key, List.of());
    }

    private void run(Timed timed) {
        Duration look = timed.every().dividedBy(LOOKS_IN_A_TURN);
        long millis = Math.min(look.toMillis(), LONGEST_LOOK.toMillis()) + 1;
        try {
            while (!closing.await(millis, TimeUnit.MILLISECONDS)) {
                tryOnce(timed);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void tryOnce(Timed timed) {
        try {
            once(timed);
        } catch (SQLException away) {
            LOGGER.debug("anchor {} waits for the database: {}", timed.anchor().name(), away.getSQLState());
        } catch (RuntimeException broken) {
            LOGGER.error(
                    "anchor {} failed in a way nobody thought of",
                    timed.anchor().name(),
                    broken);
        }
    }

    /**
     * Asks an anchor if it is due. True if it confirmed a head; false if it is not due, or failed, which is kept and tried again.
     *
     * @throws SQLException the database does not answer: what the anchor confirmed meanwhile is confirmed again the next time
     */
    boolean once(Timed timed) throws SQLException {
        Anchor anchor = timed.anchor();
        SignedNote newest = published.checkpoint(TenantName.NONE);
        if (newest == null) {
            return false;
        }
        PostgresAnchors.Claim claim =
                receipts.claim(anchor.name(), Checkpoint.parse(newest.text()).size(), timed.lease());
        if (claim == null) {
            return false;
        }
        Anchor.Confirmation given;
        try {
            given = anchor.put(continuation(claim.last()), this::from);
        } catch (AnchorRefused refused) {
            failed(anchor, claim.failures(), "refused", String.valueOf(refused.getMessage()));
            return false;
        } catch (IOException failed) {
            failed(anchor, claim.failures(), "unreachable", String.valueOf(failed.getMessage()));
            return false;
        } catch (RuntimeException broken) {
            LOGGER.debug("anchor {} is broken", anchor.name(), broken);
            failed(
                    anchor,
                    claim.failures(),
                    "unreachable",
                    "it failed in a way nobody thought of: " + broken.getClass().getSimpleName() + ": "
                            + broken.getMessage());
            return false;
        }
        receipts.confirmed(anchor, given, anchored(anchor, given), timed.every());
        if (claim.failures() > 0) {
            LOGGER.info("anchor {} takes heads again, after {} failures", anchor.name(), claim.failures());
        }
        return true;
    }

    /** The newest head, held against the one this anchor confirmed last. */
    private Continuation continuation(@Nullable Checkpoint last) throws AnchorRefused, IOException {
        long from = last == null ? 0 : last.size();
        Continuation next = from(from);
        if (next == null) {
            throw new AnchorRefused("it holds a head of " + from
                    + " leaves, and the database has no signed log of that size any more: it was rolled back,"
                    + " perhaps restored from a backup");
        }
        String flaw = last == null ? null : next.flaw(last, key);
        if (flaw != null) {
            throw new AnchorRefused("it holds a head that this log does not continue: " + flaw);
        }
        return next;
    }

    private @Nullable Continuation from(long size) throws IOException {
        try {
            return published.continuation(TenantName.NONE, size);
        } catch (SQLException away) {
            throw new IOException("the log cannot be read: SQLSTATE " + away.getSQLState(), away);
        }
    }

    private void failed(Anchor anchor, int failures, String reason, String said) throws SQLException {
        AuditEvent record = null;
        String problem = harmless(said);
        if (failures == 0) {
            LOGGER.warn(
                    "anchor {} did not take the head of the audit log, tried again from time to time: {}",
                    anchor.name(),
                    problem);
            record = new AuditEvent(
                    AuditEvent.INSTANCE,
                    EventKind.AUDIT_ANCHOR_FAILED,
                    null,
                    about(anchor).put("reason", reason).put("detail", problem));
        }
        receipts.failed(anchor.name(), problem, again(failures), record);
    }

    /** Parts of it may be what a stranger said: it goes into a line of a log, a column of text and a record. */
    private static String harmless(String said) {
        String line = said.replaceAll("[\\p{Cntrl}\\p{Cs}\\u2028\\u2029]+", " ");
        return line.length() <= MOST_PROBLEM ? line : line.substring(0, MOST_PROBLEM);
    }

    /** 5 s, 10 s, and so on to 15 minutes. */
    static Duration again(int failures) {
        Duration doubled = FIRST_AGAIN.multipliedBy(1L << Math.min(failures, MOST_DOUBLINGS));
        return doubled.compareTo(LONGEST_AGAIN) > 0 ? LONGEST_AGAIN : doubled;
    }

    private static Facts about(Anchor anchor) {
        return new Facts()
                .put("anchor", anchor.name())
                .put("anchor_kind", anchor.kind().code());
    }

    private static AuditEvent anchored(Anchor anchor, Anchor.Confirmation given) {
        Checkpoint head = Checkpoint.parse(given.head().text());
        Facts facts = about(anchor)
                .put("anchor_place", given.place())
                .put("confirmed_at", given.at().truncatedTo(ChronoUnit.MILLIS).toString())
                .put("checkpoint_size", head.size())
                .put("checkpoint_root", HexFormat.of().formatHex(head.root()));
        return new AuditEvent(AuditEvent.INSTANCE, EventKind.AUDIT_ANCHORED, null, facts);
    }

    /** Ends; an attempt under way is given some seconds. */
    @Override
    public void close() {
        closing.countDown();
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
