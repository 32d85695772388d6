package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.View;
import dev.portreeve.policy.call.Subject;
import java.util.Map;

/** What a caller would be listed now, in brief. Never blocks; any thread. */
@FunctionalInterface
interface VisibleLists {
    /** By origin: two equal numbers mean that two lists are equal; an origin that is missing is not known yet. */
    Map<String, Long> prints(ListKind kind, Subject subject, View view);
}
