package dev.portreeve.policy.key;

import static dev.portreeve.db.policy.Tables.BUDGET;
import static dev.portreeve.db.policy.Tables.CHILD_KEY;
import static dev.portreeve.db.policy.Tables.MEMBER;
import static dev.portreeve.db.policy.Tables.VIRTUAL_KEY;

import dev.portreeve.audit.Transaction;
import dev.portreeve.db.policy.tables.records.VirtualKeyRecord;
import dev.portreeve.policy.budget.PostgresCarvedBudgets;
import dev.portreeve.policy.call.Carve;
import dev.portreeve.policy.call.Confines;
import dev.portreeve.policy.call.Delegation;
import dev.portreeve.policy.call.Subject;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import javax.sql.DataSource;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConnectionProvider;
import org.jspecify.annotations.Nullable;

/** Keys in PostgreSQL. */
final class PostgresKeyRows implements KeyRows {
    private final DSLContext database;
    private final PostgresCarvedBudgets budgets;

    /** @param budgets what keys give keys */
    PostgresKeyRows(DataSource database, PostgresCarvedBudgets budgets) {
        this.database = DSL.using(database, SQLDialect.POSTGRES);
        this.budgets = budgets;
    }

    @Override
    public @Nullable StoredKey find(String keyId) {
        try {
            Record row = read(keyId);
            return row == null ? null : below(stored(row), row);
        } catch (DataAccessException silent) {
            throw new KeysUnreadable(silent);
        }
    }

    private @Nullable Record read(String keyId) {
        return database.select(
                        VIRTUAL_KEY.asterisk(),
                        CHILD_KEY.asterisk(),
                        MEMBER.KIND,
                        MEMBER.TEAM,
                        MEMBER.RETIRED_AT,
                        BUDGET.LIMIT_NANOS,
                        BUDGET.TIME_WINDOW,
                        BUDGET.TIMEZONE)
                .from(VIRTUAL_KEY)
                .join(MEMBER)
                .on(MEMBER.TENANT.eq(VIRTUAL_KEY.TENANT).and(MEMBER.ID.eq(VIRTUAL_KEY.MEMBER)))
                .leftJoin(CHILD_KEY)
                .on(CHILD_KEY.TENANT.eq(VIRTUAL_KEY.TENANT).and(CHILD_KEY.ID.eq(VIRTUAL_KEY.ID)))
                .leftJoin(BUDGET)
                .on(BUDGET.TENANT.eq(CHILD_KEY.TENANT).and(BUDGET.ID.eq(PostgresCarvedBudgets.idOf(CHILD_KEY.ID))))
                .where(VIRTUAL_KEY.ID.eq(keyId))
                .fetchOne();
    }

    /** With the keys above it, by whose ends it ends. */
    private StoredKey below(StoredKey key, Record row) {
        String parent = row.get(CHILD_KEY.PARENT);
        if (parent == null) {
            return key;
        }
        Record above = Objects.requireNonNull(read(parent), "a key above always stands in the table");
        StoredKey upper = below(stored(above), above);
        Delegation way = upper.subject().delegation();
        List<String> keys = new ArrayList<>(way.above());
        List<Confines> confines = new ArrayList<>(way.confines());
        keys.add(parent);
        confines.add(confines(row));
        return new StoredKey(
                key.subject().by(new Delegation(keys, confines)),
                key.secretHash(),
                earlier(key.expiresAt(), upper.expiresAt()),
                key.ended() || upper.ended());
    }

    private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.isBefore(other) ? one : other;
    }

    private static Confines confines(Record row) {
        return new Confines(
                list(row.get(CHILD_KEY.MODELS)),
                list(row.get(CHILD_KEY.TOOLS)),
                list(row.get(CHILD_KEY.PROMPTS)),
                list(row.get(CHILD_KEY.RESOURCES)),
                list(row.get(CHILD_KEY.HOSTED_TOOLS)),
                PostgresCarvedBudgets.read(row));
    }

    private static @Nullable List<String> list(String @Nullable [] patterns) {
        return patterns == null ? null : List.of(patterns);
    }

    private static StoredKey stored(Record row) {
        Subject subject = new Subject(
                row.get(VIRTUAL_KEY.TENANT),
                row.get(MEMBER.TEAM),
                Subject.Kind.valueOf(row.get(MEMBER.KIND).toUpperCase(Locale.ROOT)),
                row.get(VIRTUAL_KEY.MEMBER),
                row.get(VIRTUAL_KEY.ID));
        boolean ended = row.get(VIRTUAL_KEY.REVOKED_AT) != null || row.get(MEMBER.RETIRED_AT) != null;
        return new StoredKey(subject, row.get(VIRTUAL_KEY.SECRET_HASH), row.get(VIRTUAL_KEY.EXPIRES_AT), ended);
    }

    @Override
    public List<KeyInfo> list(String tenant, int limit) {
        return listed(VIRTUAL_KEY.TENANT.eq(tenant), limit);
    }

    @Override
    public List<KeyInfo> children(String tenant, String keyId, Instant now, int limit) {
        try {
            return listed(
                    VIRTUAL_KEY
                            .TENANT
                            .eq(tenant)
                            .and(CHILD_KEY.PARENT.eq(keyId))
                            .and(isLiving(now)),
                    limit);
        } catch (DataAccessException silent) {
            throw new KeysUnreadable(silent);
        }
    }

    private List<KeyInfo> listed(Condition which, int limit) {
        return database.select(VIRTUAL_KEY.asterisk(), CHILD_KEY.PARENT)
                .from(VIRTUAL_KEY)
                .leftJoin(CHILD_KEY)
                .on(CHILD_KEY.TENANT.eq(VIRTUAL_KEY.TENANT).and(CHILD_KEY.ID.eq(VIRTUAL_KEY.ID)))
                .where(which)
                .orderBy(VIRTUAL_KEY.CREATED_AT.desc(), VIRTUAL_KEY.ID)
                .limit(limit)
                .fetch(row -> info(row.into(VIRTUAL_KEY), row.get(CHILD_KEY.PARENT)));
    }

    private static Condition isLiving(Instant now) {
        return VIRTUAL_KEY
                .REVOKED_AT
                .isNull()
                .and(VIRTUAL_KEY.EXPIRES_AT.isNull().or(VIRTUAL_KEY.EXPIRES_AT.gt(now)));
    }

    @Override
    public void apply(Transaction transaction, List<KeyPosting> postings) throws SQLException {
        DSLContext rows = DSL.using(new DefaultConnectionProvider(transaction.connection()), SQLDialect.POSTGRES);
        try {
            for (KeyPosting posting : postings) {
                switch (posting) {
                    case KeyPosting.Creation creation -> creation.decide(insert(rows, creation));
                    case KeyPosting.Delegated child -> child.decide(insert(rows, child));
                    case KeyPosting.Revocation revocation -> revocation.decide(end(rows, revocation));
                }
            }
        } catch (DataAccessException failed) {
            throw new SQLException("the keys cannot be changed", failed.sqlState(), failed);
        }
    }

    private static @Nullable KeyInfo insert(DSLContext rows, KeyPosting.Creation creation) {
        VirtualKeyRecord made = rows.insertInto(VIRTUAL_KEY)
                .columns(
                        VIRTUAL_KEY.TENANT,
                        VIRTUAL_KEY.ID,
                        VIRTUAL_KEY.MEMBER,
                        VIRTUAL_KEY.NAME,
                        VIRTUAL_KEY.SECRET_HASH,
                        VIRTUAL_KEY.EXPIRES_AT)
                .select(DSL.select(
                                MEMBER.TENANT,
                                DSL.val(creation.key().id()),
                                MEMBER.ID,
                                DSL.val(creation.name()),
                                DSL.val(creation.secretHash()),
                                DSL.val(creation.expiresAt(), VIRTUAL_KEY.EXPIRES_AT))
                        .from(MEMBER)
                        .where(MEMBER.TENANT.eq(creation.tenant()))
                        .and(MEMBER.ID.eq(creation.member()))
                        .and(MEMBER.RETIRED_AT.isNull()))
                .returning()
                .fetchOne();
        return made == null ? null : info(made, null);
    }

    private KeyPosting.Delegated.Outcome insert(DSLContext rows, KeyPosting.Delegated child) {
        String tenant = child.parent().tenant();
        String parent = child.parent().keyId();
        boolean lives = rows.selectOne()
                        .from(VIRTUAL_KEY)
                        .where(VIRTUAL_KEY.TENANT.eq(tenant))
                        .and(VIRTUAL_KEY.ID.eq(parent))
                        .and(isLiving(child.now()))
                        .forUpdate()
                        .fetchOne()
                != null;
        if (!lives) {
            return new KeyPosting.Delegated.Outcome.ParentEnded();
        }
        List<String> living = living(rows, tenant, parent, child.now());
        if (living.size() >= KeyDirectory.MAX_LIVING_CHILDREN) {
            return new KeyPosting.Delegated.Outcome.TooMany();
        }
        Carve carve = child.wish().confines().budget();
        String tooDear = carve == null
                ? null
                : budgets.give(rows, child.parent(), living, child.key().id(), carve, child.now());
        return tooDear == null
                ? new KeyPosting.Delegated.Outcome.Made(insert(rows, child, parent))
                : new KeyPosting.Delegated.Outcome.TooDear(tooDear);
    }

    private static List<String> living(DSLContext rows, String tenant, String parent, Instant now) {
        return rows.select(CHILD_KEY.ID)
                .from(CHILD_KEY)
                .join(VIRTUAL_KEY)
                .on(VIRTUAL_KEY.TENANT.eq(CHILD_KEY.TENANT).and(VIRTUAL_KEY.ID.eq(CHILD_KEY.ID)))
                .where(CHILD_KEY.TENANT.eq(tenant))
                .and(CHILD_KEY.PARENT.eq(parent))
                .and(isLiving(now))
                .fetch(CHILD_KEY.ID);
    }

    private static KeyInfo insert(DSLContext rows, KeyPosting.Delegated child, String parent) {
        String tenant = child.parent().tenant();
        VirtualKeyRecord made = rows.insertInto(VIRTUAL_KEY)
                .set(VIRTUAL_KEY.TENANT, tenant)
                .set(VIRTUAL_KEY.ID, child.key().id())
                .set(VIRTUAL_KEY.MEMBER, child.parent().member())
                .set(VIRTUAL_KEY.NAME, child.wish().name())
                .set(VIRTUAL_KEY.SECRET_HASH, child.secretHash())
                .set(VIRTUAL_KEY.EXPIRES_AT, child.expiresAt())
                .returning()
                .fetchSingle();
        Confines confines = child.wish().confines();
        rows.insertInto(CHILD_KEY)
                .set(CHILD_KEY.TENANT, tenant)
                .set(CHILD_KEY.ID, child.key().id())
                .set(CHILD_KEY.PARENT, parent)
                .set(CHILD_KEY.DEPTH, child.parent().delegation().depth() + 1)
                .set(CHILD_KEY.MODELS, array(confines.models()))
                .set(CHILD_KEY.TOOLS, array(confines.tools()))
                .set(CHILD_KEY.PROMPTS, array(confines.prompts()))
                .set(CHILD_KEY.RESOURCES, array(confines.resources()))
                .set(CHILD_KEY.HOSTED_TOOLS, array(confines.hostedTools()))
                .execute();
        return info(made, parent);
    }

    private static String @Nullable [] array(@Nullable List<String> patterns) {
        return patterns == null ? null : patterns.toArray(String[]::new);
    }

    private static @Nullable KeyInfo end(DSLContext rows, KeyPosting.Revocation revocation) {
        VirtualKeyRecord ended = rows.update(VIRTUAL_KEY)
                .set(VIRTUAL_KEY.REVOKED_AT, DSL.currentInstant())
                .where(VIRTUAL_KEY.TENANT.eq(revocation.tenant()))
                .and(VIRTUAL_KEY.ID.eq(revocation.keyId()))
                .and(VIRTUAL_KEY.REVOKED_AT.isNull())
                .returning()
                .fetchOne();
        return ended == null ? null : info(ended, null);
    }

    private static KeyInfo info(VirtualKeyRecord row, @Nullable String parent) {
        return new KeyInfo(
                row.getTenant(),
                row.getId(),
                parent,
                row.getMember(),
                row.getName(),
                row.getCreatedAt(),
                row.getExpiresAt(),
                row.getRevokedAt());
    }
}
