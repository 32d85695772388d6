package dev.portreeve.audit.verify;

import dev.portreeve.audit.log.Checkpoint;
import dev.portreeve.audit.log.KeptHeads;
import dev.portreeve.audit.log.LogTables;
import dev.portreeve.audit.log.Progress;
import dev.portreeve.audit.log.TenantName;
import dev.portreeve.audit.log.VerifierKey;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Checks that a log is complete and unaltered: in the database, or in an evidence bundle, offline.
 *
 * <p>Every record is hashed again, every tree built again, every checkpoint and its signature checked. Reads as a stream:
 * memory does not grow with the log. Blocks; each call is for one thread.
 */
public final class AuditVerifier {
    private final VerifierKey key;
    private final Progress progress;

    /**
     * @param key the log's key, from a source the log's operator cannot change
     */
    public AuditVerifier(VerifierKey key, Progress progress) {
        this.key = key;
        this.progress = progress;
    }

    /**
     * Checks the log in a database, as it stands at one instant.
     *
     * @param kept heads kept outside the database; what was cut off the end is found only by them, or by an export
     * @param only the tenants to check; empty for all
     */
    public Verification database(DataSource database, @Nullable KeptHeads kept, List<String> only) {
        return database(database, kept, only, HeldHeads.none());
    }

    /**
     * As above.
     *
     * @param held heads that somebody else holds, to see whether the log goes on from them
     */
    public Verification database(DataSource database, @Nullable KeptHeads kept, List<String> only, HeldHeads held) {
        return database(database, kept, only, held, Outside.NOTHING);
    }

    /**
     * As above.
     *
     * @param outside what is known of anchors; their heads are looked at where all tenants are checked
     */
    public Verification database(
            DataSource database, @Nullable KeptHeads kept, List<String> only, HeldHeads held, Outside outside) {
        Findings findings = new Findings();
        String tenant = BundleCheck.EVERY_TENANT;
        try {
            Map<String, List<Checkpoint>> others = held.of(key, findings);
            others.remove(TenantName.NONE);
            // Before the snapshot: a head is kept only after the records it covers are committed.
            Map<String, Checkpoint> heads = kept == null ? Map.of() : heads(kept, findings);
            Checkpoint instance = kept == null ? null : instanceHead(kept, findings);
            try (Connection connection = database.getConnection()) {
                snapshot(connection);
                TreeSet<String> tenants = new TreeSet<>(only);
                if (only.isEmpty()) {
                    tenants.addAll(LogTables.tenants(connection, LogTables.RECORD));
                    tenants.addAll(LogTables.tenants(connection, LogTables.SEQUENCE));
                    tenants.addAll(LogTables.tenants(connection, LogTables.CHECKPOINT));
                    tenants.addAll(heads.keySet());
                    tenants.addAll(others.keySet());
                }
                for (String each : tenants) {
                    tenant = each;
                    List<Checkpoint> compared = others.getOrDefault(each, List.of());
                    DatabaseCheck check = new DatabaseCheck(connection, each, findings, progress);
                    check.run(key, new TreeCheck.Known(heads.get(each), compared));
                }
                if (only.isEmpty()) {
                    tenant = BundleCheck.EVERY_TENANT;
                    new InstanceCheck(connection, findings).run(key, instance, held, outside);
                }
            }
        } catch (SQLException | UnreadableLog | IllegalArgumentException e) {
            findings.add(
                    Finding.Kind.UNCHECKABLE, tenant, null, null, "the database cannot be read: " + e.getMessage());
        }
        return findings.verification();
    }

    /** Makes all that is read over this connection be of one instant; reads in portions. */
    public static void snapshot(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        connection.setReadOnly(true);
        try (Statement statement = connection.createStatement()) {
            // Everything will be read, so the plan for everything is wanted, not the one for a quick first row.
            statement.execute("SET LOCAL cursor_tuple_fraction = 1");
        }
    }

    private @Nullable Checkpoint instanceHead(KeptHeads kept, Findings findings) {
        String detail;
        try {
            KeptHeads.Head head = kept.read(TenantName.NONE);
            if (head == null || key.check(head.note()) == VerifierKey.Check.VALID) {
                return head == null ? null : head.checkpoint();
            }
            detail = "the head over all tenants kept outside was not signed with the key " + key;
            findings.add(Finding.Kind.OTHER_KEY, BundleCheck.EVERY_TENANT, null, null, detail);
        } catch (IOException e) {
            detail = "the head over all tenants kept outside cannot be read: " + e.getMessage();
            findings.add(Finding.Kind.UNCHECKABLE, BundleCheck.EVERY_TENANT, null, null, detail);
        }
        return null;
    }

    private Map<String, Checkpoint> heads(KeptHeads kept, Findings findings) {
        Map<String, Checkpoint> heads = new TreeMap<>();
        try {
            for (String tenant : kept.tenants()) {
                KeptHeads.Head head = kept.read(tenant);
                if (head != null && key.forTenant(tenant).check(head.note()) == VerifierKey.Check.VALID) {
                    heads.put(tenant, head.checkpoint());
                } else if (head != null) {
                    findings.add(
                            Finding.Kind.OTHER_KEY,
                            tenant,
                            null,
                            null,
                            "the head kept outside was not signed with the key " + key.forTenant(tenant));
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            findings.add(
                    Finding.Kind.UNCHECKABLE,
                    BundleCheck.EVERY_TENANT,
                    null,
                    null,
                    "a head kept outside cannot be read: " + e.getMessage());
        }
        return heads;
    }

    /**
     * Checks an evidence bundle, packed or unpacked, with nothing but its files.
     *
     * @param key the log's; {@code null} to take the one in the bundle, which proves only that its files fit together
     * @param held heads that somebody kept, to see whether the log goes on from them
     */
    public static Checked bundle(Path bundle, @Nullable VerifierKey key, HeldHeads held, Progress progress) {
        return bundle(bundle, key, held, Outside.NOTHING, progress);
    }

    /**
     * As above.
     *
     * @param outside what is known of anchors, whose receipts are in the bundle
     */
    public static Checked bundle(
            Path bundle, @Nullable VerifierKey key, HeldHeads held, Outside outside, Progress progress) {
        return bundle(bundle, key, held, outside, progress, asked -> {});
    }

    /**
     * As above.
     *
     * @param hears what the bundle says of itself, if that can be read
     */
    public static Checked bundle(
            Path bundle,
            @Nullable VerifierKey key,
            HeldHeads held,
            Outside outside,
            Progress progress,
            Consumer<BundleAsked> hears) {
        BundleCheck check = new BundleCheck(bundle, key, held, outside, new Findings(), progress);
        Checked checked = check.run();
        BundleAsked asked = check.asked();
        if (asked != null) {
            hears.accept(asked);
        }
        return checked;
    }
}
