package dev.portreeve.gateway.file;

import static dev.portreeve.db.gateway.Tables.STORED_FILE;
import static dev.portreeve.db.gateway.Tables.STORED_FILE_PIECE;

import dev.portreeve.db.gateway.tables.records.StoredFileRecord;
import dev.portreeve.gateway.file.StoredFile.Purpose;
import dev.portreeve.gateway.file.StoredFiles.Unavailable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;

/** The pieces of one file, stored as they fill. */
final class PostgresIncomingFile implements IncomingFile {
    private final DSLContext database;
    private final FileSeals seals;
    private final InstantSource clock;
    private final StoredFileRecord row;
    private final long most;
    private final FileSeals.Of whose;
    private final byte[] piece = new byte[PostgresStoredFiles.PIECE_BYTES];
    private int filled;
    private int pieces;
    private long bytes;
    private boolean kept;

    /**
     * @param row as it stands in the table by now
     * @param most bytes that it may have
     */
    PostgresIncomingFile(DSLContext database, FileSeals seals, InstantSource clock, StoredFileRecord row, long most) {
        this.database = database;
        this.seals = seals;
        this.clock = clock;
        this.row = row;
        this.most = most;
        this.whose = new FileSeals.Of(row.getTenant(), row.getMember(), row.getFileId());
    }

    @Override
    public String id() {
        return whose.file();
    }

    @Override
    public void write(byte[] from, int offset, int length) {
        if (length > most - bytes) {
            throw new IllegalStateException("room was taken for " + most + " bytes only");
        }
        bytes += length;
        for (int done = 0; done < length; ) {
            int part = Math.min(length - done, piece.length - filled);
            System.arraycopy(from, offset + done, piece, filled, part);
            filled += part;
            done += part;
            if (filled == piece.length) {
                store();
            }
        }
    }

    private void store() {
        byte[] plain = filled == piece.length ? piece : Arrays.copyOf(piece, filled);
        byte[] cipher = seals.piece(whose, pieces, plain);
        int unused = PostgresStoredFiles.asked(() -> database.insertInto(STORED_FILE_PIECE)
                .set(STORED_FILE_PIECE.TENANT, whose.tenant())
                .set(STORED_FILE_PIECE.FILE_ID, whose.file())
                .set(STORED_FILE_PIECE.NUMBER, pieces)
                .set(STORED_FILE_PIECE.SEALED, cipher)
                .execute());
        pieces++;
        filled = 0;
    }

    @Override
    public StoredFile keep(String name, long lines, Duration life) {
        if (filled > 0) {
            store();
        }
        Duration keeping = life.compareTo(seals.longest()) < 0 ? life : seals.longest();
        byte[] sealedName = seals.name(whose, name.getBytes(StandardCharsets.UTF_8));
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Instant end = now.plus(keeping);
        int done = PostgresStoredFiles.asked(() -> database.update(STORED_FILE)
                .set(STORED_FILE.ARRIVED, true)
                .set(STORED_FILE.BYTES, bytes)
                .set(STORED_FILE.LINES, lines)
                .set(STORED_FILE.PIECES, pieces)
                .set(STORED_FILE.SEALED_NAME, sealedName)
                .set(STORED_FILE.CREATED_AT, now)
                .set(STORED_FILE.EXPIRES_AT, end)
                .where(STORED_FILE.TENANT.eq(whose.tenant()))
                .and(STORED_FILE.FILE_ID.eq(whose.file()))
                .execute());
        if (done == 0) {
            throw new Unavailable(new IllegalStateException("the file took too long to arrive and was swept"));
        }
        kept = true;
        Purpose purpose = Purpose.of(row.getPurpose()).orElseThrow();
        return new StoredFile(whose.tenant(), whose.member(), whose.file(), name, purpose, bytes, lines, now, end);
    }

    @Override
    public void close() {
        if (kept) {
            return;
        }
        try {
            int unused = database.deleteFrom(STORED_FILE)
                    .where(STORED_FILE.TENANT.eq(whose.tenant()))
                    .and(STORED_FILE.FILE_ID.eq(whose.file()))
                    .execute();
        } catch (DataAccessException away) {
            // Its time to arrive ends soon, and then it is swept.
            kept = false;
        }
    }
}
