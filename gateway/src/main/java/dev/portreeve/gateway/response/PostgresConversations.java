package dev.portreeve.gateway.response;

import static dev.portreeve.db.gateway.Tables.KEPT_RESPONSE;

import dev.portreeve.db.gateway.tables.records.KeptResponseRecord;
import dev.portreeve.gateway.response.Conversation.Status;
import dev.portreeve.gateway.response.StoredResponses.Unavailable;
import dev.portreeve.hub.seal.Binding;
import dev.portreeve.hub.seal.Purpose;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.policy.call.Subject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Kept responses in PostgreSQL, sealed and bound to owner and id, so that a row opens nothing in another's place. What has expired
 * is deleted now and then, when others come.
 */
public final class PostgresConversations implements Conversations {
    /** How long a replica may be silent before what it made counts as lost. */
    private static final Duration BELIEVED = Duration.ofMinutes(2);

    private static final int CLEAN_EVERY = 200;
    private static final int MAX_CLEANED = 2_000;

    private final DSLContext database;
    private final SealedTokens seal;
    private final Duration retention;
    private final int maxBytes;
    private final InstantSource clock;
    private final AtomicLong keeps = new AtomicLong();

    /** @param maxBytes of what one response read, and of what it said */
    public PostgresConversations(
            DataSource database, SealedTokens seal, Duration retention, int maxBytes, InstantSource clock) {
        this.database = DSL.using(database, SQLDialect.POSTGRES);
        this.seal = seal;
        this.retention = retention;
        this.maxBytes = Math.min(maxBytes, Purpose.KEPT_RESPONSE.maxContentBytes());
        this.clock = clock;
    }

    @Override
    public boolean keep(Conversation conversation) {
        return insert(conversation, null);
    }

    @Override
    public boolean begin(Conversation conversation, UUID maker) {
        return insert(conversation, maker);
    }

    private boolean insert(Conversation kept, @Nullable UUID maker) {
        if (isTooLong(kept)) {
            return false;
        }
        Instant now = clock.instant();
        KeptResponseRecord row = new KeptResponseRecord();
        row.setTenant(kept.tenant());
        row.setResponseId(kept.id());
        row.setMember(kept.member());
        row.setModel(kept.model());
        row.setStatus(kept.status().code());
        row.setSealedInput(seal.seal(input(kept), retention, kept.input()));
        row.setSealedResponse(seal.seal(response(kept), retention, kept.response()));
        row.setMaker(maker);
        row.setAliveUntil(maker == null ? null : now.plus(BELIEVED));
        row.setExpiresAt(now.plus(retention));
        asked(() -> database.insertInto(KEPT_RESPONSE).set(row).execute());
        if (keeps.incrementAndGet() % CLEAN_EVERY == 0) {
            asked(this::clean);
        }
        return true;
    }

    /** Forgets the responses that are kept for a member; gives how many. */
    public int forget(String tenant, String member) {
        return asked(() -> database.deleteFrom(KEPT_RESPONSE)
                .where(KEPT_RESPONSE.TENANT.eq(tenant))
                .and(KEPT_RESPONSE.MEMBER.eq(member))
                .execute());
    }

    private boolean isTooLong(Conversation kept) {
        return kept.input().length > maxBytes || kept.response().length > maxBytes;
    }

    private int clean() {
        return database.deleteFrom(KEPT_RESPONSE)
                .where(DSL.row(KEPT_RESPONSE.TENANT, KEPT_RESPONSE.RESPONSE_ID)
                        .in(DSL.select(KEPT_RESPONSE.TENANT, KEPT_RESPONSE.RESPONSE_ID)
                                .from(KEPT_RESPONSE)
                                .where(KEPT_RESPONSE.EXPIRES_AT.lt(clock.instant()))
                                .limit(MAX_CLEANED)))
                .execute();
    }

    @Override
    public boolean end(Conversation ended) {
        if (isTooLong(ended)) {
            return false;
        }
        String sealed = seal.seal(response(ended), retention, ended.response());
        return asked(() -> database.update(KEPT_RESPONSE)
                        .set(KEPT_RESPONSE.STATUS, ended.status().code())
                        .set(KEPT_RESPONSE.SEALED_RESPONSE, sealed)
                        .where(KEPT_RESPONSE.TENANT.eq(ended.tenant()))
                        .and(KEPT_RESPONSE.RESPONSE_ID.eq(ended.id()))
                        .and(KEPT_RESPONSE.MEMBER.eq(ended.member()))
                        .and(KEPT_RESPONSE.STATUS.eq(Status.IN_PROGRESS.code()))
                        .execute())
                > 0;
    }

    @Override
    public Optional<Conversation> find(String tenant, String member, String id) {
        Instant now = clock.instant();
        return asked(() -> database.selectFrom(KEPT_RESPONSE)
                        .where(KEPT_RESPONSE.TENANT.eq(tenant))
                        .and(KEPT_RESPONSE.RESPONSE_ID.eq(id))
                        .and(KEPT_RESPONSE.MEMBER.eq(member))
                        .and(KEPT_RESPONSE.EXPIRES_AT.gt(now))
                        .fetchOptional())
                .flatMap(row -> opened(row, now));
    }

    /** What was sealed with a key that is gone is gone too. */
    private Optional<Conversation> opened(KeptResponseRecord row, Instant now) {
        Status status = Status.of(row.getStatus());
        boolean lost = status == Status.IN_PROGRESS
                && row.getAliveUntil() != null
                && row.getAliveUntil().isBefore(now);
        Conversation closed = new Conversation(
                row.getTenant(),
                row.getMember(),
                row.getResponseId(),
                row.getModel(),
                lost ? Status.FAILED : status,
                new byte[0],
                new byte[0]);
        return seal.open(row.getSealedInput(), input(closed))
                .flatMap(input -> seal.open(row.getSealedResponse(), response(closed))
                        .map(response -> new Conversation(
                                closed.tenant(),
                                closed.member(),
                                closed.id(),
                                closed.model(),
                                closed.status(),
                                input,
                                response)));
    }

    @Override
    public boolean cancel(String tenant, String member, String id) {
        return asked(() -> database.update(KEPT_RESPONSE)
                        .set(KEPT_RESPONSE.STATUS, Status.CANCELLED.code())
                        .where(KEPT_RESPONSE.TENANT.eq(tenant))
                        .and(KEPT_RESPONSE.RESPONSE_ID.eq(id))
                        .and(KEPT_RESPONSE.MEMBER.eq(member))
                        .and(KEPT_RESPONSE.STATUS.eq(Status.IN_PROGRESS.code()))
                        .and(KEPT_RESPONSE.ALIVE_UNTIL.gt(clock.instant()))
                        .execute())
                > 0;
    }

    @Override
    public void forget(String tenant, String member, String id) {
        asked(() -> database.deleteFrom(KEPT_RESPONSE)
                .where(KEPT_RESPONSE.TENANT.eq(tenant))
                .and(KEPT_RESPONSE.RESPONSE_ID.eq(id))
                .and(KEPT_RESPONSE.MEMBER.eq(member))
                .execute());
    }

    @Override
    public Set<String> stillMaking(UUID maker, Set<String> ids) {
        Set<String> making = asked(() -> new HashSet<>(database.update(KEPT_RESPONSE)
                .set(KEPT_RESPONSE.ALIVE_UNTIL, clock.instant().plus(BELIEVED))
                .where(KEPT_RESPONSE.MAKER.eq(maker))
                .and(KEPT_RESPONSE.STATUS.eq(Status.IN_PROGRESS.code()))
                .returning(KEPT_RESPONSE.RESPONSE_ID)
                .fetch(KEPT_RESPONSE.RESPONSE_ID)));
        Set<String> gone = new HashSet<>(ids);
        gone.removeAll(making);
        return gone;
    }

    private static Binding input(Conversation kept) {
        return binding(kept, "input");
    }

    private static Binding response(Conversation kept) {
        return binding(kept, "response");
    }

    private static Binding binding(Conversation kept, String column) {
        Subject owner = new Subject(kept.tenant(), null, Subject.Kind.AGENT, kept.member(), "");
        return new Binding(Purpose.KEPT_RESPONSE, owner, column, kept.id());
    }

    private static <T> T asked(Supplier<T> statement) {
        try {
            return statement.get();
        } catch (DataAccessException failed) {
            throw new Unavailable(failed);
        }
    }
}
