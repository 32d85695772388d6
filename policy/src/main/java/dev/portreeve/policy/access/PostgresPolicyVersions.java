package dev.portreeve.policy.access;

import static dev.portreeve.db.policy.tables.PolicyVersion.POLICY_VERSION;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.JournalEntry;
import dev.portreeve.audit.PostingBook;
import dev.portreeve.audit.Transaction;
import java.sql.SQLException;
import java.util.List;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConnectionProvider;

/** Keeps every rule document a decision was made under, so that the version in a record can be read later (INV-5). */
public final class PostgresPolicyVersions implements PostingBook<PolicyDocument> {

    /** The journal entry that stores a document, unless it is there already, and records that its rules are now in force. */
    public JournalEntry<PolicyDocument> inForce(PolicyDocument document) {
        return inForce(document, 0);
    }

    /**
     * The same, of a document some rules of which come from the database.
     *
     * @param number of the version these are; 0 for none
     */
    public JournalEntry<PolicyDocument> inForce(PolicyDocument document, long number) {
        Facts facts = new Facts().put("policy_version", document.version());
        if (number != 0) {
            facts.put("rules_version", number);
        }
        AuditEvent loaded = new AuditEvent(AuditEvent.INSTANCE, EventKind.POLICY_LOADED, null, facts);
        return JournalEntry.of(this, document, () -> List.of(loaded));
    }

    @Override
    public void apply(Transaction transaction, List<PolicyDocument> documents) throws SQLException {
        DSLContext writes = DSL.using(new DefaultConnectionProvider(transaction.connection()), SQLDialect.POSTGRES);
        try {
            for (PolicyDocument document : documents) {
                writes.insertInto(POLICY_VERSION)
                        .set(POLICY_VERSION.VERSION, document.version())
                        .set(POLICY_VERSION.DOCUMENT, document.text())
                        .onConflictDoNothing()
                        .execute();
            }
        } catch (DataAccessException e) {
            throw new SQLException("the policy document could not be stored", e);
        }
    }
}
