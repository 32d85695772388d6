package dev.portreeve.gateway.idempotency;

import static dev.portreeve.db.gateway.Tables.KEPT_ANSWER;

import dev.portreeve.hub.seal.Binding;
import dev.portreeve.hub.seal.Purpose;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.policy.call.Subject;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;

/** Answers in PostgreSQL. What has expired is deleted now and then, when others come. */
public final class PostgresKeptAnswers implements KeptAnswers {
    private static final int CLEAN_EVERY = 100;
    private static final int MAX_CLEANED = 1_000;

    private final DSLContext database;
    private final SealedTokens seal;
    private final InstantSource clock;
    private final AtomicLong keeps = new AtomicLong();

    public PostgresKeptAnswers(DataSource database, SealedTokens seal, InstantSource clock) {
        this.database = DSL.using(database, SQLDialect.POSTGRES);
        this.seal = seal;
        this.clock = clock;
    }

    @Override
    public void keep(Subject owner, UUID call, KeptAnswer answer, Duration keep) {
        byte[] cipher = seal.sealBytes(binding(owner, call), keep, answer.encoded());
        int ignored = asked(() -> database.insertInto(KEPT_ANSWER)
                .set(KEPT_ANSWER.TENANT, owner.tenant())
                .set(KEPT_ANSWER.CALL_ID, call)
                .set(KEPT_ANSWER.MEMBER, owner.member())
                .set(KEPT_ANSWER.SEALED, cipher)
                .set(KEPT_ANSWER.EXPIRES_AT, clock.instant().plus(keep))
                .onConflictDoNothing()
                .execute());
        if (keeps.incrementAndGet() % CLEAN_EVERY == 0) {
            int unused = asked(this::clean);
        }
    }

    private int clean() {
        return database.deleteFrom(KEPT_ANSWER)
                .where(DSL.row(KEPT_ANSWER.TENANT, KEPT_ANSWER.CALL_ID)
                        .in(DSL.select(KEPT_ANSWER.TENANT, KEPT_ANSWER.CALL_ID)
                                .from(KEPT_ANSWER)
                                .where(KEPT_ANSWER.EXPIRES_AT.lt(clock.instant()))
                                .limit(MAX_CLEANED)))
                .execute();
    }

    @Override
    public Optional<KeptAnswer> find(Subject owner, UUID call) {
        return asked(() -> database.select(KEPT_ANSWER.SEALED)
                        .from(KEPT_ANSWER)
                        .where(KEPT_ANSWER.TENANT.eq(owner.tenant()))
                        .and(KEPT_ANSWER.CALL_ID.eq(call))
                        .fetchOptional(KEPT_ANSWER.SEALED))
                .flatMap(bytes -> seal.openBytes(bytes, binding(owner, call)))
                .map(KeptAnswer::decoded);
    }

    /** Forgets the answers to a member's calls, and those of older versions, which do not say whose they are; gives how many. */
    public int forget(String tenant, String member) {
        return asked(() -> database.deleteFrom(KEPT_ANSWER)
                .where(KEPT_ANSWER.TENANT.eq(tenant))
                .and(KEPT_ANSWER.MEMBER.eq(member).or(KEPT_ANSWER.MEMBER.isNull()))
                .execute());
    }

    private static Binding binding(Subject owner, UUID call) {
        return new Binding(Purpose.ANSWER, owner, "", call.toString());
    }

    private static <T> T asked(Supplier<T> statement) {
        try {
            return statement.get();
        } catch (DataAccessException failed) {
            throw new Unavailable(failed);
        }
    }
}
