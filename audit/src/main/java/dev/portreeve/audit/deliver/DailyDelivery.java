package dev.portreeve.audit.deliver;

import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.audit.export.AuditExport;
import dev.portreeve.audit.export.ExportRefused;
import dev.portreeve.audit.export.RecordFormat;
import dev.portreeve.audit.export.Selection;
import dev.portreeve.audit.log.TenantName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Once a day, a file of each tenant: all records that were signed since the last one that arrived, so that no record is in none,
 * whenever it was written. It is a signed evidence bundle, or a file in a form that other systems read. A tenant whose log has
 * nothing new but what exports left in it gets none.
 *
 * <p>A file is made once and kept until it has arrived; a process that ends before makes it anew. When a day begins the database
 * says. {@link #run} is for a thread of its own; {@link #runOnce} is one turn of it.
 */
public final class DailyDelivery implements Runnable, AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(DailyDelivery.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(30);

    private final DeliveryTurn turn;
    private final Delivery delivery;
    private final BundleReceiver receiver;
    private final AuditExport export;
    private final Path folder;
    private final LocalTime at;
    private final RecordFormat format;
    private final RandomGenerator random;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Map<String, Patience> patience = new HashMap<>();
    private final Map<String, Made> made = new HashMap<>();
    private boolean failing;

    /** A file that has not arrived yet. */
    private record Made(long first, long end, String name, Path file) {}

    /**
     * What a delivery works with.
     *
     * @param folder where files are until they have arrived; this delivery's own
     * @param format {@link RecordFormat#JSONL} for bundles, which have records in that form; else that of the files
     */
    public record Ground(
            DataSource database, AuditExport export, Path folder, RecordFormat format, RandomGenerator random) {}

    /** @param at the time of day, in UTC */
    public DailyDelivery(Delivery delivery, BundleReceiver receiver, LocalTime at, Ground ground) {
        this.delivery = delivery;
        this.receiver = receiver;
        this.at = at;
        this.turn = new DeliveryTurn(ground.database(), delivery);
        this.export = ground.export();
        this.folder = ground.folder();
        this.format = ground.format();
        this.random = ground.random();
    }

    /** Turns until closed or interrupted. Blocks. */
    @Override
    public void run() {
        try {
            do {
                tryOnce();
            } while (!closing.await(LOOK_EVERY.toSeconds(), TimeUnit.SECONDS));
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } finally {
            turn.close();
        }
    }

    private void tryOnce() {
        try {
            runOnce();
            failing = false;
        } catch (SQLException | RuntimeException away) {
            if (!failing) {
                LOGGER.warn(
                        "delivery {} cannot read or note where it is, trying again: {}",
                        delivery.id(),
                        away.toString());
            }
            failing = true;
        }
    }

    /** One turn: delivers what is due, if no other gateway does. */
    public void runOnce() throws SQLException {
        boolean ignored = turn.work((elected, tenants) -> {
            Instant due = due(elected.now());
            for (String tenant : tenants) {
                tenant(elected, tenant, due);
            }
            return false;
        });
    }

    private void tenant(DeliverySession elected, String tenant, Instant due) throws SQLException {
        Patience own = patience.computeIfAbsent(
                tenant, any -> new Patience(random, delivery.pace().again(), 1));
        DeliverySession.Stand stand = elected.stand(tenant, delivery.pace().tell());
        if (closing.getCount() == 0 || !own.isOver(stand.moves()) || elected.isDoneSince(stand, due)) {
            return;
        }
        long signed = elected.signed(tenant);
        if (!elected.hasMoreThanExports(stand, signed)) {
            boolean ignored = elected.advance(stand, stand.next(), false);
            return;
        }
        try {
            Made file = file(stand, due);
            put(file);
            own.taken();
            boolean ignored = elected.advance(stand, file.end(), false);
            forget(tenant);
        } catch (NotTaken refused) {
            LOGGER.atLevel(own.isFailing() ? Level.DEBUG : Level.WARN)
                    .log("delivery {} of {}: {}", delivery.id(), tenant, refused.getMessage());
            own.failed();
            elected.failed(stand, stand.next(), String.valueOf(refused.getMessage()), false);
        }
    }

    private void put(Made file) throws NotTaken {
        try {
            receiver.put(file.name(), file.file());
        } catch (RuntimeException broken) {
            LOGGER.debug("the receiver of delivery {} is broken", delivery.id(), broken);
            throw NotTaken.because(broken);
        }
    }

    /** The last time of day that has come. */
    private Instant due(Instant now) {
        LocalDate today = now.atOffset(ZoneOffset.UTC).toLocalDate();
        Instant todays = today.atTime(at).toInstant(ZoneOffset.UTC);
        return todays.isAfter(now) ? todays.minus(Duration.ofDays(1)) : todays;
    }

    private Made file(DeliverySession.Stand stand, Instant due) throws NotTaken {
        Made known = made.get(stand.tenant());
        if (known != null && known.first() == stand.next() && Files.exists(known.file())) {
            return known;
        }
        forget(stand.tenant());
        try {
            Made fresh = make(stand, due);
            made.put(stand.tenant(), fresh);
            return fresh;
        } catch (ExportRefused | EvidenceUnavailable refused) {
            throw new NotTaken(NotTaken.Way.AGAIN, "no file is made: " + refused.getMessage(), refused);
        } catch (IOException failed) {
            throw new NotTaken(
                    NotTaken.Way.AGAIN,
                    "no file is made, is there room in the data directory? "
                            + failed.getClass().getSimpleName(),
                    failed);
        } catch (SQLException away) {
            throw new NotTaken(NotTaken.Way.AGAIN, "no file is made: SQLSTATE " + away.getSQLState(), away);
        }
    }

    private Made make(DeliverySession.Stand stand, Instant due) throws IOException, SQLException, ExportRefused {
        Files.createDirectories(folder);
        String escaped = TenantName.escape(stand.tenant());
        boolean bundle = format == RecordFormat.JSONL;
        String ending = bundle ? "zip" : FolderReceiver.ending(format);
        Path file = folder.resolve(escaped + "." + ending);
        Files.deleteIfExists(file);
        Selection selection = new Selection(stand.tenant(), stand.next(), null, null);
        long records = (bundle ? export.to(file, selection) : export.as(format, file, selection)).records();
        long end = stand.next() + records;
        String name = escaped + "/" + due.atOffset(ZoneOffset.UTC).toLocalDate().minusDays(1) + "-"
                + FolderReceiver.range(stand.next(), end) + "." + ending;
        return new Made(stand.next(), end, name, file);
    }

    private void forget(String tenant) {
        Made old = made.remove(tenant);
        if (old != null) {
            try {
                Files.deleteIfExists(old.file());
            } catch (IOException stays) {
                LOGGER.debug("a file that was delivered stays until the next: {}", stays.toString());
            }
        }
    }

    /** Ends {@link #run} after what is under way; does not wait for it. */
    @Override
    public void close() {
        closing.countDown();
    }
}
