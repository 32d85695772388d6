package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.RequestId;
import dev.portreeve.policy.call.Deadline;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The requests that wait on one connection, by id. The reader delivers and never blocks; each caller waits on its own
 * thread, hears there what happens meanwhile, and takes itself out when it stops waiting, so nothing is left behind.
 */
final class PendingReplies {
    /** Reports beyond this are dropped while a caller is slow; the answer never is. */
    private static final int MAX_UNHEARD = 64;
    /** Questions that came when no request was under way wait for the next. */
    private static final int MAX_EARLY_QUESTIONS = 8;

    private final String slug;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ending = lock.newCondition();
    private final Map<Long, Waiting> waiting = new LinkedHashMap<>();
    private final ArrayDeque<JsonRpcMessage.Request> early = new ArrayDeque<>();
    private @Nullable ToolServerFault ended;

    PendingReplies(String slug) {
        this.slug = slug;
    }

    /** One thing heard. */
    private sealed interface Heard {
        record Report(ObjectNode progress) implements Heard {}

        record Said(JsonRpcMessage.Notification notification) implements Heard {}

        record Asked(JsonRpcMessage.Request question) implements Heard {}
    }

    /**
     * Registers a request that is about to be sent.
     *
     * @param takesQuestions whether questions that belong to no particular request may be put to its caller
     * @throws ToolServerFault if the connection has ended
     */
    Waiting open(long id, boolean takesQuestions) {
        lock.lock();
        try {
            if (ended != null) {
                throw new ToolServerFault(ended.fault());
            }
            Waiting opened = new Waiting(id, takesQuestions);
            waiting.put(id, opened);
            while (takesQuestions && !early.isEmpty()) {
                opened.heard.add(new Heard.Asked(early.remove()));
            }
            return opened;
        } finally {
            lock.unlock();
        }
    }

    /** Delivers an answer; one that nobody waits for, or under an id that is not the gateway's, is dropped. */
    void complete(JsonRpcMessage.Response response) {
        RequestId id = response.id();
        if (id != null) {
            id.number().ifPresent(number -> deliver(number, one -> one.response = response));
        }
    }

    void report(long id, ObjectNode progress) {
        deliver(id, one -> one.hear(new Heard.Report(progress)));
    }

    void fail(long id, ToolServerFault fault) {
        deliver(id, one -> one.fault = fault);
    }

    /**
     * Delivers a question, which over a pipe names no request: the longest waiting one gets it.
     *
     * @return false if none waits
     */
    boolean ask(JsonRpcMessage.Request question) {
        lock.lock();
        try {
            for (Waiting one : waiting.values()) {
                if (one.takesQuestions) {
                    one.hear(new Heard.Asked(question));
                    one.changed.signalAll();
                    return true;
                }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Keeps a question for the next request; false if too many are kept. */
    boolean keep(JsonRpcMessage.Request question) {
        lock.lock();
        try {
            return early.size() < MAX_EARLY_QUESTIONS && early.add(question);
        } finally {
            lock.unlock();
        }
    }

    /** Delivers a notification that names its request. */
    void say(long id, JsonRpcMessage.Notification notification) {
        deliver(id, one -> one.hear(new Heard.Said(notification)));
    }

    /** Waits for the end, until the deadline at most. */
    void awaitEnd(Deadline deadline) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long nanos = deadline.remaining().toNanos();
            while (ended == null && nanos > 0) {
                nanos = ending.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Delivers a notification that names no request, if it is certain whose it is: the only one's that waits. */
    void say(JsonRpcMessage.Notification notification, boolean allAreOneParty) {
        lock.lock();
        try {
            List<Waiting> all = waiting.values().stream()
                    .filter(one -> one.takesQuestions || !allAreOneParty)
                    .toList();
            if (!all.isEmpty() && (allAreOneParty || all.size() == 1)) {
                all.getFirst().hear(new Heard.Said(notification));
                all.getFirst().changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Fails everything that waits, and everything that comes later. */
    void end(ToolServerFault fault) {
        lock.lock();
        try {
            if (ended == null) {
                ended = fault;
            }
            ending.signalAll();
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
        private final boolean takesQuestions;
        private final Condition changed = lock.newCondition();
        private final ArrayDeque<Heard> heard = new ArrayDeque<>();
        private JsonRpcMessage.@Nullable Response response;
        private @Nullable ToolServerFault fault;

        private Waiting(long id, boolean takesQuestions) {
            this.id = id;
            this.takesQuestions = takesQuestions;
        }

        private void hear(Heard one) {
            if (heard.size() < MAX_UNHEARD) {
                heard.add(one);
            }
        }

        /**
         * Waits for the answer; what is heard meanwhile is handed on outside the lock.
         *
         * @throws ToolServerFault if the connection ends or the deadline passes first
         */
        JsonRpcMessage.Response await(Meanwhile meanwhile, Questions questions, Deadline deadline)
                throws InterruptedException {
            Deadline until = deadline;
            while (true) {
                List<Heard> now = next(until);
                for (Heard one : now) {
                    switch (one) {
                        case Heard.Report report -> meanwhile.progress(report.progress());
                        case Heard.Said said -> meanwhile.notification(said.notification());
                        case Heard.Asked asked -> until = questions.put(asked.question(), meanwhile, until);
                    }
                }
                JsonRpcMessage.Response answer = response;
                if (now.isEmpty() && answer != null) {
                    return answer;
                }
            }
        }

        private List<Heard> next(Deadline deadline) throws InterruptedException {
            lock.lockInterruptibly();
            try {
                while (heard.isEmpty() && response == null) {
                    if (fault != null) {
                        throw new ToolServerFault(fault.fault());
                    }
                    long nanos = deadline.remaining().toNanos();
                    if (nanos <= 0) {
                        throw ToolServerFault.timeout(slug);
                    }
                    boolean ignored = changed.await(nanos, TimeUnit.NANOSECONDS);
                }
                List<Heard> now = List.copyOf(heard);
                heard.clear();
                return now;
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
