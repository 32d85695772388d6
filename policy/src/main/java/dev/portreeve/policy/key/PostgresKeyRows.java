package dev.portreeve.policy.key;

import static dev.portreeve.db.policy.Tables.MEMBER;
import static dev.portreeve.db.policy.Tables.VIRTUAL_KEY;

import dev.portreeve.audit.Transaction;
import dev.portreeve.db.policy.tables.records.VirtualKeyRecord;
import dev.portreeve.policy.call.Subject;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import javax.sql.DataSource;
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

    PostgresKeyRows(DataSource database) {
        this.database = DSL.using(database, SQLDialect.POSTGRES);
    }

    @Override
    public @Nullable StoredKey find(String keyId) {
        try {
            return database.select(VIRTUAL_KEY.asterisk(), MEMBER.KIND, MEMBER.TEAM, MEMBER.RETIRED_AT)
                    .from(VIRTUAL_KEY)
                    .join(MEMBER)
                    .on(MEMBER.TENANT.eq(VIRTUAL_KEY.TENANT).and(MEMBER.ID.eq(VIRTUAL_KEY.MEMBER)))
                    .where(VIRTUAL_KEY.ID.eq(keyId))
                    .fetchOne(PostgresKeyRows::stored);
        } catch (DataAccessException silent) {
            throw new KeysUnreadable(silent);
        }
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
        return database.selectFrom(VIRTUAL_KEY)
                .where(VIRTUAL_KEY.TENANT.eq(tenant))
                .orderBy(VIRTUAL_KEY.CREATED_AT.desc(), VIRTUAL_KEY.ID)
                .limit(limit)
                .fetch(PostgresKeyRows::info);
    }

    @Override
    public void apply(Transaction transaction, List<KeyPosting> postings) throws SQLException {
        DSLContext rows = DSL.using(new DefaultConnectionProvider(transaction.connection()), SQLDialect.POSTGRES);
        try {
            for (KeyPosting posting : postings) {
                switch (posting) {
                    case KeyPosting.Creation creation -> creation.decide(insert(rows, creation));
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
        return made == null ? null : info(made);
    }

    private static boolean end(DSLContext rows, KeyPosting.Revocation revocation) {
        return rows.update(VIRTUAL_KEY)
                        .set(VIRTUAL_KEY.REVOKED_AT, DSL.currentInstant())
                        .where(VIRTUAL_KEY.TENANT.eq(revocation.tenant()))
                        .and(VIRTUAL_KEY.ID.eq(revocation.keyId()))
                        .and(VIRTUAL_KEY.REVOKED_AT.isNull())
                        .execute()
                > 0;
    }

    private static KeyInfo info(VirtualKeyRecord row) {
        return new KeyInfo(
                row.getTenant(),
                row.getId(),
                row.getMember(),
                row.getName(),
                row.getCreatedAt(),
                row.getExpiresAt(),
                row.getRevokedAt());
    }
}
