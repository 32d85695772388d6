package dev.portreeve.gateway.lag;

import dev.portreeve.audit.anchor.AnchorState;
import dev.portreeve.audit.deliver.DeliveryLag;
import dev.portreeve.gateway.config.AuditLagConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What of the evidence that leaves is further behind than configured. No call waits for any of it. Stateless. */
final class LeavingConcerns {
    private static final Duration DAY = Duration.ofDays(1);

    private final AuditLagConfig bounds;

    LeavingConcerns(AuditLagConfig bounds) {
        this.bounds = bounds;
    }

    List<Concern> of(Instant now, Leaving leaving) {
        List<Concern> concerns = new ArrayList<>();
        for (DeliveryLag delivery : leaving.deliveries()) {
            String said = delivery(now, delivery, leaving.daily().contains(delivery.delivery()));
            if (said != null) {
                concerns.add(
                        new Concern(Concern.Part.DELIVERIES, false, "delivery " + delivery.delivery() + " " + said));
            }
        }
        for (AnchorState anchor : leaving.anchors()) {
            Instant since = anchor.failingSince();
            if (isLonger(now, since, bounds.anchoredWithin())) {
                concerns.add(new Concern(
                        Concern.Part.ANCHORS,
                        false,
                        "anchor " + anchor.anchor() + " takes no heads since " + since + ": " + anchor.problem()));
            }
        }
        return concerns;
    }

    private @Nullable String delivery(Instant now, DeliveryLag lag, boolean daily) {
        Duration bound = bounds.deliveredWithin();
        if (lag.held() > 0) {
            return "waits for somebody: " + lag.failure();
        }
        if (isLonger(now, lag.failingSince(), bound)) {
            return "fails since " + lag.failingSince() + " for " + lag.failing() + " tenants, the first: "
                    + lag.failure();
        }
        return isLonger(now, lag.waitingSince(), daily ? bound.plus(DAY) : bound)
                ? "is " + lag.behind() + " records behind, the first since " + lag.waitingSince()
                : null;
    }

    private static boolean isLonger(Instant now, @Nullable Instant since, Duration bound) {
        return since != null && Duration.between(since, now).compareTo(bound) > 0;
    }
}
