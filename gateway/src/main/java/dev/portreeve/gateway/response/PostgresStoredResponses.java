package dev.portreeve.gateway.response;

import static dev.portreeve.db.gateway.Tables.STORED_RESPONSE;

import dev.portreeve.db.gateway.tables.records.StoredResponseRecord;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;

/** Whose responses are kept, in PostgreSQL. What has expired is deleted now and then, when others come. */
public final class PostgresStoredResponses implements StoredResponses {
    /** OpenAI keeps responses so long. */
    private static final Duration KEPT = Duration.ofDays(30);

    private static final int CLEAN_EVERY = 1_000;
    private static final int MAX_CLEANED = 10_000;

    private final DSLContext database;
    private final InstantSource clock;
    private final AtomicLong keeps = new AtomicLong();

    public PostgresStoredResponses(DataSource database, InstantSource clock) {
        this.database = DSL.using(database, SQLDialect.POSTGRES);
        this.clock = clock;
    }

    @Override
    public void keep(StoredResponse response) {
        StoredResponseRecord row = new StoredResponseRecord();
        row.setTenant(response.tenant());
        row.setResponseId(response.id());
        row.setMember(response.member());
        row.setProvider(response.provider());
        row.setModel(response.model());
        row.setTokens(response.tokens());
        row.setExpiresAt(clock.instant().plus(KEPT));
        asked(() -> database.insertInto(STORED_RESPONSE)
                .set(row)
                .onConflictDoNothing()
                .execute());
        if (keeps.incrementAndGet() % CLEAN_EVERY == 0) {
            asked(this::clean);
        }
    }

    private int clean() {
        return database.deleteFrom(STORED_RESPONSE)
                .where(DSL.row(STORED_RESPONSE.TENANT, STORED_RESPONSE.RESPONSE_ID)
                        .in(DSL.select(STORED_RESPONSE.TENANT, STORED_RESPONSE.RESPONSE_ID)
                                .from(STORED_RESPONSE)
                                .where(STORED_RESPONSE.EXPIRES_AT.lt(clock.instant()))
                                .limit(MAX_CLEANED)))
                .execute();
    }

    @Override
    public Optional<StoredResponse> find(String tenant, String member, String id) {
        return asked(() -> database.selectFrom(STORED_RESPONSE)
                        .where(STORED_RESPONSE.TENANT.eq(tenant))
                        .and(STORED_RESPONSE.RESPONSE_ID.eq(id))
                        .and(STORED_RESPONSE.MEMBER.eq(member))
                        .and(STORED_RESPONSE.EXPIRES_AT.gt(clock.instant()))
                        .fetchOptional())
                .map(row -> new StoredResponse(
                        row.getTenant(),
                        row.getResponseId(),
                        row.getMember(),
                        row.getProvider(),
                        row.getModel(),
                        row.getTokens()));
    }

    @Override
    public void forget(String tenant, String member, String id) {
        asked(() -> database.deleteFrom(STORED_RESPONSE)
                .where(STORED_RESPONSE.TENANT.eq(tenant))
                .and(STORED_RESPONSE.RESPONSE_ID.eq(id))
                .and(STORED_RESPONSE.MEMBER.eq(member))
                .execute());
    }

    private static <T> T asked(Supplier<T> statement) {
        try {
            return statement.get();
        } catch (DataAccessException failed) {
            throw new Unavailable(failed);
        }
    }
}
