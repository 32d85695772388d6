package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.View;
import dev.portreeve.policy.call.Subject;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Compares what one caller would be listed with what it was before. A change among things it may not see is none, so that
 * not even the moment of it is told. Thread-safe.
 */
final class ListWatch {
    private final VisibleLists lists;
    private final Subject subject;
    private final View view;
    private final Map<ListKind, Map<String, Long>> seen = new EnumMap<>(ListKind.class);

    /** Begins with what there is now. */
    ListWatch(VisibleLists lists, Subject subject, View view) {
        this.lists = lists;
        this.subject = subject;
        this.view = view;
        for (ListKind kind : ListKind.values()) {
            seen.put(kind, lists.prints(kind, subject, view));
        }
    }

    /** The lists that differ from what they were when this was last asked. */
    synchronized Set<ListKind> changed() {
        Set<ListKind> changed = EnumSet.noneOf(ListKind.class);
        for (ListKind kind : ListKind.values()) {
            Map<String, Long> now = lists.prints(kind, subject, view);
            Map<String, Long> before = seen.put(kind, now);
            if (before != null && differ(before, now)) {
                changed.add(kind);
            }
        }
        return changed;
    }

    // A list that was never looked at before is none that changed: nobody has an older one.
    private static boolean differ(Map<String, Long> before, Map<String, Long> now) {
        return before.entrySet().stream().anyMatch(one -> !one.getValue().equals(now.get(one.getKey())));
    }
}
