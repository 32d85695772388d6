package dev.portreeve.gateway.config;

import java.time.Duration;

/**
 * How far the records may be behind before health says so.
 *
 * @param storedWithin an entry that is not on disk for longer makes {@code /health/ready} answer 503: calls are about to
 * @param signedWithin a record that no signed head covers for so long after {@code checkpoint-every} makes it say {@code degraded}
 * @param foundWithin the same of a record that cannot be searched
 * @param deliveredWithin the same of a signed record that a delivery has not brought where it goes, a day more with {@code daily}; and of
 *     a delivery that fails. One that is held makes it say so at once
 * @param anchoredWithin the same of an anchor that takes no heads
 */
public record AuditLagConfig(
        @Default("5s") Duration storedWithin,
        @Default("5m") Duration signedWithin,
        @Default("15m") Duration foundWithin,
        @Default("15m") Duration deliveredWithin,
        @Default("1h") Duration anchoredWithin) {
    public static final AuditLagConfig DEFAULT = new AuditLagConfig(
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(15),
            Duration.ofMinutes(15),
            Duration.ofHours(1));

    public AuditLagConfig {
        for (Duration bound :
                new Duration[] {storedWithin, signedWithin, foundWithin, deliveredWithin, anchoredWithin}) {
            if (bound.isNegative() || bound.isZero()) {
                throw new IllegalArgumentException("a lag that is allowed must be above zero");
            }
        }
    }
}
