package dev.portreeve.gateway.file;

import static dev.portreeve.db.gateway.Tables.STORED_FILE;
import static dev.portreeve.db.gateway.Tables.STORED_FILE_PIECE;

import dev.portreeve.db.gateway.tables.records.StoredFileRecord;
import dev.portreeve.gateway.file.StoredFile.Purpose;
import dev.portreeve.hub.seal.SealedTokens;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Record2;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Files in PostgreSQL, in sealed pieces, each bound to its owner, file and place: none opens as another. */
public final class PostgresStoredFiles implements StoredFiles {
    /** What is in memory of a file at once, and what one statement carries. */
    static final int PIECE_BYTES = 256 * 1024;

    private static final int ID_BYTES = 16;
    private static final int MAX_SWEPT = 100;
    /** Not of what is left of a file that was to be made once and was deleted. */
    private static final Condition NAMED = DSL.condition("octet_length({0}) > 0", STORED_FILE.SEALED_NAME);

    private final DSLContext database;
    private final FileSeals seals;
    private final FileRoom room;
    private final Duration arrival;
    private final InstantSource clock;
    private final SecureRandom random;

    /**
     * @param arrival how long a file may take to arrive
     * @param longest how long one may be kept at most
     */
    public PostgresStoredFiles(
            DataSource database,
            SealedTokens seal,
            FileRoom room,
            Duration arrival,
            Duration longest,
            InstantSource clock,
            SecureRandom random) {
        this.database = DSL.using(database, SQLDialect.POSTGRES);
        this.seals = new FileSeals(seal, longest);
        this.room = room;
        this.arrival = arrival;
        this.clock = clock;
        this.random = random;
    }

    @Override
    public Begun begin(String tenant, String member, Purpose purpose, long most) {
        return asked(() -> database.transactionResult(inside -> {
            DSLContext here = inside.dsl();
            // One file of a tenant begins at a time, on all replicas: what two count as free must not be the same.
            here.fetch(
                    "SELECT pg_advisory_xact_lock(hashtextextended({0}, 0))", DSL.val("gateway.stored_file " + tenant));
            String full = full(here, tenant, member, most);
            return full == null
                    ? new Begun.Arriving(insert(here, tenant, member, purpose, most))
                    : new Begun.NoRoom(full);
        }));
    }

    @Override
    public Once beginOnce(String tenant, String member, Purpose purpose, String id) {
        StoredFileRecord row = row(tenant, member, purpose, id, 0);
        int made = asked(() ->
                database.insertInto(STORED_FILE).set(row).onConflictDoNothing().execute());
        if (made > 0) {
            return new Once.First(incoming(row, Long.MAX_VALUE));
        }
        boolean before = asked(() -> database.fetchExists(
                STORED_FILE,
                STORED_FILE.TENANT.eq(tenant).and(STORED_FILE.FILE_ID.eq(id)).and(STORED_FILE.ARRIVED)));
        return before ? new Once.Before() : new Once.Underway();
    }

    private @Nullable String full(DSLContext here, String tenant, String member, long most) {
        Condition current = STORED_FILE
                .TENANT
                .eq(tenant)
                .and(STORED_FILE.EXPIRES_AT.gt(clock.instant()))
                .and(STORED_FILE.ARRIVED.isFalse().or(NAMED));
        Record2<Integer, Long> all = kept(here, current);
        if (all.value1() >= room.maxFiles()) {
            return "no more than " + room.maxFiles() + " files of a tenant are kept at once";
        }
        if (all.value2() + most > room.maxBytes()) {
            return "no more than " + room.maxBytes() + " bytes of a tenant's files are kept at once";
        }
        long own = kept(here, current.and(STORED_FILE.MEMBER.eq(member))).value2();
        return own + most > room.maxBytesPerMember()
                ? "no more than " + room.maxBytesPerMember() + " bytes of a member's files are kept at once"
                : null;
    }

    private static Record2<Integer, Long> kept(DSLContext here, Condition which) {
        return here.select(DSL.count(), DSL.coalesce(DSL.sum(STORED_FILE.BYTES).cast(Long.class), 0L))
                .from(STORED_FILE)
                .where(which)
                .fetchSingle();
    }

    private IncomingFile insert(DSLContext here, String tenant, String member, Purpose purpose, long most) {
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        StoredFileRecord row =
                row(tenant, member, purpose, "file-" + HexFormat.of().formatHex(id), most);
        int unused = here.insertInto(STORED_FILE).set(row).execute();
        return incoming(row, most);
    }

    private IncomingFile incoming(StoredFileRecord row, long most) {
        return new PostgresIncomingFile(database, seals, clock, row, most);
    }

    private StoredFileRecord row(String tenant, String member, Purpose purpose, String id, long bytes) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        StoredFileRecord row = new StoredFileRecord();
        row.setTenant(tenant);
        row.setFileId(id);
        row.setMember(member);
        row.setPurpose(purpose.code());
        row.setArrived(false);
        row.setBytes(bytes);
        row.setLines(0L);
        row.setPieces(0);
        row.setSealedName(new byte[0]);
        row.setCreatedAt(now);
        row.setExpiresAt(now.plus(arrival));
        return row;
    }

    @Override
    public Optional<StoredFile> find(String tenant, String member, String id) {
        return asked(() -> database.selectFrom(STORED_FILE)
                        .where(own(tenant, member))
                        .and(STORED_FILE.FILE_ID.eq(id))
                        .fetchOptional())
                .flatMap(this::opened);
    }

    @Override
    public Page list(String tenant, String member, Asked asked) {
        Condition which = own(tenant, member);
        if (asked.purpose() != null) {
            which = which.and(STORED_FILE.PURPOSE.eq(asked.purpose().code()));
        }
        Optional<StoredFile> before = asked.after() == null ? Optional.empty() : find(tenant, member, asked.after());
        if (before.isPresent()) {
            var place = DSL.row(STORED_FILE.CREATED_AT, STORED_FILE.FILE_ID);
            var last = DSL.row(before.get().createdAt(), before.get().id());
            which = which.and(asked.ascending() ? place.gt(last) : place.lt(last));
        }
        Condition all = which;
        List<StoredFile> found = asked(() -> database
                .selectFrom(STORED_FILE)
                .where(all)
                .orderBy(
                        asked.ascending() ? STORED_FILE.CREATED_AT.asc() : STORED_FILE.CREATED_AT.desc(),
                        asked.ascending() ? STORED_FILE.FILE_ID.asc() : STORED_FILE.FILE_ID.desc())
                .limit(asked.limit() + 1)
                .fetch()
                .stream()
                .flatMap(row -> opened(row).stream())
                .toList());
        boolean more = found.size() > asked.limit();
        return new Page(more ? found.subList(0, asked.limit()) : found, more);
    }

    private Condition own(String tenant, String member) {
        return STORED_FILE
                .TENANT
                .eq(tenant)
                .and(STORED_FILE.MEMBER.eq(member))
                .and(STORED_FILE.ARRIVED)
                .and(NAMED)
                .and(STORED_FILE.EXPIRES_AT.gt(clock.instant()));
    }

    /** What was sealed with a key that is gone is gone too. */
    private Optional<StoredFile> opened(StoredFileRecord row) {
        FileSeals.Of whose = new FileSeals.Of(row.getTenant(), row.getMember(), row.getFileId());
        return seals.openName(whose, row.getSealedName())
                .map(name -> new StoredFile(
                        row.getTenant(),
                        row.getMember(),
                        row.getFileId(),
                        new String(name, StandardCharsets.UTF_8),
                        Purpose.of(row.getPurpose()).orElseThrow(),
                        row.getBytes(),
                        row.getLines(),
                        row.getCreatedAt(),
                        row.getExpiresAt()));
    }

    @Override
    public InputStream open(StoredFile file) {
        int pieces = asked(() -> database.select(STORED_FILE.PIECES)
                .from(STORED_FILE)
                .where(own(file.tenant(), file.member()))
                .and(STORED_FILE.FILE_ID.eq(file.id()))
                .fetchOptional(STORED_FILE.PIECES)
                // Deleted meanwhile: the first piece will be missing.
                .orElse(1));
        return new FileContent(pieces, number -> piece(file, number));
    }

    private byte @Nullable [] piece(StoredFile file, int number) {
        return asked(() -> database.select(STORED_FILE_PIECE.SEALED)
                        .from(STORED_FILE_PIECE)
                        .where(STORED_FILE_PIECE.TENANT.eq(file.tenant()))
                        .and(STORED_FILE_PIECE.FILE_ID.eq(file.id()))
                        .and(STORED_FILE_PIECE.NUMBER.eq(number))
                        .fetchOptional(STORED_FILE_PIECE.SEALED))
                .flatMap(cipher ->
                        seals.openPiece(new FileSeals.Of(file.tenant(), file.member(), file.id()), number, cipher))
                .orElse(null);
    }

    @Override
    public boolean delete(String tenant, String member, String id) {
        Condition which = own(tenant, member).and(STORED_FILE.FILE_ID.eq(id));
        return asked(() -> database.transactionResult(inside -> {
            DSLContext here = inside.dsl();
            int gone = here.deleteFrom(STORED_FILE)
                    .where(which)
                    .and(STORED_FILE.PURPOSE.eq(Purpose.BATCH.code()))
                    .execute();
            return gone > 0 || emptied(here, which, tenant, id);
        }));
    }

    private static boolean emptied(DSLContext here, Condition which, String tenant, String id) {
        int emptied = here.update(STORED_FILE)
                .set(STORED_FILE.BYTES, 0L)
                .set(STORED_FILE.LINES, 0L)
                .set(STORED_FILE.PIECES, 0)
                .set(STORED_FILE.SEALED_NAME, new byte[0])
                .where(which)
                .execute();
        if (emptied > 0) {
            int unused = here.deleteFrom(STORED_FILE_PIECE)
                    .where(STORED_FILE_PIECE.TENANT.eq(tenant))
                    .and(STORED_FILE_PIECE.FILE_ID.eq(id))
                    .execute();
        }
        return emptied > 0;
    }

    /** Forgets all files of a member; gives how many. */
    public int forget(String tenant, String member) {
        return asked(() -> database.deleteFrom(STORED_FILE)
                .where(STORED_FILE.TENANT.eq(tenant))
                .and(STORED_FILE.MEMBER.eq(member))
                .execute());
    }

    @Override
    public int sweep() {
        return asked(() -> database.deleteFrom(STORED_FILE)
                .where(DSL.row(STORED_FILE.TENANT, STORED_FILE.FILE_ID)
                        .in(DSL.select(STORED_FILE.TENANT, STORED_FILE.FILE_ID)
                                .from(STORED_FILE)
                                .where(STORED_FILE.EXPIRES_AT.le(clock.instant()))
                                .limit(MAX_SWEPT)))
                .execute());
    }

    /** @throws Unavailable where the statement fails */
    static <T> T asked(Supplier<T> statement) {
        try {
            return statement.get();
        } catch (DataAccessException failed) {
            throw new Unavailable(failed);
        }
    }
}
