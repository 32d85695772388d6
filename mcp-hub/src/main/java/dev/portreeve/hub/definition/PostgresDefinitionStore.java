package dev.portreeve.hub.definition;

import static dev.portreeve.db.hub.Tables.DEFINITION;
import static dev.portreeve.db.hub.Tables.REVISION;

import dev.portreeve.audit.Transaction;
import dev.portreeve.db.hub.tables.records.DefinitionRecord;
import dev.portreeve.hub.wire.RawJson;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import javax.sql.DataSource;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConnectionProvider;

/** Definitions in PostgreSQL. */
final class PostgresDefinitionStore implements DefinitionStore {
    private static final String SUBJECT = "definition";
    private final DSLContext database;

    PostgresDefinitionStore(DataSource database) {
        this.database = DSL.using(database, SQLDialect.POSTGRES);
    }

    @Override
    public List<StoredDefinition> read() {
        return database.selectFrom(DEFINITION).fetch(PostgresDefinitionStore::stored);
    }

    @Override
    public long revision() {
        return Objects.requireNonNull(database.select(REVISION.NUMBER)
                .from(REVISION)
                .where(REVISION.SUBJECT.eq(SUBJECT))
                .fetchOne(REVISION.NUMBER));
    }

    @Override
    public void apply(Transaction transaction, List<DefinitionPosting> postings) throws SQLException {
        DSLContext rows = DSL.using(new DefaultConnectionProvider(transaction.connection()), SQLDialect.POSTGRES);
        try {
            // Replicas hear the same lists at the same time: one after the other decides on what the one before left.
            rows.select(REVISION.NUMBER)
                    .from(REVISION)
                    .where(REVISION.SUBJECT.eq(SUBJECT))
                    .forUpdate()
                    .execute();
            for (DefinitionPosting posting : postings) {
                Shelf.Change change = posting.decide(rows.selectFrom(DEFINITION)
                        .where(DEFINITION.SERVER.eq(posting.server()))
                        .and(DEFINITION.KIND.eq(posting.kind().code()))
                        .fetch(PostgresDefinitionStore::stored));
                change.gone()
                        .forEach(row ->
                                rows.deleteFrom(DEFINITION).where(is(row)).execute());
                change.put().forEach(row -> put(rows, row));
            }
        } catch (DataAccessException failed) {
            throw new SQLException("the definitions cannot be changed", failed.sqlState(), failed);
        }
    }

    private static Condition is(StoredDefinition row) {
        return DEFINITION
                .SERVER
                .eq(row.server())
                .and(DEFINITION.KIND.eq(row.kind().code()))
                .and(DEFINITION.NAME.eq(row.name()))
                .and(DEFINITION.HASH.eq(row.hash()));
    }

    private static void put(DSLContext rows, StoredDefinition row) {
        DefinitionRecord written = new DefinitionRecord();
        written.setServer(row.server());
        written.setKind(row.kind().code());
        written.setName(row.name());
        written.setHash(row.hash());
        written.setBody(row.definition().body().toBytes());
        written.setVerdict(row.verdict().code());
        written.setOffered(row.offered());
        written.setSeenAt(row.seenAt());
        written.setDecidedAt(row.decidedAt());
        written.setDecidedBy(row.decidedBy());
        written.setReason(row.reason());
        rows.insertInto(DEFINITION)
                .set(written)
                .onConflict(DEFINITION.SERVER, DEFINITION.KIND, DEFINITION.NAME, DEFINITION.HASH)
                .doUpdate()
                .set(written)
                .execute();
    }

    private static StoredDefinition stored(DefinitionRecord row) {
        return new StoredDefinition(
                row.getServer(),
                new Definition(
                        DefinitionKind.valueOf(row.getKind().toUpperCase(Locale.ROOT)),
                        row.getName(),
                        row.getHash(),
                        RawJson.of(row.getBody())),
                Verdict.valueOf(row.getVerdict().toUpperCase(Locale.ROOT)),
                row.getOffered(),
                row.getSeenAt(),
                row.getDecidedAt(),
                row.getDecidedBy(),
                row.getReason());
    }
}
