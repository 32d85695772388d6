package dev.portreeve.hub.north;

import dev.portreeve.hub.south.Answered;
import dev.portreeve.hub.south.Meanwhile;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.policy.call.Deadline;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request to a server of the older era that outlives the rounds of its modern caller. It runs on a thread of its own;
 * whichever round is attached hears from it, and between rounds it waits for the answer to its question.
 */
final class ParkedCall implements Meanwhile {
    private static final int MAX_UNHEARD = 64;
    private static final Duration LONG = Duration.ofHours(1);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Heard> heard = new ArrayDeque<>();
    private final Thread worker;
    // Guarded by the lock.
    private @Nullable Answered answer;

    private JsonRpcMessage.@Nullable Request last;
    private @Nullable String missing;
    private @Nullable Answered result;
    private @Nullable RuntimeException failure;

    /** What a round hears. */
    private sealed interface Heard {
        record Report(ObjectNode params) implements Heard {}

        record Said(JsonRpcMessage.Notification notification) implements Heard {}

        record Asked(JsonRpcMessage.Request question) implements Heard {}
    }

    /** How a round's waiting ends. */
    sealed interface Turn {
        /** The server answered. */
        record Done(Answered answered) implements Turn {}

        /** The server asks something, and waits. */
        record Asks(JsonRpcMessage.Request question) implements Turn {}
    }

    /** Starts the request at once. */
    ParkedCall(String slug, Function<Meanwhile, Answered> request) {
        worker = Thread.ofVirtual().name("hub-" + slug + "-parked").start(() -> run(request));
    }

    private void run(Function<Meanwhile, Answered> request) {
        Answered answered = null;
        RuntimeException failed = null;
        try {
            answered = request.apply(this);
        } catch (RuntimeException failure) {
            // Not swallowed: the round that waits, or the next, throws it.
            failed = failure;
        }
        lock.lock();
        try {
            result = answered;
            failure = failed;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void progress(ObjectNode params) {
        hear(new Heard.Report(params));
    }

    @Override
    public void notification(JsonRpcMessage.Notification notification) {
        hear(new Heard.Said(notification));
    }

    private void hear(Heard one) {
        lock.lock();
        try {
            if (heard.size() < MAX_UNHEARD) {
                heard.add(one);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Answered question(JsonRpcMessage.Request question) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            last = question;
            answer = null;
            heard.add(new Heard.Asked(question));
            changed.signalAll();
            while (answer == null) {
                changed.await();
            }
            Answered given = answer;
            answer = null;
            return given;
        } finally {
            lock.unlock();
        }
    }

    /** The question it waits with. */
    JsonRpcMessage.Request lastQuestion() {
        lock.lock();
        try {
            if (last == null) {
                throw new IllegalStateException("a parked call has asked nothing");
            }
            return last;
        } finally {
            lock.unlock();
        }
    }

    /** Answers the open question. */
    void answer(Answered given) {
        lock.lock();
        try {
            answer = given;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Answers the open question, which its caller cannot: whatever the server asks then.
     *
     * @param capability what the caller would have to declare; {@code null} if nothing would help
     */
    void answerInVain(@Nullable String capability, Answered given) {
        lock.lock();
        try {
            missing = missing == null ? capability : missing;
        } finally {
            lock.unlock();
        }
        answer(given);
    }

    /**
     * Waits on a round's thread until the server answers or asks; tells the round's caller what happens before.
     *
     * @throws InterruptedException if the caller left
     */
    Turn await(Meanwhile caller) throws InterruptedException {
        while (true) {
            Optional<Turn> turn = await(caller, Deadline.in(LONG));
            if (turn.isPresent()) {
                return turn.get();
            }
        }
    }

    /**
     * The same for a while.
     *
     * @return empty if the server did neither by then
     */
    Optional<Turn> await(Meanwhile caller, Deadline deadline) throws InterruptedException {
        while (awaitSomething(deadline)) {
            Heard next = poll();
            switch (next) {
                case null -> {
                    return Optional.of(done());
                }
                case Heard.Report report -> caller.progress(report.params());
                case Heard.Said said -> caller.notification(said.notification());
                case Heard.Asked asked -> {
                    return Optional.of(new Turn.Asks(asked.question()));
                }
            }
        }
        return Optional.empty();
    }

    private boolean awaitSomething(Deadline deadline) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (heard.isEmpty() && result == null && failure == null) {
                if (deadline.isPast()) {
                    return false;
                }
                long ignored = changed.awaitNanos(deadline.remaining().toNanos());
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Heard poll() {
        lock.lock();
        try {
            return heard.poll();
        } finally {
            lock.unlock();
        }
    }

    private Turn done() {
        lock.lock();
        try {
            if (result == null) {
                throw failure == null ? new IllegalStateException("a parked call ended without an end") : failure;
            }
            return new Turn.Done(AskedInVain.require(missing, result));
        } finally {
            lock.unlock();
        }
    }

    /** Gives the request up; its server is told. */
    void cancel() {
        worker.interrupt();
    }
}
