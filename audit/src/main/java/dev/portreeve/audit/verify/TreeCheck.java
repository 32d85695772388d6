package dev.portreeve.audit.verify;

import dev.portreeve.audit.log.Checkpoint;
import dev.portreeve.audit.log.CompactRange;
import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.log.VerifierKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Checks one tenant's leaves, given in the order of their index, against the signed heads.
 *
 * <p>Two things speak for a leaf: its bytes, and the hash the log noted when it got its index. Where they differ, the next
 * head tells which of them was changed; where both were changed alike, it tells between which heads. For one thread.
 */
final class TreeCheck {
    private static final int MOST_SUSPECTS = 20;
    private final String tenant;
    private final HeadSignatures signatures;
    private final Iterator<Note> notes;
    private final @Nullable Checkpoint kept;
    private final List<Checkpoint> held;
    private final Findings findings;

    /** Of the hashes the log noted. */
    private CompactRange tree;
    /** Of the hashes of the bytes, from the first difference after the last good head. */
    private @Nullable CompactRange ofBytes;

    private final List<Suspect> suspects = new ArrayList<>();
    private @Nullable Suspect outOfOrder;
    private @Nullable Note fits;
    private @Nullable String newestHead;
    private @Nullable Note next;
    private long position;
    private long rest;
    private final long first;
    private int nextHeld;
    private @Nullable String fork;
    private long continued = -1;
    private long lastGood;
    private long validNotes;
    private boolean broken;

    /** A leaf whose bytes and noted hash differ. */
    private record Suspect(long index, @Nullable UUID id, String remark) {}

    /**
     * Heads of this log that are known from elsewhere.
     *
     * @param kept beside the log itself, outside the database
     * @param held by somebody else, who wants to know whether the log goes on from there
     */
    record Known(@Nullable Checkpoint kept, List<Checkpoint> held) {
        /** Says if a held head covers more than there is. */
        void beyond(long size, String tenant, Findings findings) {
            held.stream().filter(head -> head.size() > size).findFirst().ifPresent(head -> {
                String detail = "truncated: the head you hold covers " + Plain.count(head.size(), "record", "records")
                        + ", only " + size + (size == 1 ? " is" : " are") + " there";
                findings.add(Finding.Kind.TRUNCATED, tenant, size, null, detail);
            });
        }
    }

    /**
     * A stored checkpoint.
     *
     * @param size what the store says of its size, beside the note itself
     * @param root what the store says of its root; {@code null} where only the note says it
     */
    record Note(long size, byte @Nullable [] root, String text) {}

    /**
     * @param start the tree before the first leaf given
     * @param notes the stored checkpoints, by size
     * @param known heads known from elsewhere
     */
    TreeCheck(
            String tenant, VerifierKey key, CompactRange start, Iterator<Note> notes, Known known, Findings findings) {
        this.tenant = tenant;
        this.signatures = new HeadSignatures(tenant, key.forTenant(tenant), findings);
        this.tree = start;
        this.notes = notes;
        this.kept = known.kept();
        this.held = known.held().stream()
                .sorted(Comparator.comparingLong(Checkpoint::size))
                .toList();
        this.findings = findings;
        this.first = start.size();
        this.position = start.size();
        this.lastGood = start.size();
        this.next = notes.hasNext() ? notes.next() : null;
        checkHeads();
    }

    /** The index of the leaf that must come next. */
    long position() {
        return position;
    }

    /**
     * The next leaf.
     *
     * @param noted the hash the log noted for it
     * @param ofLeaf the hash of its bytes; {@code null} if there are none (the caller reported that)
     * @param remark what else is known in case the two differ
     */
    void leaf(@Nullable UUID id, byte[] noted, byte @Nullable [] ofLeaf, String remark) {
        byte[] actual = ofLeaf == null ? noted : ofLeaf;
        if (!Arrays.equals(noted, actual)) {
            if (ofBytes == null) {
                ofBytes = tree.copy();
            }
            if (suspects.size() < MOST_SUSPECTS) {
                suspects.add(new Suspect(position, id, remark));
            }
        }
        position++;
        if (!broken) {
            tree.append(noted);
            if (ofBytes != null) {
                ofBytes.append(actual);
            }
        }
        checkHeads();
    }

    /** The time of the newest record up to the next leaf; {@code null} if none has one. To be told before that leaf. */
    void newest(@Nullable Instant time) {
        signatures.newest(time);
    }

    /** The newest stored head that fits, as it is stored; {@code null} if none does. */
    @Nullable
    String newestHead() {
        return newestHead;
    }

    /** When the last of the keys that signed the newest good head stopped; {@code null} if one did of which no end is known. */
    @Nullable
    Instant onlyRetired() {
        return signatures.onlyRetired();
    }

    /**
     * The subtrees from the last leaf to the end of a signed head: with them that head proves the leaves before.
     *
     * @throws IllegalArgumentException if these cannot be the subtrees of that size
     */
    void rest(long size, List<byte[]> subtrees) {
        rest = size - position;
        for (byte[] subtree : subtrees) {
            int level = CompactRange.level(position, size);
            if (!broken) {
                tree.append(subtree, level);
                if (ofBytes != null) {
                    ofBytes.append(subtree, level);
                }
            }
            position += 1L << level;
        }
        if (position != size) {
            throw new IllegalArgumentException("the subtrees after the last record do not reach the signed head");
        }
        checkHeads();
    }

    /** The largest size at which a head that somebody else holds was found to be of this history; -1 if none was. */
    long continued() {
        return continued;
    }

    /** Remembers that this leaf was committed before its predecessor: if the next head does not fit, that is why. */
    void outOfOrder(@Nullable UUID id, String remark) {
        if (outOfOrder == null) {
            outOfOrder = new Suspect(position, id, remark);
        }
    }

    /** Leaves are missing up to this index, and their hashes too: no head after them can be checked. */
    void skipTo(long index) {
        accuse("bytes and noted hash differ");
        broken = true;
        position = index;
        checkHeads();
    }

    private void checkHeads() {
        for (; nextHeld < held.size() && held.get(nextHeld).size() <= position; nextHeld++) {
            if (held.get(nextHeld).size() == position && !broken) {
                compare(held.get(nextHeld));
            }
        }
        while (next != null && next.size() <= position) {
            check(next);
            next = notes.hasNext() ? notes.next() : null;
        }
        if (kept != null && kept.size() == position) {
            compare(kept, "the head kept outside");
        }
    }

    private void check(Note note) {
        Checkpoint head = signatures.valid(note);
        if (head == null) {
            return;
        }
        if (head.size() != position) {
            signatures.bad(note, "the checkpoint stored for " + note.size() + " records was signed for " + head.size());
            return;
        }
        if (note.root() != null && !Arrays.equals(note.root(), head.root())) {
            signatures.bad(
                    note, "the root stored for the checkpoint of " + note.size() + " records is not the signed one");
        }
        validNotes++;
        compare(head, "the checkpoint");
        fits = broken ? null : note;
        newestHead = broken ? newestHead : note.text();
    }

    /** Tells once of the last stored head that fits, if there is a new one. */
    void confirmed(Consumer<SignedNote> hears) {
        Note head = fits;
        if (head != null) {
            fits = null;
            hears.accept(SignedNote.parse(head.text()));
        }
    }

    private void compare(Checkpoint head, String what) {
        if (broken) {
            return;
        }
        if (Arrays.equals(tree.root(), head.root())) {
            accuse("its bytes were changed");
            confirmed(head);
        } else if (ofBytes != null && Arrays.equals(ofBytes.root(), head.root())) {
            accuse("its hash in the log's list was changed; its bytes are those that were signed");
            tree = ofBytes;
            confirmed(head);
        } else {
            broken = true;
            accuse("its bytes were changed");
            explain(head, what);
        }
    }

    /** What does not fit is said once this log's own next head says that these are its records. */
    private void compare(Checkpoint theirs) {
        byte[] root = theirs.root();
        if (Arrays.equals(tree.root(), root) || (ofBytes != null && Arrays.equals(ofBytes.root(), root))) {
            continued = theirs.size();
        } else if (fork == null) {
            fork = "forked: the head you hold of " + theirs.size() + " records was signed for another history; the two"
                    + " part at one of the indexes " + Math.max(0, continued) + " to " + (theirs.size() - 1);
        }
    }

    private void forked() {
        if (fork != null && !broken) {
            findings.add(Finding.Kind.FORKED, tenant, Math.max(0, continued), null, fork);
            fork = null;
        }
    }

    private void confirmed(Checkpoint head) {
        lastGood = head.size();
        forked();
        ofBytes = null;
        outOfOrder = null;
    }

    private void accuse(String detail) {
        for (Suspect suspect : suspects) {
            findings.add(
                    Finding.Kind.ALTERED,
                    tenant,
                    suspect.index(),
                    suspect.id(),
                    "altered: " + detail + suspect.remark());
        }
        suspects.clear();
    }

    private void explain(Checkpoint head, String what) {
        String range = head.size() - lastGood == 1
                ? "the record at index " + lastGood + " is"
                : "the records at index " + lastGood + " to " + (head.size() - 1) + " are";
        String detail = range + " not what " + what + " of " + head.size() + " records signed";
        Suspect first = outOfOrder;
        if (first != null) {
            findings.add(
                    Finding.Kind.REORDERED,
                    tenant,
                    first.index(),
                    first.id(),
                    "reordered: " + first.remark() + ", and " + detail);
        } else {
            findings.add(
                    Finding.Kind.ALTERED,
                    tenant,
                    lastGood,
                    null,
                    detail + ": altered or reordered, and the noted hashes with them");
        }
    }

    /**
     * After the last leaf: heads that cover more than there is, and leaves that no head covers.
     *
     * @param uncovered what it means that a head does not cover the last leaves: they wait for it, or it is not there
     */
    void end(Finding.Kind uncovered) {
        accuse("its bytes were changed");
        Note last = null;
        for (; next != null; next = notes.hasNext() ? notes.next() : null) {
            last = signatures.valid(next) == null ? last : next;
        }
        if (last != null) {
            truncated(last.size(), "a signed checkpoint");
        } else if (kept != null && kept.size() > position) {
            truncated(kept.size(), "the head kept outside");
        }
        forked();
        if (position > first && validNotes == 0 && !signatures.isAccused()) {
            findings.add(
                    Finding.Kind.UNCHECKABLE,
                    tenant,
                    null,
                    null,
                    "no valid checkpoint covers its " + Plain.count(position - rest - first, "record", "records"));
        } else if (!broken && position > lastGood) {
            findings.add(
                    uncovered,
                    tenant,
                    lastGood,
                    null,
                    "the last " + Plain.count(position - lastGood, "record is", "records are")
                            + " not covered by a checkpoint");
        }
        findings.tree(new Verification.Tree(
                tenant,
                first,
                position - rest - first,
                Math.max(0, Math.min(lastGood, position - rest) - first),
                validNotes));
    }

    private void truncated(long size, String what) {
        findings.add(
                Finding.Kind.TRUNCATED,
                tenant,
                position,
                null,
                "truncated: " + what + " covers " + Plain.count(size, "record", "records") + ", only " + position
                        + (position == 1 ? " is" : " are") + " there");
    }
}
