package dev.portreeve.audit.verify;

import dev.portreeve.audit.log.Checkpoint;
import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.audit.stamp.TimeStampToken;
import dev.portreeve.audit.stamp.TimeStampTrust;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What whoever verifies knows of the places outside: against it the receipts of anchors are checked. Immutable.
 *
 * @param folders heads that lie at file anchors, by the anchor's name
 * @param witnesses the keys of witnesses, from a source that is trusted
 * @param stamps what certificates of time stamp authorities must lead to; {@code null} for nothing: then a time stamp is only
 *     somebody's word
 */
public record Outside(
        Map<String, HeldHeads> folders,
        List<VerifierKey> witnesses,
        @Nullable TimeStampTrust stamps) {
    /** Nothing is known. */
    public static final Outside NOTHING = new Outside(Map.of(), List.of(), null);

    public Outside {
        folders = Map.copyOf(folders);
        witnesses = List.copyOf(witnesses);
    }

    /**
     * A receipt, of whose truth nothing is known yet.
     *
     * @param kind {@code file}, {@code object}, {@code timestamp} or {@code witness}
     */
    record Receipt(String anchor, String kind, SignedNote head, String place, byte[] proof, Instant at) {
        long size() {
            return Checkpoint.parse(head.text()).size();
        }
    }

    /**
     * What a receipt is worth.
     *
     * @param kind {@link Finding.Kind#ANCHORED}, {@link Finding.Kind#CLAIMED}, or what is wrong
     */
    record Worth(Finding.Kind kind, String detail) {}

    /**
     * Checks a receipt. That its head is of the log's history is not looked at here.
     *
     * @param key of the log
     */
    Worth worth(Receipt receipt, VerifierKey key) {
        String head = "the head of " + receipt.size() + " tenants' heads";
        String anchor = "anchor \"" + Plain.text(receipt.anchor()) + "\": ";
        if (key.check(receipt.head()) != VerifierKey.Check.VALID) {
            return new Worth(
                    Finding.Kind.BAD_CHECKPOINT, anchor + head + " in its receipt is not signed with the log's key");
        }
        return switch (receipt.kind()) {
            case "timestamp" -> stamped(receipt, anchor, head);
            case "witness" -> witnessed(receipt, anchor, head);
            default ->
                new Worth(
                        Finding.Kind.CLAIMED,
                        anchor + "the log says that " + head + " lies at " + Plain.text(receipt.place()) + " since "
                                + receipt.at() + "; look there and give it with --since");
        };
    }

    private Worth stamped(Receipt receipt, String anchor, String head) {
        String flaw;
        try {
            TimeStampToken token = TimeStampToken.parse(receipt.proof());
            byte[] note = receipt.head().toString().getBytes(StandardCharsets.UTF_8);
            flaw = token.flaw(note, null);
            if (flaw == null && stamps == null) {
                return new Worth(
                        Finding.Kind.CLAIMED,
                        anchor + "a time stamp of " + Plain.text(token.signer()) + " says that " + head
                                + " was there at "
                                + token.at() + "; whose it is was not checked: give --tsa with the certificate it must"
                                + " lead to");
            }
            if (flaw == null) {
                flaw = token.flaw(note, stamps);
            }
            if (flaw == null) {
                return new Worth(
                        Finding.Kind.ANCHORED,
                        anchor + head + " was there at " + token.at() + ", as " + Plain.text(token.signer())
                                + " signed, whose certificate leads to one you trust");
            }
        } catch (IllegalArgumentException none) {
            flaw = String.valueOf(none.getMessage());
        }
        return new Worth(
                Finding.Kind.BAD_CHECKPOINT, anchor + "the time stamp of " + head + " is none: " + Plain.text(flaw));
    }

    private Worth witnessed(Receipt receipt, String anchor, String head) {
        try {
            SignedNote cosigned = SignedNote.parse(
                    receipt.head().text() + "\n" + new String(receipt.proof(), StandardCharsets.UTF_8));
            for (VerifierKey witness : witnesses) {
                switch (witness.check(cosigned)) {
                    case VALID -> {
                        return new Worth(
                                Finding.Kind.ANCHORED,
                                anchor + "the witness " + witness.name() + " signed " + head + " at "
                                        + witness.signedAt(witness.only(cosigned))
                                        + ", and no head of another history");
                    }
                    case INVALID -> {
                        return new Worth(
                                Finding.Kind.BAD_CHECKPOINT,
                                anchor + "the signature of the witness " + witness.name() + " under " + head
                                        + " is wrong");
                    }
                    case OTHER_KEY -> {
                        // Perhaps another's whose key was given.
                    }
                }
            }
            return new Worth(
                    Finding.Kind.CLAIMED,
                    anchor + "a witness is said to have signed " + head + " at " + receipt.at()
                            + "; give its key with --witness");
        } catch (IllegalArgumentException none) {
            return new Worth(
                    Finding.Kind.BAD_CHECKPOINT, anchor + "the signature of a witness under " + head + " is none");
        }
    }
}
