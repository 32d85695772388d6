package dev.portreeve.audit.payload;

import static dev.portreeve.db.audit.Tables.PAYLOAD_KEY;

import dev.portreeve.audit.EvidenceUnavailable;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.Record3;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Subjects' keys in PostgreSQL, sealed. Those in use are remembered for some seconds, so that not each call asks. */
public final class PostgresSubjectKeys implements SubjectKeys {
    private static final int MOST_REMEMBERED = 1024;
    private static final long REMEMBERED_NANOS = Duration.ofSeconds(5).toNanos();

    private final DSLContext db;
    private final KeyWrap wrap;
    private final SecureRandom random;
    private final LongSupplier nanoTime;
    private final Map<Owner, Remembered> remembered = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Owner, Remembered> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    private record Owner(String tenant, String subject) {}

    private record Remembered(SubjectKey key, long at) {}

    /** @param database a bounded pool: each method takes one connection for one or two statements */
    public PostgresSubjectKeys(DataSource database, KeyWrap wrap, SecureRandom random) {
        this(database, wrap, random, System::nanoTime);
    }

    PostgresSubjectKeys(DataSource database, KeyWrap wrap, SecureRandom random, LongSupplier nanoTime) {
        this.db = DSL.using(database, SQLDialect.POSTGRES);
        this.wrap = wrap;
        this.random = random;
        this.nanoTime = nanoTime;
    }

    @Override
    public SubjectKey current(String tenant, String subject) {
        Owner owner = new Owner(tenant, subject);
        SubjectKey known = remembered(owner);
        if (known != null) {
            return known;
        }
        try {
            SubjectKey key = inUse(owner).orElseGet(() -> made(owner));
            remember(owner, key);
            return key;
        } catch (DataAccessException away) {
            throw new EvidenceUnavailable("the key of a subject's contents cannot be read: the database is down", away);
        }
    }

    @Override
    public Optional<SubjectKey> find(String tenant, UUID id) {
        return db.select(PAYLOAD_KEY.ID, PAYLOAD_KEY.SUBJECT, PAYLOAD_KEY.WRAPPED)
                .from(PAYLOAD_KEY)
                .where(PAYLOAD_KEY.TENANT.eq(tenant), PAYLOAD_KEY.ID.eq(id), PAYLOAD_KEY.WRAPPED.isNotNull())
                .fetchOptional()
                .flatMap(row -> opened(tenant, row));
    }

    private Optional<SubjectKey> inUse(Owner owner) {
        return db.select(PAYLOAD_KEY.ID, PAYLOAD_KEY.SUBJECT, PAYLOAD_KEY.WRAPPED)
                .from(PAYLOAD_KEY)
                .where(
                        PAYLOAD_KEY.TENANT.eq(owner.tenant),
                        PAYLOAD_KEY.SUBJECT.eq(owner.subject),
                        PAYLOAD_KEY.WRAPPED.isNotNull())
                .fetchOptional()
                .map(row -> opened(owner.tenant, row)
                        .orElseThrow(() -> new EvidenceUnavailable("the key of the contents of " + owner.subject
                                + " was sealed with another key: put that one under seal.previous-keys")));
    }

    private Optional<SubjectKey> opened(String tenant, Record3<UUID, String, byte[]> row) {
        return wrap.unwrap(tenant, row.value2(), row.value1(), row.value3())
                .map(secret -> new SubjectKey(row.value1(), secret));
    }

    /** Another replica may make one at the same time; the database takes the first. */
    private SubjectKey made(Owner owner) {
        UUID id = UUID.randomUUID();
        byte[] secret = new byte[SubjectKey.BYTES];
        random.nextBytes(secret);
        int inserted = db.insertInto(PAYLOAD_KEY)
                .set(PAYLOAD_KEY.TENANT, owner.tenant)
                .set(PAYLOAD_KEY.ID, id)
                .set(PAYLOAD_KEY.SUBJECT, owner.subject)
                .set(PAYLOAD_KEY.WRAPPED, wrap.wrap(owner.tenant, owner.subject, id, secret))
                .onConflictDoNothing()
                .execute();
        return inserted == 1
                ? new SubjectKey(id, secret)
                : inUse(owner)
                        .orElseThrow(() -> new EvidenceUnavailable(
                                "the contents of " + owner.subject + " are being erased just now: try again"));
    }

    private synchronized @Nullable SubjectKey remembered(Owner owner) {
        Remembered known = remembered.get(owner);
        return known == null || nanoTime.getAsLong() - known.at > REMEMBERED_NANOS ? null : known.key;
    }

    private synchronized void remember(Owner owner, SubjectKey key) {
        remembered.put(owner, new Remembered(key, nanoTime.getAsLong()));
    }

    @Override
    public synchronized void forget(String tenant, String subject) {
        remembered.remove(new Owner(tenant, subject));
    }
}
