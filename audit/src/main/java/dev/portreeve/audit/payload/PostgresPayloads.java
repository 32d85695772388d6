package dev.portreeve.audit.payload;

import static dev.portreeve.db.audit.Tables.PAYLOAD;
import static dev.portreeve.db.audit.Tables.PAYLOAD_KEY;
import static dev.portreeve.db.audit.Tables.RECORD;
import static dev.portreeve.db.audit.Tables.SEQUENCE;

import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.LeafValues;
import dev.portreeve.audit.StoredRecord;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Mac;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.Record1;
import org.jooq.Record3;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Opens what was kept beside records, and holds it against what they committed to. Thread-safe; blocks. */
public final class PostgresPayloads {
    private static final String PREFIX = "payload_";
    private static final DateTimeFormatter MONTH =
            DateTimeFormatter.ofPattern("yyyyMM", Locale.ROOT).withZone(ZoneOffset.UTC);
    private final DSLContext db;
    private final SubjectKeys keys;

    public PostgresPayloads(DataSource database, SubjectKeys keys) {
        this.db = DSL.using(database, SQLDialect.POSTGRES);
        this.keys = keys;
    }

    /** The contents that this record commits to. To be recorded by whoever asks, before they are shown. */
    public List<Payload> of(StoredRecord record) {
        LeafValues said = LeafValues.of(record.leaf());
        List<Payload> found = new ArrayList<>();
        for (String member : said.names()) {
            String commit = member.startsWith(PREFIX) ? said.text(member, "commit") : null;
            if (commit != null) {
                found.add(find(record, member, said, commit));
            }
        }
        return found;
    }

    private Payload find(StoredRecord record, String member, LeafValues said, String commit) {
        String name = member.substring(PREFIX.length());
        Optional<Record3<UUID, byte[], UUID>> row = db.select(PAYLOAD.KEY_ID, PAYLOAD.SEALED, PAYLOAD_KEY.ERASED_BY)
                .from(PAYLOAD)
                .leftJoin(PAYLOAD_KEY)
                .on(PAYLOAD_KEY.TENANT.eq(PAYLOAD.TENANT), PAYLOAD_KEY.ID.eq(PAYLOAD.KEY_ID))
                .where(PAYLOAD.TENANT.eq(record.tenant()), PAYLOAD.RECORD_ID.eq(record.id()), PAYLOAD.NAME.eq(name))
                .and(PAYLOAD.AT.eq(record.at()))
                .fetchOptional();
        if (row.isEmpty()) {
            return gone(record, name);
        }
        UUID erasedBy = row.get().value3();
        if (erasedBy != null) {
            return new Payload.Erased(name, record.id(), erasedBy, index(record.tenant(), erasedBy));
        }
        return keys.find(record.tenant(), row.get().value1())
                .flatMap(key -> key.open(record.tenant(), name, row.get().value2()))
                .map(plain -> checked(record.id(), name, plain, new Commitment(said, member, commit)))
                .orElseGet(() -> new Payload.Unreadable(
                        name, record.id(), "its key is not at hand, or the stored bytes were changed"));
    }

    /** What a record says of contents. */
    private record Commitment(LeafValues said, String member, String commit) {
        boolean isDigest() {
            return "digest".equals(said.text(member, "keep"));
        }

        long length() {
            Long length = said.number(member, "len");
            return length == null ? 0 : length;
        }

        /** What stands for the bytes that were kept. */
        String ofKept() {
            String cut = said.text(member, "kept_commit");
            return cut == null ? commit : cut;
        }
    }

    private static Payload checked(UUID record, String name, byte[] plain, Commitment commitment) {
        byte[] blind = Arrays.copyOf(plain, Contents.BLIND_BYTES);
        byte[] bytes = Arrays.copyOfRange(plain, Contents.BLIND_BYTES, plain.length);
        if (commitment.isDigest()) {
            return new Payload.Digest(name, record, blind, commitment.commit(), commitment.length());
        }
        Mac mac = Contents.mac(blind);
        boolean same = HexFormat.of().formatHex(mac.doFinal(bytes)).equals(commitment.ofKept());
        return same
                ? new Payload.Intact(name, record, bytes, commitment.length())
                : new Payload.Unreadable(name, record, "altered: these are not the contents the record commits to");
    }

    /** Nobody deletes one row: either its month was dropped, which a record says, or somebody was in the database. */
    private Payload gone(StoredRecord record, String name) {
        String month = "payload_" + MONTH.format(record.at());
        for (Record1<byte[]> tombstone : db.select(RECORD.LEAF)
                .from(RECORD)
                .where(RECORD.TENANT.eq(record.tenant()), RECORD.KIND.eq(EventKind.RECORDS_DROPPED.code()))
                .orderBy(RECORD.ID.desc())
                .fetch()) {
            LeafValues said = LeafValues.of(tombstone.value1());
            String id = said.text("id");
            if (month.equals(said.text("partition")) && id != null) {
                UUID by = UUID.fromString(id);
                return new Payload.Dropped(name, record.id(), by, index(record.tenant(), by));
            }
        }
        return new Payload.Unreadable(name, record.id(), "missing: it was deleted, and no record says why");
    }

    private @Nullable Long index(String tenant, UUID record) {
        return db.select(SEQUENCE.INDEX)
                .from(SEQUENCE)
                .where(SEQUENCE.TENANT.eq(tenant), SEQUENCE.RECORD_ID.eq(record))
                .fetchOne(SEQUENCE.INDEX);
    }
}
