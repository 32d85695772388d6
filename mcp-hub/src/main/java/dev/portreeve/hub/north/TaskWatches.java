package dev.portreeve.hub.north;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The tasks that one session, or one listening stream, is told of; ends with it. Thread-safe. */
final class TaskWatches implements AutoCloseable {
    private final Set<TaskWatch> all = new HashSet<>();
    private boolean over;

    /** Takes one in; false if it is too late for that. */
    synchronized boolean take(TaskWatch one) {
        return !over && all.add(one);
    }

    synchronized void drop(TaskWatch one) {
        all.remove(one);
    }

    @Override
    public void close() {
        ended().forEach(TaskWatch::close);
    }

    private synchronized List<TaskWatch> ended() {
        over = true;
        List<TaskWatch> left = List.copyOf(all);
        all.clear();
        return left;
    }
}
