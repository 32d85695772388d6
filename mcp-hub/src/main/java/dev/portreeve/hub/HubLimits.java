package dev.portreeve.hub;

import dev.portreeve.hub.north.NorthLimits;
import dev.portreeve.hub.south.SouthLimits;
import java.time.Duration;

/**
 * The bounds of the hub.
 *
 * @param refreshEvery how often a server that never says that its tools changed is asked again
 */
public record HubLimits(NorthLimits north, SouthLimits south, Duration refreshEvery) {
    public static final HubLimits DEFAULT =
            new HubLimits(NorthLimits.DEFAULT, SouthLimits.DEFAULT, Duration.ofMinutes(5));
}
