package dev.portreeve.policy.access;

import dev.portreeve.audit.Facts;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What conditions may ask of whoever calls that the call does not say itself.
 *
 * @param labels of the session; {@code null} where they are not to be looked at, or not known
 * @param roles of the member; {@code null} where they are not known
 */
record SeenOfCaller(
        @Nullable Seen<Set<String>> labels, @Nullable Seen<List<String>> roles) {
    /** What was asked for, so that the same can be decided again. */
    void record(Facts facts) {
        List<String> seenLabels = labels == null ? null : labels.inOrder();
        if (seenLabels != null) {
            facts.putStrings("session_labels", seenLabels);
        }
        List<String> seenRoles = roles == null ? null : roles.inOrder();
        if (seenRoles != null) {
            facts.putStrings("subject_roles", seenRoles);
        }
    }
}
