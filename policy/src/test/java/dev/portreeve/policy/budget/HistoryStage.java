package dev.portreeve.policy.budget;

import dev.portreeve.policy.signal.PostgresNotifications;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;

/** The database on which one history happens after the other, and the clock that they share. */
final class HistoryStage implements AutoCloseable {
    private static final String EVENING = "2026-05-14T21:40:00Z";

    /** Looks on. */
    final PostgresPurse observer = PostgresPurse.open(EVENING);

    private final PostgresNotifications notifications =
            new PostgresNotifications(observer.database.app().dataSource());
    private volatile Consumer<String> recalls = payload -> {};
    private volatile Consumer<String> returns = payload -> {};
    private Instant evening = Instant.parse(EVENING);
    private int tenants;

    HistoryStage() {
        notifications.listen(LeaseRecalls.CHANNEL, to(payload -> recalls.accept(payload)));
        notifications.listen(LeaseReturns.CHANNEL, to(payload -> returns.accept(payload)));
        notifications.start();
    }

    /** Who hears from now on what replicas say to each other. */
    void hears(Consumer<String> ofRecalls, Consumer<String> ofReturns) {
        recalls = ofRecalls;
        returns = ofReturns;
    }

    private static PostgresNotifications.Listener to(Consumer<String> ear) {
        return new PostgresNotifications.Listener() {
            @Override
            public void notified(String payload) {
                ear.accept(payload);
            }

            @Override
            public void connected() {
                // Nothing was said before.
            }
        };
    }

    /** For the next history, which begins on another evening at the same time. */
    String newTenant() {
        Instant now = observer.clock().instant();
        while (!evening.isAfter(now)) {
            evening = evening.plus(Duration.ofDays(1));
        }
        observer.clock().advance(Duration.between(now, evening));
        return "history-" + ++tenants;
    }

    @Override
    public void close() {
        notifications.close();
        observer.close();
    }
}
