package dev.portreeve.policy;

import static dev.portreeve.db.policy.Tables.POLICY_VERSION;

import dev.portreeve.policy.access.PolicyDocument;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;

/** Keeps every rule document that was ever in force, so that the version in a record can be read later. */
final class PostgresPolicyVersions {
    private final DSLContext database;

    PostgresPolicyVersions(DataSource database) {
        this.database = DSL.using(database, SQLDialect.POSTGRES);
    }

    void keep(PolicyDocument document) {
        database.insertInto(POLICY_VERSION, POLICY_VERSION.VERSION, POLICY_VERSION.DOCUMENT)
                .values(document.version(), document.text())
                .onConflictDoNothing()
                .execute();
    }
}
