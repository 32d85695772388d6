package dev.portreeve.audit.deliver;

import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.audit.export.AuditExport;
import dev.portreeve.audit.export.ExportRefused;
import dev.portreeve.audit.export.Selection;
import dev.portreeve.audit.log.TenantName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Once a day, a signed evidence bundle of each tenant: all records that were signed since the last one that arrived, so that no
 * record is in none, whenever it was written. A tenant whose log has nothing new but what exports left in it gets none.
 *
 * <p>A bundle is made once and kept until it has arrived; a process that ends before makes it anew. {@link #run} is for a
 * thread of its own; {@link #runOnce} is one turn of it.
 */
public final class DailyDelivery implements Runnable, AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(DailyDelivery.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(30);

    private final DataSource database;
    private final Delivery delivery;
    private final BundleReceiver receiver;
    private final AuditExport export;
    private final Path folder;
    private final LocalTime at;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Map<String, Patience> patience = new HashMap<>();
    private final Map<String, Made> made = new HashMap<>();
    private @Nullable DeliverySession session;

    /** A bundle that has not arrived yet. */
    private record Made(long first, long end, String name, Path file) {}

    /**
     * What a delivery works with.
     *
     * @param folder where bundles are until they have arrived; this delivery's own
     */
    public record Ground(
            DataSource database, AuditExport export, Path folder, InstantSource clock, RandomGenerator random) {}

    /** @param at the time of day, in UTC */
    public DailyDelivery(Delivery delivery, BundleReceiver receiver, LocalTime at, Ground ground) {
        this.delivery = delivery;
        this.receiver = receiver;
        this.at = at;
        this.database = ground.database();
        this.export = ground.export();
        this.folder = ground.folder();
        this.clock = ground.clock();
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
            resign();
        }
    }

    private void tryOnce() {
        try {
            runOnce();
        } catch (SQLException | IOException | RuntimeException away) {
            LOGGER.warn("delivery {} cannot make its bundles, trying again: {}", delivery.id(), away.toString());
        }
    }

    /** One turn: delivers what is due, if no other gateway does. */
    public void runOnce() throws SQLException, IOException {
        boolean well = false;
        try {
            if (session == null) {
                session = DeliverySession.elect(database, delivery.id());
            }
            if (session != null) {
                String only = delivery.tenant();
                for (String tenant : only == null ? session.tenants() : List.of(only)) {
                    tenant(session, tenant);
                }
            }
            well = true;
        } finally {
            if (!well) {
                resign();
            }
        }
    }

    private void tenant(DeliverySession elected, String tenant) throws SQLException, IOException {
        Patience own = patience.computeIfAbsent(
                tenant, any -> new Patience(random, delivery.pace().again(), 1));
        DeliverySession.Stand stand =
                elected.stand(tenant, delivery.fromNow(), delivery.pace().tell());
        Instant due = due(clock.instant());
        if (closing.getCount() == 0 || !own.isOver(stand.moves()) || elected.isDoneSince(stand, due)) {
            return;
        }
        long signed = elected.signed(tenant);
        if (!elected.hasMoreThanExports(stand, signed)) {
            boolean ignored = elected.advance(stand, stand.next(), false);
            return;
        }
        try {
            Made bundle = bundle(stand, due);
            receiver.put(bundle.name(), bundle.file());
            own.taken();
            boolean ignored = elected.advance(stand, bundle.end(), false);
            forget(tenant);
        } catch (NotTaken refused) {
            LOGGER.warn("delivery {} of {}: {}", delivery.id(), tenant, refused.getMessage());
            own.failed();
            elected.failed(stand, stand.next(), String.valueOf(refused.getMessage()), false);
        }
    }

    /** The last time of day that has come. */
    private Instant due(Instant now) {
        LocalDate today = now.atOffset(ZoneOffset.UTC).toLocalDate();
        Instant todays = today.atTime(at).toInstant(ZoneOffset.UTC);
        return todays.isAfter(now) ? todays.minus(Duration.ofDays(1)) : todays;
    }

    private Made bundle(DeliverySession.Stand stand, Instant due) throws SQLException, IOException, NotTaken {
        Made known = made.get(stand.tenant());
        if (known != null && known.first() == stand.next() && Files.exists(known.file())) {
            return known;
        }
        forget(stand.tenant());
        Files.createDirectories(folder);
        String escaped = TenantName.escape(stand.tenant());
        Path file = folder.resolve(escaped + ".zip");
        Files.deleteIfExists(file);
        try {
            AuditExport.Exported exported = export.to(file, new Selection(stand.tenant(), stand.next(), null, null));
            String name = escaped + "/"
                    + due.atOffset(ZoneOffset.UTC).toLocalDate().minusDays(1) + "-"
                    + String.format(Locale.ROOT, "%012d", stand.next()) + ".zip";
            Made fresh = new Made(stand.next(), stand.next() + exported.records(), name, file);
            made.put(stand.tenant(), fresh);
            return fresh;
        } catch (ExportRefused | EvidenceUnavailable refused) {
            throw new NotTaken(NotTaken.Way.AGAIN, "no bundle is made: " + refused.getMessage(), refused);
        }
    }

    private void forget(String tenant) throws IOException {
        Made old = made.remove(tenant);
        if (old != null) {
            Files.deleteIfExists(old.file());
        }
    }

    private void resign() {
        DeliverySession lost = session;
        session = null;
        if (lost != null) {
            try {
                lost.close();
            } catch (SQLException gone) {
                LOGGER.debug("the connection of delivery {} was gone already: {}", delivery.id(), gone.toString());
            }
        }
    }

    /** Ends {@link #run} after what is under way; does not wait for it. */
    @Override
    public void close() {
        closing.countDown();
    }
}
