package dev.portreeve.policy.approval;

import dev.portreeve.policy.access.CallCondition;
import dev.portreeve.policy.access.Decision;
import dev.portreeve.policy.access.Remember;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.Resource;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A yes that an approver wanted remembered for further calls. A snapshot of one row; times are the database's.
 *
 * @param grant what was said, which never changes
 * @param uses how many calls ran under it
 * @param end how it ended before its time; {@code null} if it did not
 * @param readAt what time it was when the snapshot was taken
 */
public record StandingApproval(
        Grant grant,
        Instant givenAt,
        Instant expiresAt,
        int uses,
        @Nullable Instant lastUsedAt,
        State state,
        @Nullable End end,
        Instant readAt) {

    /**
     * What a remembered yes is bound to.
     *
     * @param ticket with whose yes it was given
     * @param ruleIds the rules that asked, comma-separated
     * @param rules as {@link Terms#rules()} was
     * @param session of the caller, empty for one that names none; {@code null} for all sessions of the key
     * @param condition over the arguments of a further call
     * @param arguments the only arguments that such a call may have
     * @param by the approver
     * @param lasting how long it holds
     * @param maxUses for how many calls
     */
    public record Grant(
            UUID id,
            String tenant,
            UUID ticket,
            String member,
            String keyId,
            Resource.Tool tool,
            String ruleIds,
            String rules,
            @Nullable String session,
            String condition,
            Set<String> arguments,
            String by,
            Duration lasting,
            int maxUses) {
        public Grant {
            arguments = Set.copyOf(arguments);
        }

        public Remember.Scope scope() {
            return session == null ? Remember.Scope.KEY : Remember.Scope.SESSION;
        }

        /** Whether a call is of the caller, the tool and the rules it is bound to. */
        boolean isFor(TicketRequest call) {
            return tenant.equals(call.tenant())
                    && member.equals(call.member())
                    && keyId.equals(call.keyId())
                    && tool.equals(call.tool())
                    && !rules.isEmpty()
                    && rules.equals(call.terms().rules())
                    && (session == null || session.equals(call.terms().session()));
        }

        /** Whether its bounds hold for these arguments. What cannot be evaluated does not hold. */
        boolean covers(Arguments called, Instant now) {
            return match(called, now) == Decision.Match.MATCHED;
        }

        /** Whether a no to a call with these arguments ends it: what cannot be evaluated is ended. */
        boolean isRefusedBy(Arguments denied, Instant now) {
            return match(denied, now) != Decision.Match.CONDITION_FALSE;
        }

        private Decision.Match match(Arguments called, Instant now) {
            if (!arguments.containsAll(called.names())) {
                return Decision.Match.CONDITION_FALSE;
            }
            try {
                return CallCondition.of(condition).test(called, now);
            } catch (IllegalArgumentException ofAnotherVersion) {
                return Decision.Match.CONDITION_ERROR;
            }
        }
    }

    /** Where it stands. */
    public enum State {
        IN_FORCE,
        /** Its last use was made. */
        USED_UP,
        REVOKED,
        EXPIRED;

        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Who ended it, why and when. */
    public record End(String by, @Nullable String reason, Instant at) {}

    public UUID id() {
        return grant.id();
    }

    /** Whether a call may run under it at the time it was read. */
    public boolean isInForce() {
        return state == State.IN_FORCE && expiresAt.isAfter(readAt) && uses < grant.maxUses();
    }

    /** A call runs under it; {@code null} if none may any more. */
    @Nullable
    StandingApproval used() {
        if (!isInForce()) {
            return null;
        }
        State next = uses + 1 == grant.maxUses() ? State.USED_UP : State.IN_FORCE;
        return new StandingApproval(grant, givenAt, expiresAt, uses + 1, readAt, next, end, readAt);
    }

    /** Somebody ends it before its time; {@code null} if it is over. */
    @Nullable
    StandingApproval revoked(String by, @Nullable String reason) {
        return isInForce() ? ended(State.REVOKED, new End(by, reason, readAt)) : null;
    }

    /** Its time is over; {@code null} if it is not, or if that was said. */
    @Nullable
    StandingApproval expired() {
        boolean open = state == State.IN_FORCE || state == State.USED_UP;
        return open && !expiresAt.isAfter(readAt) ? ended(State.EXPIRED, new End("portreeve", null, readAt)) : null;
    }

    private StandingApproval ended(State next, End how) {
        return new StandingApproval(grant, givenAt, expiresAt, uses, lastUsedAt, next, how, readAt);
    }
}
