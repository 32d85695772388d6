package dev.portreeve.hub.task;

import static dev.portreeve.db.hub.Tables.KEPT_TASK;

import dev.portreeve.db.hub.tables.records.KeptTaskRecord;
import dev.portreeve.hub.seal.Binding;
import dev.portreeve.hub.seal.Purpose;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;

/**
 * Tasks in PostgreSQL, by its clock. What became of them is sealed and bound to task and owner. Rows whose time is over are deleted now
 * and then, when others come.
 */
public final class PostgresTaskStore implements TaskStore {
    private static final Field<Instant> NOW = DSL.field("clock_timestamp()", KEPT_TASK.EXPIRES_AT.getDataType());
    private static final Field<Boolean> SILENT = DSL.field(KEPT_TASK.RUN_UNTIL.le(NOW));
    private static final Condition OPEN =
            KEPT_TASK.STATE.in(DSL.inline(code(KeptTask.State.WAITING)), DSL.inline(code(KeptTask.State.RUNNING)));
    private static final int CLEAN_EVERY = 50;
    private static final int MAX_CLEANED = 1_000;
    /** Beside what the row says, so that the row's time is what counts. */
    private static final Duration SEALED_LONGER = Duration.ofHours(1);

    private final DSLContext database;
    private final SealedTokens seal;
    private final InstantSource clock;
    private final AtomicLong begun = new AtomicLong();

    public PostgresTaskStore(DataSource database, SealedTokens seal, InstantSource clock) {
        this.clock = clock;
        this.database = DSL.using(database, SQLDialect.POSTGRES);
        this.seal = seal;
    }

    @Override
    public boolean hasRoom(Subject owner) {
        return asked(() -> isRoom(owner));
    }

    private boolean isRoom(Subject owner) {
        Record counted = database.select(
                        DSL.count().filterWhere(OPEN).as("open"), DSL.count().as("all"))
                .from(KEPT_TASK)
                .where(isOf(owner), KEPT_TASK.EXPIRES_AT.gt(NOW))
                .fetchSingle();
        return counted.get("open", Integer.class) < MOST_OPEN && counted.get("all", Integer.class) < MOST_KEPT;
    }

    @Override
    public Optional<KeptTask> begin(KeptTask.Begun task) {
        return asked(() -> {
            if (begun.incrementAndGet() % CLEAN_EVERY == 0) {
                clean();
            }
            boolean kept = isRoom(task.owner()) && insert(task) == 1;
            Condition same = task.ticket() == null
                    ? KEPT_TASK.ID.eq(task.id())
                    : KEPT_TASK.TICKET.eq(task.ticket()).and(isOf(task.owner()));
            return kept || task.ticket() != null ? one(task.owner().tenant(), same) : Optional.<KeptTask>empty();
        });
    }

    private int insert(KeptTask.Begun task) {
        Subject owner = task.owner();
        KeptTaskRecord row = new KeptTaskRecord();
        row.setTenant(owner.tenant());
        row.setId(task.id());
        row.setMember(owner.member());
        row.setKeyId(owner.keyId());
        row.setServer(task.tool().server());
        row.setTool(task.tool().tool());
        row.setDefinitionHash(task.tool().definitionHash());
        row.setBegunBy(task.begunBy().value());
        row.setTicket(task.ticket());
        row.setExpiresAt(task.expiresAt());
        KeptTask.End end = task.end();
        row.setState(code(end == null ? KeptTask.State.WAITING : end.state()));
        if (end != null) {
            row.setRunCall(task.begunBy().value());
            row.setSealed(sealed(owner.tenant(), owner.member(), task.id(), task.expiresAt(), end.outcome()));
        }
        return database.insertInto(KEPT_TASK).set(row).onConflictDoNothing().execute();
    }

    private void clean() {
        int ignored = database.deleteFrom(KEPT_TASK)
                .where(DSL.row(KEPT_TASK.TENANT, KEPT_TASK.ID)
                        .in(DSL.select(KEPT_TASK.TENANT, KEPT_TASK.ID)
                                .from(KEPT_TASK)
                                .where(KEPT_TASK.EXPIRES_AT.lt(NOW))
                                .limit(MAX_CLEANED)))
                .execute();
    }

    /** Forgets what became of a member's tasks that are over; gives how many. Blocks. */
    public int forget(String tenant, String member) {
        return asked(() -> database.deleteFrom(KEPT_TASK)
                .where(KEPT_TASK.TENANT.eq(tenant), KEPT_TASK.MEMBER.eq(member), KEPT_TASK.SEALED.isNotNull())
                .execute());
    }

    @Override
    public Optional<KeptTask> find(String tenant, UUID id) {
        return asked(() -> one(tenant, KEPT_TASK.ID.eq(id)));
    }

    private Optional<KeptTask> one(String tenant, Condition which) {
        return database.select(KEPT_TASK.asterisk(), SILENT)
                .from(KEPT_TASK)
                .where(KEPT_TASK.TENANT.eq(tenant), which, KEPT_TASK.EXPIRES_AT.gt(NOW))
                .fetchOptional(this::task);
    }

    @Override
    public List<KeptTask> list(Subject owner) {
        return asked(() -> database.select(KEPT_TASK.asterisk(), SILENT)
                .from(KEPT_TASK)
                .where(isOf(owner), KEPT_TASK.EXPIRES_AT.gt(NOW))
                .orderBy(KEPT_TASK.CREATED_AT.desc())
                .limit(MOST_OPEN)
                .fetch(this::task));
    }

    @Override
    public boolean start(KeptTask task, CallId run, Duration atMost) {
        return asked(() -> database.update(KEPT_TASK)
                        .set(KEPT_TASK.STATE, code(KeptTask.State.RUNNING))
                        .set(KEPT_TASK.RUN_CALL, run.value())
                        .set(
                                KEPT_TASK.RUN_UNTIL,
                                DSL.field(
                                        "{0} + make_interval(secs => {1})",
                                        KEPT_TASK.RUN_UNTIL.getDataType(), NOW, DSL.val((double) atMost.toSeconds())))
                        .set(KEPT_TASK.CHANGED_AT, NOW)
                        .where(is(task), KEPT_TASK.STATE.eq(code(KeptTask.State.WAITING)), KEPT_TASK.EXPIRES_AT.gt(NOW))
                        .execute()
                == 1);
    }

    @Override
    public boolean end(KeptTask task, KeptTask.End end) {
        byte[] cipher = sealed(task.tenant(), task.member(), task.id(), task.expiresAt(), end.outcome());
        Condition asRead = task.runCall() == null
                ? end.state() == KeptTask.State.CANCELLED ? OPEN : KEPT_TASK.STATE.eq(code(KeptTask.State.WAITING))
                : KEPT_TASK.STATE.eq(code(KeptTask.State.RUNNING)).and(KEPT_TASK.RUN_CALL.eq(task.runCall()));
        return asked(() -> database.update(KEPT_TASK)
                        .set(KEPT_TASK.STATE, code(end.state()))
                        .set(KEPT_TASK.SEALED, cipher)
                        .set(KEPT_TASK.CHANGED_AT, NOW)
                        .where(is(task), asRead)
                        .execute()
                == 1);
    }

    private KeptTask task(Record row) {
        KeptTaskRecord kept = row.into(KEPT_TASK);
        byte[] cipher = kept.getSealed();
        RawJson outcome = cipher == null
                ? null
                : seal.openBytes(cipher, binding(kept.getTenant(), kept.getMember(), kept.getId()))
                        .map(RawJson::of)
                        // Sealed with keys that were taken away.
                        .orElse(RawJson.EMPTY_OBJECT);
        return new KeptTask(
                kept.getTenant(),
                kept.getId(),
                kept.getMember(),
                kept.getKeyId(),
                new Resource.Tool(kept.getServer(), kept.getTool(), kept.getDefinitionHash()),
                new CallId(kept.getBegunBy()),
                kept.getTicket(),
                KeptTask.State.valueOf(kept.getState().toUpperCase(Locale.ROOT)),
                kept.getRunCall(),
                Boolean.TRUE.equals(row.get(SILENT)),
                kept.getCreatedAt(),
                kept.getChangedAt(),
                kept.getExpiresAt(),
                outcome);
    }

    private byte[] sealed(String tenant, String member, UUID id, Instant expiresAt, RawJson outcome) {
        Duration left = Duration.between(clock.instant(), expiresAt).plus(SEALED_LONGER);
        return seal.sealBytes(binding(tenant, member, id), left, outcome.toBytes());
    }

    private static Binding binding(String tenant, String member, UUID id) {
        Subject owner = new Subject(tenant, null, Subject.Kind.AGENT, member, "");
        return new Binding(Purpose.TASK_OUTCOME, owner, "", id.toString());
    }

    private static Condition is(KeptTask task) {
        return KEPT_TASK.TENANT.eq(task.tenant()).and(KEPT_TASK.ID.eq(task.id()));
    }

    private static Condition isOf(Subject owner) {
        return KEPT_TASK
                .TENANT
                .eq(owner.tenant())
                .and(KEPT_TASK.MEMBER.eq(owner.member()))
                .and(KEPT_TASK.KEY_ID.eq(owner.keyId()));
    }

    private static String code(KeptTask.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private static <T> T asked(Supplier<T> statement) {
        try {
            return statement.get();
        } catch (DataAccessException failed) {
            throw new TasksUnavailable(failed);
        }
    }
}
