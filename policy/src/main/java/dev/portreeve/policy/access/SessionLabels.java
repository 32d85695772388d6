package dev.portreeve.policy.access;

import dev.portreeve.policy.call.Subject;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * What rules have labelled callers' sessions with. Asked only about calls of which a rule speaks that sets or reads labels. On the
 * call's thread; may block for a look at the database. Thread-safe.
 */
public interface SessionLabels {
    /** Where nothing is remembered: rules that read labels fail, and labels cannot be set. */
    SessionLabels NONE = new SessionLabels() {
        @Override
        public Set<String> of(Subject subject) {
            throw new IllegalStateException("nothing remembers labels here");
        }

        @Override
        public void set(Subject subject, UUID call, Map<String, String> labels) {
            throw new IllegalStateException("nothing remembers labels here");
        }
    };

    /**
     * What the session of a call is labelled with now.
     *
     * @throws RuntimeException if that cannot be known, which counts against the caller
     */
    Set<String> of(Subject subject);

    /**
     * Labels the session of a call; returns when that is durable and seen by every replica.
     *
     * @param labels each with the id of the rule that says so
     * @throws RuntimeException if it cannot be made durable; the call must not run then
     */
    void set(Subject subject, UUID call, Map<String, String> labels);
}
