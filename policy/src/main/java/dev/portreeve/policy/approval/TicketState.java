package dev.portreeve.policy.approval;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where a ticket stands, with what is known there and nowhere else. {@link TicketLife} has the ways from one state to the next; there are
 * no others.
 */
public sealed interface TicketState {
    /** What the state is called, in lists and records. */
    Name name();

    /** The names of states. */
    enum Name {
        PENDING,
        PARTIALLY_APPROVED,
        APPROVED,
        REDEEMED,
        DENIED,
        EXPIRED,
        WITHDRAWN;

        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A state in which somebody can still decide. */
    sealed interface Waiting extends TicketState {
        /** Who said yes so far. */
        List<String> yes();
    }

    /** Nobody has said anything. */
    record Requested() implements Waiting {
        @Override
        public Name name() {
            return Name.PENDING;
        }

        @Override
        public List<String> yes() {
            return List.of();
        }
    }

    /** Some said yes, and more have to. */
    record PartiallyApproved(List<String> yes) implements Waiting {
        public PartiallyApproved {
            yes = List.copyOf(yes);
            if (yes.isEmpty()) {
                throw new IllegalArgumentException("a partial approval needs somebody who said yes");
            }
        }

        @Override
        public Name name() {
            return Name.PARTIALLY_APPROVED;
        }
    }

    /**
     * What was said last.
     *
     * @param by who said it
     * @param reason for the caller and the record, if one was given
     */
    record Word(String by, @Nullable String reason, Instant at) {}

    /** A yes that has not been used, and can be until {@code redeemBefore}. */
    record Approved(List<String> yes, Word word, Instant redeemBefore) implements TicketState {
        public Approved {
            yes = List.copyOf(yes);
        }

        @Override
        public Name name() {
            return Name.APPROVED;
        }
    }

    /** The yes was used, by exactly one call; rounds of the same call hand it on. */
    record Redeemed(List<String> yes, Word word, UUID byCall) implements TicketState {
        public Redeemed {
            yes = List.copyOf(yes);
        }

        @Override
        public Name name() {
            return Name.REDEEMED;
        }
    }

    /**
     * Somebody said no.
     *
     * @param until until when the same call is refused without asking anew, from whichever session it comes
     * @param sessionUntil until when that of the session that asked is; {@code null} where none is known
     */
    record Denied(Word word, Instant until, @Nullable Instant sessionUntil) implements TicketState {
        /** One that holds for a time only. */
        public Denied(Word word, Instant until) {
            this(word, until, null);
        }

        @Override
        public Name name() {
            return Name.DENIED;
        }
    }

    /**
     * Nobody decided in time, or a yes was not used in time: a no.
     *
     * @param told whether the caller has learned of it
     */
    record Expired(boolean told) implements TicketState {
        @Override
        public Name name() {
            return Name.EXPIRED;
        }
    }

    /** Nobody asks any more: the side that asked took it back, or what was asked no longer holds. */
    record Withdrawn(Word word) implements TicketState {
        @Override
        public Name name() {
            return Name.WITHDRAWN;
        }
    }
}
