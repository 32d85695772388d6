package dev.portreeve.policy.session;

import dev.portreeve.policy.call.Subject;

/**
 * Whose labels a call sees and sets. A caller that names its session sees and sets that session's, and sees those that hold for all
 * sessions of its key. One that names none sees those of all sessions of its key, and what it sets holds for all of them: so
 * leaving a name out is no way to be rid of a label. A key that a key made is one with that key and names no session of its own,
 * for nobody sees what passes between the two.
 *
 * @param key the id of the key that an operator made
 * @param session empty for all of the key's
 */
public record LabelScope(String tenant, String key, String session) {
    /** That of a subject's calls. */
    public static LabelScope of(Subject subject, SessionConfig.LabelsOf labelsOf) {
        boolean own = labelsOf == SessionConfig.LabelsOf.SESSION
                && subject.delegation().depth() == 0;
        return new LabelScope(
                subject.tenant(), subject.rootKeyId(), own ? subject.entrance().session() : "");
    }

    /** Whether there is a session that is in both. */
    public boolean meets(LabelScope other) {
        return tenant.equals(other.tenant)
                && key.equals(other.key)
                && (isAll() || other.isAll() || session.equals(other.session));
    }

    /** Whether it is all sessions of the key. */
    public boolean isAll() {
        return session.isEmpty();
    }
}
