package dev.portreeve.audit.verify;

import dev.portreeve.audit.log.Checkpoint;
import dev.portreeve.audit.log.KeySuccession;
import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.log.VerifierKey;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Says which of one log's stored heads were signed with its keys while these were in use, in the order of their sizes. For one thread. */
final class HeadSignatures {
    private final String tenant;
    private final VerifierKey key;
    private final Findings findings;
    private final KeySuccession succession;
    private @Nullable Instant newest;
    private boolean otherKey;
    private boolean retired;

    /** @param key under the name of this log */
    HeadSignatures(String tenant, VerifierKey key, Findings findings) {
        this.tenant = tenant;
        this.key = key;
        this.findings = findings;
        this.succession = new KeySuccession(key, Chronicle.CLOCKS);
    }

    /** The time of the newest record so far; {@code null} if none has one. */
    void newest(@Nullable Instant time) {
        newest = time;
    }

    /** When the last of the keys that signed the newest good head stopped; {@code null} if one did of which no end is known. */
    @Nullable
    Instant onlyRetired() {
        return succession.onlyRetired();
    }

    /** Whether heads were found that another key signed, or a key after its time: said once. */
    boolean isAccused() {
        return otherKey || retired;
    }

    /** The checkpoint in this note, if this log's key signed it. */
    @Nullable
    Checkpoint valid(TreeCheck.Note note) {
        String of = "the checkpoint of " + note.size() + " records ";
        try {
            SignedNote signed = SignedNote.parse(note.text());
            switch (succession.check(signed)) {
                case VALID -> {
                    Checkpoint head = Checkpoint.parse(signed.text());
                    if (head.origin().equals(key.name())) {
                        return inTime(head, of) ? head : null;
                    }
                    bad(note, of + "belongs to the log \"" + head.origin() + "\"");
                }
                case INVALID -> bad(note, of + "has a wrong signature: its text was changed");
                case OTHER_KEY -> {
                    if (!otherKey) {
                        otherKey = true;
                        findings.add(
                                Finding.Kind.OTHER_KEY, tenant, null, null, of + "was not signed with the key " + key);
                    }
                }
            }
        } catch (IllegalArgumentException e) {
            bad(note, of + "is not readable any more: " + e.getMessage());
        }
        return null;
    }

    /** Whether a key that was in force signed it; said once for each log if not. */
    private boolean inTime(Checkpoint head, String of) {
        String late = succession.judge(head.size(), newest);
        if (late != null && !retired) {
            retired = true;
            findings.add(Finding.Kind.RETIRED_KEY, tenant, head.size(), null, of + late);
        }
        return late == null;
    }

    /** Says what is wrong with a head. */
    void bad(TreeCheck.Note note, String detail) {
        findings.add(Finding.Kind.BAD_CHECKPOINT, tenant, note.size(), null, detail);
    }
}
