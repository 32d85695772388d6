package dev.portreeve.audit.verify;

import dev.portreeve.audit.log.Checkpoint;
import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.log.VerifierKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** The receipts of anchors in the database: the newest of each for what it is worth, and the heads of all. */
final class ReceiptRows extends OneAhead<OutsideHeads.Known> implements AutoCloseable {
    private static final int FETCH = 1000;
    private final Findings findings;
    private final VerifierKey key;
    private final PreparedStatement statement;
    private final ResultSet rows;

    ReceiptRows(Connection connection, VerifierKey key, Findings findings) throws SQLException {
        this.findings = findings;
        this.key = key;
        this.statement = connection.prepareStatement(
                "SELECT anchor, size, head, confirmed_at FROM audit.anchor_receipt ORDER BY size, anchor");
        this.statement.setFetchSize(FETCH);
        this.rows = statement.executeQuery();
    }

    @Override
    OutsideHeads.@Nullable Known read() {
        try {
            return known();
        } catch (SQLException e) {
            throw new UnreadableLog("cannot read the receipts of anchors", e);
        }
    }

    private OutsideHeads.@Nullable Known known() throws SQLException {
        while (rows.next()) {
            String who = "the head that anchor \"" + rows.getString(1) + "\" confirmed at "
                    + rows.getObject(4, OffsetDateTime.class).toInstant();
            Checkpoint head = OutsideHeads.signed(rows.getString(3), key);
            if (head != null && head.size() == rows.getLong(2)) {
                return new OutsideHeads.Known(who, head);
            }
            findings.add(
                    Finding.Kind.BAD_CHECKPOINT,
                    BundleCheck.EVERY_TENANT,
                    rows.getLong(2),
                    null,
                    who + " is not one that the log's key signed: its receipt was changed");
        }
        return null;
    }

    @Override
    public void close() throws SQLException {
        rows.close();
        statement.close();
    }

    /** Says what the newest receipt of each anchor is worth. */
    static void worth(Connection connection, Outside outside, VerifierKey key, Findings findings) throws SQLException {
        try (PreparedStatement newest = connection.prepareStatement("""
                        SELECT DISTINCT ON (anchor) anchor, kind, head, place, proof, confirmed_at
                        FROM audit.anchor_receipt ORDER BY anchor, size DESC""");
                ResultSet rows = newest.executeQuery()) {
            while (rows.next()) {
                if (OutsideHeads.signed(rows.getString(3), key) == null) {
                    continue;
                }
                Outside.Receipt receipt = new Outside.Receipt(
                        rows.getString(1),
                        rows.getString(2),
                        SignedNote.parse(rows.getString(3)),
                        rows.getString(4),
                        rows.getBytes(5),
                        rows.getObject(6, OffsetDateTime.class).toInstant());
                Outside.Worth worth = outside.worth(receipt, key);
                HeldHeads folder = outside.folders().get(receipt.anchor());
                if (folder != null && folder.holds(receipt.head())) {
                    worth = new Outside.Worth(
                            Finding.Kind.ANCHORED,
                            "anchor \"" + receipt.anchor() + "\": the head of " + receipt.size()
                                    + " tenants' heads lies at " + Plain.text(receipt.place()) + " since "
                                    + receipt.at()
                                    + ", as its file there says");
                }
                findings.add(worth.kind(), BundleCheck.EVERY_TENANT, null, null, worth.detail());
            }
        }
    }
}
