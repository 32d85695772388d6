package dev.portreeve.audit.anchor;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How an anchor stands.
 *
 * @param kind of the last receipt; {@code null} if there is none yet
 * @param size of the newest head it confirmed, in leaves of the tree over all tenants' heads; 0 if there is none
 * @param place where that head is
 * @param confirmedAt when it was confirmed
 * @param nextAt when it is asked next, if there is something new then
 * @param failures since the last success
 * @param failingSince the first of these
 * @param problem why the last attempt failed, for the person in charge; {@code null} if all is well
 */
public record AnchorState(
        String anchor,
        @Nullable String kind,
        long size,
        @Nullable String place,
        @Nullable Instant confirmedAt,
        Instant nextAt,
        int failures,
        @Nullable Instant failingSince,
        @Nullable String problem) {}
