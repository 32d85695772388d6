package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.ServerEntry;
import dev.portreeve.hub.south.Answered;
import dev.portreeve.hub.south.Party;
import dev.portreeve.hub.south.TaskState;
import dev.portreeve.hub.south.ToolServerFault;
import dev.portreeve.hub.south.Topic;
import dev.portreeve.hub.south.Watcher;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Cancellation;
import dev.portreeve.policy.call.Deadline;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Tells one caller what becomes of one of his tasks, until it is over. What its server says of it is taken as a bell only: then
 * the task is looked at as the caller himself would, decided and read like any such look, and he is told if anything is
 * new. Where the server does not promise to say something, it is looked at in its poll interval too. Thread-safe.
 */
final class TaskWatch implements Watcher, AutoCloseable {
    private static final Duration SHORTEST_POLL = Duration.ofSeconds(1);
    /** After which it is found out that somebody else saw the task's end. */
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final ServerEntry owner;
    private final TaskToken token;
    private final Party party;
    private final Teller teller;
    private final Consumer<TaskWatch> whenOver;
    private final Semaphore bell = new Semaphore(0);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicBoolean over = new AtomicBoolean();
    private final Cancellation cancellation = new Cancellation();
    private volatile boolean promised;
    private Optional<RawJson> told = Optional.empty();

    /** On whose behalf it looks. */
    interface Teller {
        /** Looks at the task, blocking. */
        Reply look(TaskWatch watch);

        /** Whether the task was seen at its end already. Must not block. */
        boolean isOver();

        /** Whether it is worth looking now: somebody listens. Must not block. */
        boolean isHeard();

        /** Whether the caller relies on being told, so that it is also looked when no bell rang. */
        boolean isReliedOn();

        /** Takes a state of the task that was not told before. Must not block. */
        void tell(RawJson task);
    }

    /** @param whenOver called once when it ends; must not block */
    TaskWatch(ServerEntry owner, TaskToken token, Party party, Teller teller, Consumer<TaskWatch> whenOver) {
        this.owner = owner;
        this.token = token;
        this.party = party;
        this.teller = teller;
        this.whenOver = whenOver;
    }

    @Override
    public Topic topic() {
        return Topic.TASK;
    }

    @Override
    public String id() {
        return token.id();
    }

    @Override
    public void changed(RawJson params) {
        bell.release();
    }

    Cancellation cancellation() {
        return cancellation;
    }

    /** Has the server tell when the task changes, if it can; blocks. A server of the older era may leave it at that. */
    void attend(boolean modernServer) {
        try {
            promised = owner.server().watch(party, this, Deadline.in(owner.callTimeout())) instanceof Answered.Result
                    && modernServer;
        } catch (ToolServerFault notNow) {
            promised = false;
        }
    }

    /** Begins to tell, on a thread of its own. */
    void start() {
        Thread.ofVirtual().name("hub-" + owner.slug() + "-task").start(this::follow);
    }

    /** What is known already; false if the task is over or not the caller's any more. */
    boolean take(Reply seen) {
        return switch (seen) {
            case Reply.Result(RawJson result) -> {
                Optional<RawJson> now = Optional.of(withoutType(result));
                if (!now.equals(told)) {
                    told = now;
                    teller.tell(now.get());
                }
                yield !isOver(result);
            }
            case Reply.Error(int status, McpError error) -> error.code() != McpError.INVALID_PARAMS;
            case Reply.Nothing nothing -> true;
        };
    }

    private static boolean isOver(RawJson result) {
        return TaskState.of(result).filter(TaskState::isOver).isPresent();
    }

    // What makes it a result of another request.
    private static RawJson withoutType(RawJson result) {
        Map<String, RawJson> members = new LinkedHashMap<>(result.members());
        members.remove("resultType");
        members.remove("_meta");
        return RawJson.object(members);
    }

    private void follow() {
        try {
            boolean goesOn = true;
            while (goesOn) {
                boolean rang = bell.tryAcquire(pause().toMillis(), TimeUnit.MILLISECONDS);
                int ignored = bell.drainPermits();
                boolean ended = teller.isOver();
                boolean wanted = rang || (teller.isReliedOn() && (ended || !promised));
                boolean looks = wanted && teller.isHeard();
                goesOn = looks ? take(teller.look(this)) : !ended;
                // However often a server rings, it is not looked at more often than a caller might.
                goesOn &= !closed.await(TaskLimits.DEFAULT.shortestPoll().toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            close();
        }
    }

    private Duration pause() {
        if (promised || !teller.isReliedOn()) {
            return LONGEST;
        }
        Duration poll = told.flatMap(TaskState::of)
                .flatMap(TaskState::pollInterval)
                .filter(said -> said.compareTo(SHORTEST_POLL) > 0)
                .orElse(SHORTEST_POLL);
        return poll.compareTo(LONGEST) < 0 ? poll : LONGEST;
    }

    /** Ends it; the server is told in the background. Without effect if it has ended. Never blocks. */
    @Override
    public void close() {
        if (over.compareAndSet(false, true)) {
            closed.countDown();
            cancellation.cancel();
            bell.release();
            owner.server().unwatch(party, this);
            whenOver.accept(this);
        }
    }
}
