package dev.portreeve.audit.deliver;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.DirectRecords;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Sends records as they are signed, in the order of each tenant's log, and goes on from where the receiver acknowledged the
 * last. Several gateways may run the same delivery: one of them works, and another goes on when it is gone. What was sent and
 * not acknowledged is sent again.
 *
 * <p>Now and then a record tells what was delivered. Such a record is delivered like all others, but is itself not worth
 * telling of: else a delivery would never come to rest.
 *
 * <p>{@link #run} is for a thread of its own; {@link #runOnce} is one turn of it.
 */
public final class LiveDelivery implements Runnable, AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(LiveDelivery.class);
    /** After so many batches of one tenant the next has its turn. */
    private static final int BATCHES_IN_TURN = 8;

    private static final Duration STANDBY = Duration.ofSeconds(5);

    private final Delivery delivery;
    private final DirectRecords records;
    private final RandomGenerator random;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Map<String, Patience> patience = new HashMap<>();
    private final DeliveryTurn turn;
    private boolean failing;

    /**
     * @param database opens one unpooled connection, kept while this gateway is the one that delivers
     * @param records writes what was delivered
     */
    public LiveDelivery(DataSource database, Delivery delivery, DirectRecords records, RandomGenerator random) {
        this.turn = new DeliveryTurn(database, delivery);
        this.delivery = delivery;
        this.records = records;
        this.random = random;
    }

    /** Turns until closed or interrupted. Blocks. */
    @Override
    public void run() {
        try {
            Duration wait = delivery.pace().every();
            while (!closing.await(wait.toNanos(), TimeUnit.NANOSECONDS)) {
                wait = turn();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } finally {
            turn.close();
        }
    }

    private Duration turn() {
        try {
            boolean more = runOnce();
            failing = false;
            return more ? Duration.ZERO : turn.isOurs() ? delivery.pace().every() : STANDBY;
        } catch (SQLException | RuntimeException away) {
            if (!failing) {
                LOGGER.warn(
                        "delivery {} cannot read or note where it is, trying again: {}",
                        delivery.id(),
                        away.toString());
            }
            failing = true;
            return STANDBY;
        }
    }

    /**
     * One turn: sends what there is, some batches of each tenant.
     *
     * @return whether there is more that can be sent at once; false also if another gateway is the one that delivers
     */
    public boolean runOnce() throws SQLException {
        return turn.work(this::tenants);
    }

    private boolean tenants(DeliverySession elected, List<String> tenants) throws SQLException {
        boolean more = false;
        for (String tenant : tenants) {
            boolean again = true;
            for (int i = 0; again && i < BATCHES_IN_TURN && closing.getCount() > 0; i++) {
                again = batch(elected, tenant);
            }
            more |= again;
        }
        return more && closing.getCount() > 0;
    }

    /** Sends one batch. Returns whether another may follow at once. */
    private boolean batch(DeliverySession elected, String tenant) throws SQLException {
        Delivery.Pace pace = delivery.pace();
        Patience own = patience.computeIfAbsent(tenant, any -> new Patience(random, pace.again(), pace.records()));
        DeliverySession.Stand stand = elected.stand(tenant, pace.tell());
        if (!own.isOver(stand.moves())) {
            return false;
        }
        long signed = elected.signed(tenant);
        if (stand.held() || stand.next() >= signed) {
            if (!stand.held() && stand.toTell() && stand.tellDue()) {
                elected.tell(stand, records, told(stand));
            }
            return false;
        }
        long triedUntil = stand.next() + 1;
        int tried = 0;
        try {
            DeliverySession.Read read =
                    elected.read(stand, own.until(stand.next(), signed), own.records(), pace.bytes());
            triedUntil = read.end();
            tried = read.records().size();
            if (tried > 0) {
                take(new Batch(delivery.id(), tenant, stand.next(), read.end(), read.records()));
            }
            if (read.dropped() > 0) {
                LOGGER.warn(
                        "delivery {}: {} records of {} were dropped by retention before they could be delivered",
                        delivery.id(),
                        read.dropped(),
                        tenant);
            }
            boolean toTell = read.records().stream().anyMatch(LiveDelivery::isWorthTelling);
            own.taken();
            return elected.advance(stand, read.end(), toTell);
        } catch (NotTaken refused) {
            return refused(elected, stand, own, refused, tried, triedUntil);
        }
    }

    private void take(Batch batch) throws NotTaken {
        try {
            delivery.receiver().take(batch);
        } catch (RuntimeException broken) {
            LOGGER.debug("the receiver of delivery {} is broken", delivery.id(), broken);
            throw NotTaken.because(broken);
        }
    }

    private boolean refused(
            DeliverySession elected,
            DeliverySession.Stand stand,
            Patience own,
            NotTaken refused,
            int tried,
            long triedUntil)
            throws SQLException {
        if (refused.way() == NotTaken.Way.SMALLER && !Patience.isSingle(tried)) {
            own.smaller(tried);
            return true;
        }
        // The first of several in a row; the place says how often it was tried since.
        LOGGER.atLevel(own.isFailing() ? Level.DEBUG : Level.WARN)
                .log(
                        "delivery {} of {} does not go on at index {}: {}",
                        delivery.id(),
                        stand.tenant(),
                        stand.next(),
                        refused.getMessage());
        own.failed();
        boolean mayHaveTaken = refused.way() == NotTaken.Way.AGAIN || refused.way() == NotTaken.Way.LESS;
        if (refused.way() == NotTaken.Way.AGAIN) {
            own.mayHaveTaken(stand.next(), triedUntil);
        } else if (refused.way() == NotTaken.Way.LESS) {
            own.smaller(tried);
        }
        // What may be taken another time is nothing to pass over.
        boolean passing = mayHaveTaken && tried > 0;
        elected.failed(
                stand,
                passing ? stand.next() : triedUntil,
                String.valueOf(refused.getMessage()),
                refused.way() == NotTaken.Way.HELD);
        return false;
    }

    private static boolean isWorthTelling(Batch.Record record) {
        return !EventKind.AUDIT_DELIVERED.code().equals(record.kind());
    }

    private AuditEvent told(DeliverySession.Stand stand) {
        return new AuditEvent(
                stand.tenant(),
                EventKind.AUDIT_DELIVERED,
                null,
                new Facts()
                        .put("delivery", delivery.id())
                        .put("receiver", delivery.receiver().kind())
                        .put("format", delivery.receiver().format())
                        .put("first", stand.told())
                        .put("records", Math.max(0, stand.next() - stand.told())));
    }

    /** Ends {@link #run} after the batch under way; does not wait for it. */
    @Override
    public void close() {
        closing.countDown();
    }
}
