package dev.portreeve.gateway.lag;

import dev.portreeve.audit.anchor.AnchorState;
import dev.portreeve.audit.deliver.DeliveryLag;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the evidence that leaves is: what is configured, and nothing of it before it has begun.
 *
 * @param daily the deliveries that go once a day
 */
public record Leaving(List<DeliveryLag> deliveries, Set<String> daily, List<AnchorState> anchors) {
    /** Where nothing leaves. */
    public static final Leaving NOTHING = new Leaving(List.of(), Set.of(), List.of());

    public Leaving {
        deliveries = List.copyOf(deliveries);
        daily = Set.copyOf(daily);
        anchors = List.copyOf(anchors);
    }

    /** Asks how it is; blocks. */
    @FunctionalInterface
    public interface Reader {
        Leaving read() throws SQLException;
    }

    /** How many signed records are not delivered yet, of all deliveries. */
    public long undelivered() {
        return deliveries.stream().mapToLong(DeliveryLag::behind).sum();
    }

    /** The time of the oldest of them. */
    public @Nullable Instant undeliveredSince() {
        return deliveries.stream()
                .map(DeliveryLag::waitingSince)
                .filter(Objects::nonNull)
                .min(Instant::compareTo)
                .orElse(null);
    }

    /** In how many tenants' logs deliveries do not go on. */
    public long failingDeliveries() {
        return deliveries.stream().mapToLong(DeliveryLag::failing).sum();
    }

    /** In how many of these they wait for somebody. */
    public long heldDeliveries() {
        return deliveries.stream().mapToLong(DeliveryLag::held).sum();
    }

    /** How many anchors take no heads. */
    public long failingAnchors() {
        return anchors.stream().filter(each -> each.failures() > 0).count();
    }

    /** When an anchor confirmed a head last, of the one where that is longest ago; {@code null} if one never did. */
    public @Nullable Instant anchoredSince() {
        boolean all = anchors.stream().noneMatch(each -> each.confirmedAt() == null);
        return all
                ? anchors.stream()
                        .map(AnchorState::confirmedAt)
                        .filter(Objects::nonNull)
                        .min(Instant::compareTo)
                        .orElse(null)
                : null;
    }
}
