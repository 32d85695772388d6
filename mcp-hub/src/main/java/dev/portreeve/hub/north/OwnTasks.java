package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.CatalogTool;
import dev.portreeve.hub.seal.Binding;
import dev.portreeve.hub.seal.Purpose;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.hub.task.KeptTask;
import dev.portreeve.hub.task.TaskStore;
import dev.portreeve.hub.task.TasksUnavailable;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.approval.Approvals;
import dev.portreeve.policy.approval.Ticket;
import dev.portreeve.policy.approval.Withdrawal;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Subject;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tasks of the gateway's own: calls that wait for a person, for callers who take a task for an answer. A task is about one approval; its
 * id is sealed for the principal, and only the key that asked may use it. Thread-safe; blocks on the database.
 */
final class OwnTasks {
    private static final Logger LOGGER = LoggerFactory.getLogger(OwnTasks.class);
    private static final int ID_BYTES = Long.BYTES * 2 + 1;
    /** How long at least a result can be fetched after its approval had to be decided. */
    private static final Duration AFTER_DECISION = Duration.ofHours(1);

    private final TaskStore store;
    private final @Nullable Approvals approvals;
    private final SealedTokens tokens;
    private final InstantSource clock;
    private final OwnTaskWords words;

    /** @param approvals the tickets; {@code null} where there are no such tasks */
    OwnTasks(
            TaskStore store,
            @Nullable Approvals approvals,
            SealedTokens tokens,
            WaitingPages pages,
            InstantSource clock) {
        this.store = store;
        this.approvals = approvals;
        this.tokens = tokens;
        this.clock = clock;
        this.words = new OwnTaskWords(pages);
    }

    /** Whether there are such tasks at all. */
    boolean areOn() {
        return approvals != null && !store.equals(TaskStore.NONE);
    }

    /** Whether a principal may begin one more; false also while nobody knows. */
    boolean hasRoom(Subject owner) {
        try {
            return areOn() && store.hasRoom(owner);
        } catch (TasksUnavailable away) {
            LOGGER.warn("{}", away.getMessage());
            return false;
        }
    }

    /**
     * What a caller who takes a task for an answer is told of its call.
     *
     * @param wish the caller's {@code task}, in the older era
     * @return a task if the call waits for a person, or if it had to become one; else the answer as it is
     */
    Reply instead(
            Counterpart caller,
            CatalogTool tool,
            Tasks.Plan plan,
            CallId call,
            @Nullable RawJson wish,
            ToolCalls.Ended ended) {
        Duration wished = wished(wish);
        if (ended.outcome() instanceof CallOutcome.AwaitingApproval outcome) {
            return waiting(caller, outcome, tool, call, wished).orElse(ended.reply());
        }
        boolean wanted = plan == Tasks.Plan.OWN && ended.reply() instanceof Reply.Result;
        return wanted
                ? ended(caller, tool, call, OwnTaskWords.end(ended), wished).orElse(ended.reply())
                : ended.reply();
    }

    private static @Nullable Duration wished(@Nullable RawJson wish) {
        RawJson ttl = wish == null || !wish.isObject() ? null : wish.member("ttl");
        return ttl != null && ttl.toString().matches("[0-9]{1,12}")
                ? Duration.ofMillis(Long.parseLong(ttl.toString()))
                : null;
    }

    /**
     * The task of a call that waits for a person; of equal calls that wait for the same ticket there is one.
     *
     * @param wish how long the caller wants to be able to ask; {@code null} if it does not say
     * @return empty if the caller has too many, or none can be kept now
     */
    private Optional<Reply> waiting(
            Counterpart caller,
            CallOutcome.AwaitingApproval outcome,
            CatalogTool tool,
            CallId call,
            @Nullable Duration wish) {
        Instant now = clock.instant();
        Duration least = Duration.between(now, outcome.expiresAt()).plus(AFTER_DECISION);
        return begun(
                caller,
                new KeptTask.Begun(
                        UUID.randomUUID(),
                        caller.subject(),
                        tool.resource(),
                        call,
                        outcome.ticket(),
                        now.plus(ttl(least, wish)),
                        null));
    }

    /** The task of a call that was wanted as one, and ended without anybody's being asked. */
    private Optional<Reply> ended(
            Counterpart caller, CatalogTool tool, CallId call, KeptTask.End end, @Nullable Duration wish) {
        return begun(
                caller,
                new KeptTask.Begun(
                        UUID.randomUUID(),
                        caller.subject(),
                        tool.resource(),
                        call,
                        null,
                        clock.instant().plus(ttl(Duration.ZERO, wish)),
                        end));
    }

    private static Duration ttl(Duration least, @Nullable Duration wish) {
        Duration said = wish == null ? AFTER_DECISION : wish;
        Duration longer = said.compareTo(least) > 0 ? said : least;
        Duration most = TaskLimits.DEFAULT.ttl();
        return longer.compareTo(most) > 0 && least.compareTo(most) <= 0 ? most : longer;
    }

    private Optional<Reply> begun(Counterpart caller, KeptTask.Begun begun) {
        try {
            return store.begin(begun)
                    .map(task -> words.begun(
                            task,
                            id(caller, task),
                            isModern(caller),
                            ticket(task).orElse(null)));
        } catch (TasksUnavailable away) {
            LOGGER.warn("call {} gets no task: {}", begun.begunBy(), away.getMessage());
            return Optional.empty();
        }
    }

    /**
     * The task of an id that a caller brought; empty if it is none of the gateway's own, or not this caller's.
     *
     * @throws TasksUnavailable if nothing is known now
     */
    Optional<KeptTask> find(Counterpart caller, String id) {
        Subject subject = caller.subject();
        return areOn()
                ? tokens.open(id, Binding.of(Purpose.OWN_TASK, subject))
                        .filter(content ->
                                content.length == ID_BYTES && (content[ID_BYTES - 1] == 1) == isModern(caller))
                        .map(content -> {
                            ByteBuffer read = ByteBuffer.wrap(content);
                            return new UUID(read.getLong(), read.getLong());
                        })
                        .flatMap(uuid -> store.find(subject.tenant(), uuid))
                        .filter(task -> task.isOf(subject))
                        .filter(task -> caller.view().shows(task.tool().server()))
                : Optional.empty();
    }

    /** As {@code tasks/list} has them. */
    List<RawJson> list(Counterpart caller) {
        return areOn()
                ? store.list(caller.subject()).stream()
                        .filter(task -> caller.view().shows(task.tool().server()))
                        .map(task -> RawJson.object(words.shown(task, id(caller, task), isModern(caller), null)))
                        .toList()
                : List.of();
    }

    private String id(Counterpart caller, KeptTask task) {
        byte[] content = ByteBuffer.allocate(ID_BYTES)
                .putLong(task.id().getMostSignificantBits())
                .putLong(task.id().getLeastSignificantBits())
                .put((byte) (isModern(caller) ? 1 : 0))
                .array();
        Duration left = Duration.between(clock.instant(), task.expiresAt());
        return tokens.seal(Binding.of(Purpose.OWN_TASK, caller.subject()), left, content);
    }

    static boolean isModern(Counterpart caller) {
        return caller instanceof Counterpart.Modern;
    }

    /** The same task as it is now; as it was where it is gone. */
    KeptTask again(KeptTask task) {
        return store.find(task.tenant(), task.id()).orElse(task);
    }

    /** What it waits for; empty if nothing. */
    Optional<Ticket> ticket(KeptTask task) {
        UUID ticket = task.ticket();
        return ticket == null || approvals == null ? Optional.empty() : approvals.find(task.tenant(), ticket);
    }

    /** Takes back what it waits for, on its caller's behalf; what was decided already stays so. */
    void withdraw(KeptTask task) {
        UUID ticket = task.ticket();
        if (ticket != null && approvals != null) {
            Withdrawal ignored =
                    approvals.withdraw(task.tenant(), ticket, task.member(), "the caller cancelled its task");
        }
    }

    TaskStore store() {
        return store;
    }

    OwnTaskWords words() {
        return words;
    }
}
