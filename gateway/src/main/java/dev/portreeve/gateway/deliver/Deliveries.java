package dev.portreeve.gateway.deliver;

import dev.portreeve.audit.DirectRecords;
import dev.portreeve.audit.deliver.Delivery;
import dev.portreeve.audit.deliver.FolderReceiver;
import dev.portreeve.audit.deliver.LiveDelivery;
import dev.portreeve.audit.deliver.Receiver;
import dev.portreeve.gateway.config.DeliveryConfig;
import java.time.Duration;
import java.time.InstantSource;
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

    private final List<LiveDelivery> deliveries = new ArrayList<>();
    private final List<Receiver> receivers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    private Deliveries() {}

    /** What they work with; all of it outlives them. */
    public record Ground(DataSource database, DirectRecords records, InstantSource clock, RandomGenerator random) {}

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
            for (LiveDelivery delivery : all.deliveries) {
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
        deliveries.add(new LiveDelivery(
                ground.database(),
                new Delivery(
                        config.id(),
                        config.tenant(),
                        config.start() == DeliveryConfig.Start.NOW,
                        config.pace(),
                        receiver),
                ground.records(),
                ground.random()));
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
        deliveries.forEach(LiveDelivery::close);
        try {
            for (Thread thread : threads) {
                if (!thread.join(END_WAIT)) {
                    LOGGER.info("a delivery is interrupted; it goes on at the next start from what was acknowledged");
                    thread.interrupt();
                    boolean ignored = thread.join(END_WAIT);
                }
            }
        } catch (InterruptedException stop) {
            threads.forEach(Thread::interrupt);
            Thread.currentThread().interrupt();
        }
        receivers.forEach(Receiver::close);
    }
}
