package dev.portreeve.audit.verify;

import dev.portreeve.audit.log.TenantName;
import dev.portreeve.audit.log.VerifierKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What a verification proves and what it leaves open, in sentences: a verdict without them says more than was checked.
 *
 * @param proved what was checked, against what
 * @param unproved what nobody should take from it
 */
public record Assurance(Level level, List<String> proved, List<String> unproved) {
    private static final int MOST_TREES = 50;

    /** How far the proof reaches; each includes those before it. */
    public enum Level {
        /** Something is wrong or could not be checked. */
        NONE,
        /** The files fit together, by a key that came with them. */
        CONSISTENT,
        /** Nobody without the log's key made or changed them. */
        SIGNED,
        /** Somebody outside holds or signed a head of it, as was checked: its owner did not rewrite what that head covers since. */
        ANCHORED,
        /** The log goes on from a head that was held by somebody else: up to there its owner did not rewrite it either. */
        CONTINUED
    }

    /**
     * What checking the log in its database is worth.
     *
     * @param key what it was checked with
     * @param held heads somebody kept, if any
     * @param allTenants whether all were checked, and so the tree over their heads; else a held head of that was compared with nothing
     */
    public static Checked ofDatabase(Verification found, VerifierKey key, HeldHeads held, boolean allTenants) {
        if (!(found instanceof Verification.Intact)) {
            Assurance nothing = new Assurance(Level.NONE, List.of(), List.of("anything: see what was found"));
            return new Checked(found, nothing, key);
        }
        List<String> proved = new ArrayList<>();
        List<String> unproved = new ArrayList<>();
        for (Verification.Tree tree : found.trees()) {
            if (proved.size() < MOST_TREES) {
                proved.add("tenant \"" + Plain.text(tree.tenant()) + "\": the database holds the " + tree.signed()
                        + " records that were signed, and no others among them");
            }
        }
        Set<String> compared = held.of(key, new Findings()).keySet();
        // The head over all tenants speaks for each.
        boolean all = !found.trees().isEmpty()
                && found.trees().stream()
                        .allMatch(tree ->
                                compared.contains(tree.tenant()) || (allTenants && compared.contains(TenantName.NONE)));
        boolean anchored = anchors(found, proved, unproved);
        if (all) {
            proved.add("each of these logs goes on from the newest head you hold of it");
        } else if (anchored) {
            unproved.add("that the owner of the signing key did not choose again what was written since the newest of"
                    + " these heads");
        } else {
            unproved.add(
                    "that the owner of the signing key did not write another history: give heads of all tenants that"
                            + " somebody kept with --since");
        }
        unproved.add("that everything that happened was recorded: a log proves what is in it");
        Level level = all ? Level.CONTINUED : anchored ? Level.ANCHORED : Level.SIGNED;
        return new Checked(found, new Assurance(level, proved, unproved), key);
    }

    /** What anchors confirm; true if one does as was checked. */
    static boolean anchors(Verification found, List<String> proved, List<String> unproved) {
        boolean anchored = false;
        for (Finding finding : found.findings()) {
            if (finding.kind() == Finding.Kind.ANCHORED) {
                anchored = true;
                proved.add(finding.detail());
            } else if (finding.kind() == Finding.Kind.CLAIMED) {
                unproved.add(finding.detail());
            }
        }
        return anchored;
    }

    public Assurance {
        proved = List.copyOf(proved);
        unproved = List.copyOf(unproved);
    }
}
