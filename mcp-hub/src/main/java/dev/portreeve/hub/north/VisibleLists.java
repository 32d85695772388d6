package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.View;
import dev.portreeve.policy.call.Subject;

/** What a caller would be listed now, in brief: two equal numbers mean two equal lists. Never blocks; any thread. */
@FunctionalInterface
interface VisibleLists {
    long fingerprint(ListKind kind, Subject subject, View view);
}
