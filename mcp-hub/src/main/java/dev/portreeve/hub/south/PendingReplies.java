package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.policy.call.Deadline;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The calls that wait on one connection, by request id. The reader delivers and never blocks; each caller waits on its own
 * thread, hears its progress there, and takes itself out when it stops waiting, so nothing is left behind.
 */
final class PendingReplies {
    /** Reports beyond this are dropped while a caller is slow; the answer never is. */
    private static final int MAX_UNHEARD_REPORTS = 64;

    private final String slug;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Long, Waiting> waiting = new HashMap<>();
    private @Nullable ToolServerFault ended;

    PendingReplies(String slug) {
        this.slug = slug;
    }

    /**
     * Registers a request that is about to be sent.
     *
     * @throws ToolServerFault if the connection has ended
     */
    Waiting open(long id) {
        lock.lock();
        try {
            if (ended != null) {
                throw new ToolServerFault(ended.fault());
            }
            Waiting opened = new Waiting(id);
            waiting.put(id, opened);
            return opened;
        } finally {
            lock.unlock();
        }
    }

    /** Delivers an answer; one that nobody waits for is dropped. */
    void complete(long id, JsonRpcMessage.Response response) {
        deliver(id, one -> one.response = response);
    }

    void report(long id, ObjectNode progress) {
        deliver(id, one -> {
            if (one.reports.size() < MAX_UNHEARD_REPORTS) {
                one.reports.add(progress);
            }
        });
    }

    void fail(long id, ToolServerFault fault) {
        deliver(id, one -> one.fault = fault);
    }

    /** Fails everything that waits, and everything that comes later. */
    void end(ToolServerFault fault) {
        lock.lock();
        try {
            if (ended == null) {
                ended = fault;
            }
            for (Waiting one : List.copyOf(waiting.values())) {
                one.fault = fault;
                one.changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    boolean hasEnded() {
        lock.lock();
        try {
            return ended != null;
        } finally {
            lock.unlock();
        }
    }

    private void deliver(long id, Consumer<Waiting> change) {
        lock.lock();
        try {
            Waiting one = waiting.get(id);
            if (one != null) {
                change.accept(one);
                one.changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** One request under way; its fields are guarded by the lock. */
    final class Waiting implements AutoCloseable {
        private final long id;
        private final Condition changed = lock.newCondition();
        private final ArrayDeque<ObjectNode> reports = new ArrayDeque<>();
        private JsonRpcMessage.@Nullable Response response;
        private @Nullable ToolServerFault fault;

        private Waiting(long id) {
            this.id = id;
        }

        /**
         * Waits for the answer; reports are handed on outside the lock.
         *
         * @throws ToolServerFault if the connection ends or the deadline passes first
         */
        JsonRpcMessage.Response await(ProgressSink progress, Deadline deadline) throws InterruptedException {
            while (true) {
                List<ObjectNode> heard = next(deadline);
                heard.forEach(progress::progress);
                JsonRpcMessage.Response answer = response;
                if (heard.isEmpty() && answer != null) {
                    return answer;
                }
            }
        }

        private List<ObjectNode> next(Deadline deadline) throws InterruptedException {
            lock.lockInterruptibly();
            try {
                while (reports.isEmpty() && response == null) {
                    if (fault != null) {
                        throw new ToolServerFault(fault.fault());
                    }
                    long nanos = deadline.remaining().toNanos();
                    if (nanos <= 0) {
                        throw ToolServerFault.timeout(slug);
                    }
                    boolean ignored = changed.await(nanos, TimeUnit.NANOSECONDS);
                }
                List<ObjectNode> heard = List.copyOf(reports);
                reports.clear();
                return heard;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                waiting.remove(id);
            } finally {
                lock.unlock();
            }
        }
    }
}
