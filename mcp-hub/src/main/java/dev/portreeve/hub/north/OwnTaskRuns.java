package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.CatalogTool;
import dev.portreeve.hub.catalog.ToolCatalog;
import dev.portreeve.hub.seal.Purpose;
import dev.portreeve.hub.task.KeptTask;
import dev.portreeve.hub.task.TasksUnavailable;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.approval.Ticket;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.Cancellation;
import dev.portreeve.policy.call.TaskTurn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what a task waited for, once it was decided: on a thread of its own, as a governed call of the task's caller. Of all who look at the
 * same time, at whichever gateway, one begins the run. Thread-safe.
 */
final class OwnTaskRuns implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(OwnTaskRuns.class);
    /** Beside the server's own time: for rules, guardrails and evidence. */
    private static final Duration BESIDE = Duration.ofMinutes(1);
    /** A stop waits as long for what runs, and then as long for what it stopped. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private static final int TRIES = 5;

    private final OwnTasks tasks;
    private final ToolCalls calls;
    private final ToolCatalog catalog;
    private final Supplier<CallId> callIds;
    private final Map<UUID, Run> running = new ConcurrentHashMap<>();

    /** One that runs here. */
    private record Run(Cancellation cancellation, CountDownLatch done) {}

    OwnTaskRuns(OwnTasks tasks, ToolCalls calls, ToolCatalog catalog, Supplier<CallId> callIds) {
        this.tasks = tasks;
        this.calls = calls;
        this.catalog = catalog;
        this.callIds = callIds;
    }

    /**
     * Takes a task as far as it goes now: what was decided begins to run, what died is over. Blocks on the database; not to be
     * interrupted.
     *
     * @param caller whose it is
     * @return as it is then
     */
    KeptTask settle(KeptTask task, Counterpart caller) {
        return switch (task.state()) {
            case RUNNING -> {
                if (!task.silent() || running.containsKey(task.id())) {
                    yield task;
                }
                boolean ignored = tasks.store().end(task, OwnTaskWords.lost());
                yield tasks.again(task);
            }
            case WAITING -> {
                Optional<Ticket> ticket = tasks.ticket(task);
                yield ticket.isEmpty() || ticket.get().isWaiting() ? task : begin(task, caller, ticket.get());
            }
            case COMPLETED, REFUSED, CANCELLED -> task;
        };
    }

    private KeptTask begin(KeptTask task, Counterpart caller, Ticket ticket) {
        CallId id = callIds.get();
        Duration atMost = catalog.server(task.tool().server())
                .map(owner -> owner.callTimeout().plus(BESIDE))
                .orElse(BESIDE);
        if (!tasks.store().start(task, id, atMost)) {
            return tasks.again(task);
        }
        KeptTask started = task.running(id);
        Run run = new Run(new Cancellation(), new CountDownLatch(1));
        running.put(task.id(), run);
        Thread unused = Thread.ofVirtual().name("hub-task-" + id).start(() -> {
            try {
                run(started, unheard(caller), ticket, id, run.cancellation());
            } finally {
                running.remove(task.id());
                run.done().countDown();
            }
        });
        return started;
    }

    /** Waits a little for a run of this gateway; returns at once if there is none. */
    void linger(KeptTask task, Duration atMost) throws InterruptedException {
        Run run = running.get(task.id());
        if (run != null) {
            boolean ignored = run.done().await(atMost.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void run(KeptTask task, Counterpart caller, Ticket ticket, CallId id, Cancellation cancellation) {
        KeptTask.End end = OwnTaskWords.lost();
        try {
            Optional<CatalogTool> tool = catalog.snapshot(caller.view()).tools().stream()
                    .filter(one -> one.resource().server().equals(task.tool().server())
                            && one.resource().tool().equals(task.tool().tool()))
                    .findFirst();
            end = OwnTaskWords.end(
                    tool.isEmpty()
                            ? new ToolCalls.Ended(
                                    OutcomeReplies.unknownTool(task.tool().tool()), null)
                            : calls.comeBack(
                                    caller,
                                    tool.get(),
                                    ticket.request().arguments(),
                                    new TaskTurn(ticket.id()),
                                    id,
                                    cancellation));
            int length = end.outcome().length();
            end = length <= Purpose.TASK_OUTCOME.maxContentBytes() ? end : OwnTaskWords.tooLong(id, length);
        } finally {
            keep(task, end, id);
        }
    }

    // The call ran: what became of it is worth more than one try.
    private void keep(KeptTask task, KeptTask.End end, CallId id) {
        CountDownLatch never = new CountDownLatch(1);
        try {
            for (int left = TRIES; left > 0; left--) {
                try {
                    if (!tasks.store().end(task, end)) {
                        LOGGER.debug("what became of call {} is not kept: its task is over", id);
                    }
                    return;
                } catch (TasksUnavailable away) {
                    LOGGER.warn("what became of call {} cannot be kept now: {}", id, away.getMessage());
                    boolean ignored = never.await(1, TimeUnit.SECONDS);
                }
            }
        } catch (InterruptedException stopNow) {
            Thread.currentThread().interrupt();
        }
    }

    // Nobody listens while it runs: what its server asks gets the answer that nobody can be asked.
    private static Counterpart unheard(Counterpart caller) {
        return switch (caller) {
            case Counterpart.Modern modern ->
                new Counterpart.Modern(modern.subject(), modern.view(), RawJson.EMPTY_OBJECT, modern.logLevel());
            case Counterpart.Legacy legacy ->
                new Counterpart.Legacy(legacy.subject(), legacy.view(), legacy.dialogue(), Silence.answer());
        };
    }

    /**
     * Cancels a task for its caller: takes back what it waits for, or stops it where it runs. Blocks on the database; not to be
     * interrupted.
     *
     * @return as it is then; it may have been quicker
     */
    KeptTask cancel(KeptTask task) {
        if (!task.state().isOver()) {
            tasks.withdraw(task);
            KeptTask now = tasks.again(task);
            boolean ran = now.state() == KeptTask.State.RUNNING;
            if (tasks.store().end(now, OwnTaskWords.cancelled(ran))) {
                Run run = running.get(task.id());
                if (run != null) {
                    run.cancellation().cancel();
                }
            }
        }
        return tasks.again(task);
    }

    /** Stops what runs, and says so of it. Blocks a few seconds at most. */
    @Override
    public void close() {
        List<Run> left = new ArrayList<>(running.values());
        try {
            for (int stopped = 0; stopped < 2; stopped++) {
                long end = System.nanoTime() + GRACE.toNanos();
                for (Run run : left) {
                    boolean ignored = run.done().await(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
                }
                left.forEach(run -> run.cancellation().cancel());
            }
        } catch (InterruptedException stopNow) {
            Thread.currentThread().interrupt();
        }
    }
}
