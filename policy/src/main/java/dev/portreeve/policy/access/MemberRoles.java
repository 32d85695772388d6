package dev.portreeve.policy.access;

import dev.portreeve.policy.call.Subject;
import java.util.List;
import java.util.Map;

/** Knows which roles whoever calls has in the organisation. Thread-safe; does not block. */
@FunctionalInterface
public interface MemberRoles {
    /** Nobody has any. */
    MemberRoles NONE = subject -> List.of();

    /** Those of the member whose key it is, in order, each once; empty for none. */
    List<String> of(Subject subject);

    /** @param roles by tenant and member; whoever is not in it has none */
    static MemberRoles of(Map<String, Map<String, List<String>>> roles) {
        return subject -> roles.getOrDefault(subject.tenant(), Map.of()).getOrDefault(subject.member(), List.of());
    }
}
