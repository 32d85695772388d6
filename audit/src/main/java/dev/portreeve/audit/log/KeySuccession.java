package dev.portreeve.audit.log;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Follows the signed heads of one tree in the order of their sizes and says where a key signed after its time: a key that was taken out
 * of use may have been stolen since. It had stopped
 *
 * <ul>
 *   <li>once a head was signed by a key that came later, and not by it: whoever changes a key lets both sign for a while, so the order is seen;
 *   <li>from the time that stands behind it where it was given ({@code name+id+base64@2027-01-31}), which is held against the records' own.
 * </ul>
 *
 * <p>A head that a key in force signed too is never accused. For one thread.
 */
public final class KeySuccession {
    private final VerifierKey key;
    private final Duration clocks;
    /** Keys in the order in which they were first seen. */
    private final List<Seen> seen = new ArrayList<>();

    /** Of the head that was checked last. */
    private final List<NamedKey> signers = new ArrayList<>();

    private @Nullable Instant onlyRetired;

    /** A key, the size of the first head it signed, and of the first that it did not sign any more; -1 if none. */
    private record Seen(NamedKey key, long first, long stopped) {}

    /**
     * @param key of this tree
     * @param clocks how far the clocks of machines that write to one log may differ
     */
    public KeySuccession(VerifierKey key, Duration clocks) {
        this.key = key;
        this.clocks = clocks;
    }

    /** Whether the keys of this tree signed the next head; if so, {@link #judge} says whether they might. */
    public VerifierKey.Check check(SignedNote head) {
        signers.clear();
        return key.check(head, signers);
    }

    /**
     * Takes the head that was checked last and found valid.
     *
     * @param size how many records it covers
     * @param newest the time of the newest of these; {@code null} if that is not known
     * @return what is wrong with it, as the rest of a sentence about the head; {@code null} if nothing is
     */
    public @Nullable String judge(long size, @Nullable Instant newest) {
        String late = null;
        for (NamedKey signer : signers) {
            late = late(signer, size, newest);
            if (late == null) {
                break;
            }
        }
        if (late != null) {
            return late;
        }
        note(size);
        onlyRetired = null;
        for (NamedKey signer : signers) {
            Instant until = signer.until();
            if (until == null) {
                onlyRetired = null;
                break;
            }
            onlyRetired = onlyRetired == null || until.isAfter(onlyRetired) ? until : onlyRetired;
        }
        return null;
    }

    /** When the last of the keys that signed the newest head stopped; {@code null} if a key signed it of which no end is known. */
    public @Nullable Instant onlyRetired() {
        return onlyRetired;
    }

    private @Nullable String late(NamedKey signer, long size, @Nullable Instant newest) {
        for (Seen each : seen) {
            if (each.key().sameKey(signer) && each.stopped() >= 0) {
                return "was signed with a key alone that had stopped: the head of " + each.stopped()
                        + " records was signed with its successor only";
            }
        }
        Instant until = signer.until();
        if (until != null && newest != null && !newest.minus(clocks).isBefore(until)) {
            return "was signed with a key alone that counts for nothing after " + until + ", but of its " + size
                    + " records the newest is of " + newest;
        }
        return null;
    }

    private void note(long size) {
        long newest = -1;
        for (NamedKey signer : signers) {
            Seen before = find(signer);
            if (before == null) {
                before = new Seen(signer, size, -1);
                seen.add(before);
            }
            newest = Math.max(newest, before.first());
        }
        for (int i = 0; i < seen.size(); i++) {
            Seen each = seen.get(i);
            boolean signed = signers.stream().anyMatch(each.key()::sameKey);
            if (!signed && each.first() < newest && each.stopped() < 0) {
                seen.set(i, new Seen(each.key(), each.first(), size));
            }
        }
    }

    private @Nullable Seen find(NamedKey signer) {
        return seen.stream()
                .filter(each -> each.key().sameKey(signer))
                .findFirst()
                .orElse(null);
    }
}
