package dev.portreeve.policy.call;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * On whose behalf a call runs: the owner of the key that authenticated it, up to the tenant.
 *
 * @param team the member's team, if it has one
 * @param member the user's or agent's id, unique in the tenant
 * @param keyId the 12-character id of the virtual key; may be logged
 * @param within the model call in whose course its provider calls on behalf of this subject; {@code null} if the subject calls
 *     itself
 * @param delegation which keys made the key
 * @param labels what the caller says of the call; two subjects are equal whatever that is
 * @param entrance by which way the call came in; two subjects are equal whatever that is
 */
public record Subject(
        String tenant,
        @Nullable String team,
        Kind kind,
        String member,
        String keyId,
        @Nullable CallId within,
        Delegation delegation,
        Labels labels,
        Entrance entrance) {
    /** A subject that calls itself, with a key that an operator made. */
    public Subject(String tenant, @Nullable String team, Kind kind, String member, String keyId) {
        this(tenant, team, kind, member, keyId, null, Delegation.NONE, Labels.NONE, Entrance.NONE);
    }

    /** The same member with a key that another key made. */
    public Subject by(Delegation way) {
        return new Subject(tenant, team, kind, member, keyId, within, way, labels, entrance);
    }

    /** The same, with what it says of its call. */
    public Subject saying(Labels said) {
        return new Subject(tenant, team, kind, member, keyId, within, delegation, said, entrance);
    }

    /** The same, whose call came in this way. */
    public Subject through(Entrance way) {
        return new Subject(tenant, team, kind, member, keyId, within, delegation, labels, way);
    }

    /** The id of the key that an operator made: this one, or the one at the top of its delegation. */
    public String rootKeyId() {
        return delegation.above().isEmpty() ? keyId : delegation.above().getFirst();
    }

    /** The same, where a provider calls on its behalf. */
    public Subject within(CallId call) {
        return new Subject(tenant, team, kind, member, keyId, call, delegation, labels, entrance);
    }

    /** Who it is, and not what it says: what belongs to a subject is its own under any label. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Subject subject
                && kind == subject.kind
                && tenant.equals(subject.tenant)
                && member.equals(subject.member)
                && keyId.equals(subject.keyId)
                && Objects.equals(team, subject.team)
                && Objects.equals(within, subject.within)
                && delegation.equals(subject.delegation);
    }

    @Override
    public int hashCode() {
        return Objects.hash(tenant, team, kind, member, keyId, within, delegation);
    }

    /** Whether a person or a program holds the key. */
    public enum Kind {
        USER,
        AGENT
    }
}
