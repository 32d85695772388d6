package dev.portreeve.audit.verify;

import dev.portreeve.audit.log.Checkpoint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gathers what a check of a bundle proved, and words it. For one thread. */
final class AssuranceText {
    private static final int MOST_LINES = 50;
    private final boolean keyGiven;
    private final boolean headsGiven;
    private final List<String> proved = new ArrayList<>();
    private final List<String> unproved = new ArrayList<>();
    private boolean allContinued = true;
    private boolean anyContinued;
    private boolean compared;
    private boolean anchored;
    private @Nullable Manifest manifest;

    AssuranceText(boolean keyGiven, boolean headsGiven) {
        this.keyGiven = keyGiven;
        this.headsGiven = headsGiven;
    }

    void manifest(Manifest checked) {
        this.manifest = checked;
    }

    void tree(Manifest of, Manifest.Part part, List<Checkpoint> heads, long continued) {
        String tenant = "tenant \"" + Plain.text(part.tenant()) + "\": ";
        long last = part.first() + part.records() - 1;
        add(
                proved,
                tenant
                        + (part.records() == 1
                                ? "the record is exactly the one at index " + last
                                : "the records are exactly those at index " + part.first() + " to " + last)
                        + " of the log of " + part.size() + " that was signed");
        if (part.first() > 0) {
            add(unproved, tenant + "what stands before index " + part.first() + ": it is not in this bundle");
        }
        if (part.size() > last + 1 || !of.toTheEnd()) {
            add(unproved, tenant + "what stands after index " + last + ": it is not in this bundle");
        }
        if (continued >= 0) {
            anyContinued = true;
            compared = true;
            add(
                    proved,
                    tenant + "the log goes on from the head you hold of "
                            + Plain.count(continued, "record", "records"));
            if (continued < part.size()) {
                add(
                        unproved,
                        tenant + "that the log's owner did not choose again what stands after index "
                                + Math.max(0, continued - 1) + ": your head ends there");
            }
        } else {
            allContinued = false;
            if (!heads.isEmpty()) {
                add(unproved, tenant + "that the log goes on from the head you hold");
            }
        }
    }

    /**
     * The tenant's newest head in the bundle is a leaf of the tree over all tenants' heads.
     *
     * @param size of that tree
     * @param held whether it is the very head that somebody holds
     */
    void inInstance(String tenant, long size, boolean held) {
        compared |= held;
        add(
                proved,
                "tenant \"" + Plain.text(tenant) + "\": its newest head here is one of the "
                        + Plain.count(size, "head", "heads") + " of all tenants under one signed head"
                        + (held ? ", the one you hold" : ""));
    }

    /** Nothing in the bundle proves that. */
    void notInInstance(String tenant) {
        add(
                unproved,
                "tenant \"" + Plain.text(tenant)
                        + "\": that its head stands in the tree over all tenants' heads: no proof of it is in this bundle");
    }

    /** Only keys that were taken out of use signed something: whoever has got hold of one since may have done it. */
    void retired(String what, Instant until) {
        add(
                unproved,
                what + ": that it was signed before its keys stopped on " + until
                        + ": whoever has one of them could have done it since; ask for a newer bundle");
    }

    void notCompared(String tenant) {
        allContinued = false;
        add(
                unproved,
                "tenant \"" + Plain.text(tenant) + "\": you hold a head of it, this bundle has none of its records");
    }

    private static void add(List<String> lines, String line) {
        if (lines.size() < MOST_LINES) {
            lines.add(line);
        } else if (lines.size() == MOST_LINES) {
            lines.add("and so on, for more tenants");
        }
    }

    Assurance of(Verification verification) {
        if (!(verification instanceof Verification.Intact)) {
            return new Assurance(Assurance.Level.NONE, List.of(), List.of("anything: see what was found"));
        }
        Manifest checked = manifest;
        if (checked != null) {
            proved.add("each of the " + checked.files().size() + " files is the one that the signed manifest names");
        }
        proved.add("no record's time lies more than " + Chronicle.CLOCKS.toMinutes()
                + " minutes before that of an earlier one");
        if (!keyGiven) {
            unproved.addFirst("that the key is the log's: it came with the records; take it from its owner and give it"
                    + " with --key");
        }
        anchored = Assurance.anchors(verification, proved, unproved);
        if (headsGiven && !compared && !anchored) {
            unproved.add(
                    "that the owner of the signing key did not write another history: this bundle meets none of the"
                            + " heads you hold");
        } else if (!headsGiven && !anchored) {
            unproved.add("that the owner of the signing key did not write another history: keep this bundle, or a head"
                    + " of it, and give it with --since the next time");
        }
        unproved.add("that everything that happened was recorded: a log proves what is in it");
        return new Assurance(level(), proved, unproved);
    }

    private Assurance.Level level() {
        if (!keyGiven) {
            return Assurance.Level.CONSISTENT;
        }
        if (headsGiven && anyContinued && allContinued) {
            return Assurance.Level.CONTINUED;
        }
        return anchored ? Assurance.Level.ANCHORED : Assurance.Level.SIGNED;
    }
}
