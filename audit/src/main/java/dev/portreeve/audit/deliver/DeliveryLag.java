package dev.portreeve.audit.deliver;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a delivery stands in all logs it has to do with.
 *
 * @param behind how many signed records are not delivered yet
 * @param waitingSince the time of the oldest of them, if there is one
 * @param failing of how many tenants' logs it does not go on
 * @param held of how many of these nothing is tried until somebody says so
 * @param failingSince the earliest of these failures
 * @param failure why, of that one, with its tenant
 */
public record DeliveryLag(
        String delivery,
        long behind,
        @Nullable Instant waitingSince,
        int failing,
        int held,
        @Nullable Instant failingSince,
        @Nullable String failure) {}
