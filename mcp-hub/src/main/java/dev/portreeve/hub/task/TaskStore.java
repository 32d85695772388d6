package dev.portreeve.hub.task;

import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.Subject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Tasks of the gateway's own, for all replicas and over restarts. Thread-safe; blocks on the database, so an interrupt must not reach
 * it. Every method throws {@link TasksUnavailable} if nothing can be read or stored now.
 */
public interface TaskStore {
    /** The most tasks of one owner that are not over. */
    int MOST_OPEN = 64;

    /** The most tasks of one owner with those that are over and can still be asked about. */
    int MOST_KEPT = 256;

    /** Whether its owner may begin one more. */
    boolean hasRoom(Subject owner);

    /**
     * Keeps a new task, unless its ticket has one already: then that one is given.
     *
     * @return empty if the owner has too many
     */
    Optional<KeptTask> begin(KeptTask.Begun begun);

    /** A task that can still be asked about. */
    Optional<KeptTask> find(String tenant, UUID id);

    /** Tasks of an owner that can still be asked about, newest first, at most {@link #MOST_OPEN}. */
    List<KeptTask> list(Subject owner);

    /**
     * Makes a call the one that runs a task that waits: true for one call only, of all replicas.
     *
     * @param atMost after which nobody believes that it still runs
     */
    boolean start(KeptTask task, CallId run, Duration atMost);

    /**
     * Ends a task.
     *
     * @param task as it was read: it is ended only if it is still so, or has begun to run since and was cancelled
     * @return whether this ended it
     */
    boolean end(KeptTask task, KeptTask.End end);

    /** Keeps nothing, so that no call becomes such a task. */
    TaskStore NONE = new TaskStore() {
        @Override
        public boolean hasRoom(Subject owner) {
            return false;
        }

        @Override
        public Optional<KeptTask> begin(KeptTask.Begun begun) {
            return Optional.empty();
        }

        @Override
        public Optional<KeptTask> find(String tenant, UUID id) {
            return Optional.empty();
        }

        @Override
        public List<KeptTask> list(Subject owner) {
            return List.of();
        }

        @Override
        public boolean start(KeptTask task, CallId run, Duration atMost) {
            return false;
        }

        @Override
        public boolean end(KeptTask task, KeptTask.End end) {
            return false;
        }
    };
}
