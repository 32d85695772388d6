package dev.portreeve.audit.verify;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an evidence bundle says of itself: signed, as far as the bundle verifies.
 *
 * @param madeAt nothing that was recorded later is in it
 * @param tool what made it
 * @param tenant the one it was asked for; {@code null} for all there were
 * @param since the first index that was asked for
 * @param from records of this time or later were asked for; {@code null} from the beginning
 * @param to records of before this time; {@code null} to the newest signed one
 */
public record BundleAsked(
        Instant madeAt,
        String tool,
        @Nullable String tenant,
        long since,
        @Nullable Instant from,
        @Nullable Instant to) {}
