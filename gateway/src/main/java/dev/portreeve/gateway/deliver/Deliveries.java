package dev.portreeve.gateway.deliver;

import dev.portreeve.audit.DirectRecords;
import dev.portreeve.audit.deliver.BundleReceiver;
import dev.portreeve.audit.deliver.DailyDelivery;
import dev.portreeve.audit.deliver.Delivery;
import dev.portreeve.audit.deliver.FolderReceiver;
import dev.portreeve.audit.deliver.LiveDelivery;
import dev.portreeve.audit.deliver.Receiver;
import dev.portreeve.audit.export.AuditExport;
import dev.portreeve.gateway.config.DeliveryConfig;
import dev.portreeve.policy.call.Deadline;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The deliveries that the configuration names, each on a thread of its own, until they are closed. */
public final class Deliveries implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Deliveries.class);
    private static final Duration END_WAIT = Duration.ofSeconds(5);

    private final List<Runnable> deliveries = new ArrayList<>();
    private final List<Runnable> endings = new ArrayList<>();
    private final List<Receiver> receivers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    private Deliveries() {}

    /**
     * What they work with; all of it outlives them.
     *
     * @param folder where bundles are until they have arrived
     */
    public record Ground(
            DataSource database,
            DirectRecords records,
            Exports exports,
            Path folder,
            InstantSource clock,
            RandomGenerator random) {}

    /** Makes what writes bundles for somebody. */
    @FunctionalInterface
    public interface Exports {
        /** @param by who takes records, for the record of it */
        AuditExport by(String by);
    }

    /**
     * Starts them all.
     *
     * @throws IllegalArgumentException a file that one needs cannot be read
     */
    public static Deliveries start(List<DeliveryConfig> configs, Ground ground) {
        Deliveries all = new Deliveries();
        boolean begun = false;
        try {
            for (DeliveryConfig config : configs) {
                all.add(config, ground);
            }
            for (Runnable delivery : all.deliveries) {
                all.threads.add(Thread.ofVirtual().name("audit-delivery").start(delivery));
            }
            begun = true;
            return all;
        } finally {
            if (!begun) {
                all.close();
            }
        }
    }

    private void add(DeliveryConfig config, Ground ground) {
        Receiver receiver;
        try {
            receiver = receiver(config, ground.clock());
        } catch (IllegalArgumentException unusable) {
            throw new IllegalArgumentException(
                    "delivery \"" + config.id() + "\" cannot begin: " + unusable.getMessage(), unusable);
        }
        receivers.add(receiver);
        Delivery delivery = new Delivery(
                config.id(), config.tenant(), config.start() == DeliveryConfig.Start.NOW, config.pace(), receiver);
        LocalTime daily = config.dailyAt();
        if (daily != null && receiver instanceof BundleReceiver bundles) {
            DailyDelivery one = new DailyDelivery(
                    delivery,
                    bundles,
                    daily,
                    new DailyDelivery.Ground(
                            ground.database(),
                            ground.exports().by("delivery " + config.id()),
                            ground.folder().resolve(config.id()),
                            config.format(),
                            ground.random()));
            deliveries.add(one);
            endings.add(one::close);
        } else {
            LiveDelivery one = new LiveDelivery(ground.database(), delivery, ground.records(), ground.random());
            deliveries.add(one);
            endings.add(one::close);
        }
    }

    static Receiver receiver(DeliveryConfig config, InstantSource clock) {
        if (config.folder() != null) {
            return new FolderReceiver(config.folder().path(), config.format());
        }
        if (config.s3() != null) {
            return new StoreReceiver(config.s3(), config.format(), clock);
        }
        if (config.webhook() != null) {
            return new WebhookReceiver(config.webhook(), config.format(), clock);
        }
        if (config.syslog() != null) {
            return new SyslogReceiver(config.syslog());
        }
        if (config.otlp() != null) {
            return new OtlpReceiver(config.otlp(), clock);
        }
        throw new IllegalArgumentException("it has no receiver");
    }

    /** Ends them: what is under way may finish within some seconds, and is sent again at the next start if it does not. */
    @Override
    public void close() {
        endings.forEach(Runnable::run);
        try {
            if (!ended(Deadline.in(END_WAIT))) {
                LOGGER.info("a delivery is interrupted; it goes on at the next start from what was acknowledged");
                threads.forEach(Thread::interrupt);
                if (!ended(Deadline.in(END_WAIT))) {
                    LOGGER.warn("a delivery did not end");
                }
            }
        } catch (InterruptedException stop) {
            threads.forEach(Thread::interrupt);
            Thread.currentThread().interrupt();
        }
        receivers.forEach(Receiver::close);
    }

    private boolean ended(Deadline deadline) throws InterruptedException {
        boolean all = true;
        for (Thread thread : threads) {
            all &= thread.join(deadline.remaining());
        }
        return all;
    }
}
