package dev.portreeve.audit.log;

import java.io.IOException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * One tenant's tree in the sequencer's memory, or the one over all tenants' heads: checked against everything that was signed before, then growing.
 *
 * <p>INVARIANT: every head it signs is an extension of every head signed before, as far as the database or the kept head
 * know them.
 */
final class TenantTree {
    /** What was signed earlier and what the database says now cannot both be true; the message is for the operator. */
    static final class Inconsistent extends Exception {
        Inconsistent(String message) {
            super(message);
        }
    }

    private final String tenant;
    private final CompactRange range;
    private long signedSize;

    private TenantTree(String tenant, CompactRange range, long signedSize) {
        this.tenant = tenant;
        this.range = range;
        this.signedSize = signedSize;
    }

    /**
     * Reads the tree of a tenant as far as it has indexes.
     *
     * @throws Inconsistent if it contradicts a head that was signed
     */
    static TenantTree load(String tenant, SequencerSession session, KeptHeads heads, VerifierKey key)
            throws SQLException, IOException, Inconsistent {
        VerifierKey own = key.forTenant(tenant);
        LogTables.Extent extent = session.extent(tenant);
        KeptHeads.Head kept = heads.read(tenant);
        Checkpoint stored = signed(extent.lastNote(), own, "the last checkpoint in the database");
        Checkpoint outside = signed(kept == null ? null : kept.note().toString(), own, "'" + heads.file(tenant) + "'");
        require(stored, extent.size(), "a signed checkpoint in the database");
        require(outside, extent.size(), "the head kept in '" + heads.file(tenant) + "'");

        // The kept tree saves reading all leaves, where the database knows the kept head or a later one.
        CompactRange tree =
                kept != null && stored != null && stored.size() >= kept.tree().size()
                        ? kept.tree().copy()
                        : CompactRange.empty();
        growTo(stored, tree, tenant, session, "a signed checkpoint in the database");
        growTo(outside, tree, tenant, session, "the head kept in '" + heads.file(tenant) + "'");
        if (!session.grow(tree, tenant, extent.size())) {
            throw new Inconsistent("a row of " + LogTables.sequence(tenant) + " is missing at index " + tree.size()
                    + ": somebody deleted it, nothing is signed until it is restored");
        }
        if (!session.completeNodes(tenant, extent.size())) {
            throw new Inconsistent("a row of " + LogTables.sequence(tenant) + " is missing below index " + extent.size()
                    + ": somebody deleted it, nothing is signed until it is restored");
        }
        return new TenantTree(tenant, tree, stored == null ? 0 : stored.size());
    }

    private static @Nullable Checkpoint signed(@Nullable String text, VerifierKey key, String where)
            throws Inconsistent {
        if (text == null) {
            return null;
        }
        SignedNote note;
        try {
            note = SignedNote.parse(text);
        } catch (IllegalArgumentException e) {
            throw new Inconsistent(where + " is not a signed note any more: somebody changed it");
        }
        if (key.check(note) != VerifierKey.Check.VALID) {
            throw new Inconsistent(where + " was not signed with this key (" + key
                    + "): give every replica the same signing key, or find out who signed");
        }
        return Checkpoint.parse(note.text());
    }

    private static void require(@Nullable Checkpoint head, long size, String what) throws Inconsistent {
        if (head != null && head.size() > size) {
            throw new Inconsistent(what + " covers " + head.size() + " records, the database has only " + size
                    + ": it lost records, perhaps it was restored from a backup; nothing is signed until the newer"
                    + " database is back");
        }
    }

    private static void growTo(
            @Nullable Checkpoint head, CompactRange tree, String tenant, SequencerSession session, String what)
            throws SQLException, Inconsistent {
        if (head == null || head.size() < tree.size()) {
            return;
        }
        boolean complete = session.grow(tree, tenant, head.size());
        if (!complete || !new Checkpoint(head.origin(), tree.size(), tree.root()).sameTree(head)) {
            throw new Inconsistent("the first " + head.size() + " records are not those that " + what
                    + " covers: records were changed; nothing is signed until they are restored (audit verify says"
                    + " which)");
        }
    }

    String tenant() {
        return tenant;
    }

    long size() {
        return range.size();
    }

    void append(byte[] leafHash, CompactRange.FullTiles tiles) {
        range.append(leafHash, tiles);
    }

    boolean grew() {
        return range.size() > signedSize;
    }

    Checkpoint head(VerifierKey key) {
        return new Checkpoint(TenantName.origin(key.name(), tenant), range.size(), range.root());
    }

    CompactRange range() {
        return range;
    }

    void signed() {
        signedSize = range.size();
    }
}
