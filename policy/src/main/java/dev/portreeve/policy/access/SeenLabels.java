package dev.portreeve.policy.access;

import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The labels of a session, looked at once, when a condition first asks. For one decision, on its thread. */
final class SeenLabels implements Supplier<Set<String>> {
    private final Supplier<Set<String>> source;
    private @Nullable Set<String> seen;

    SeenLabels(Supplier<Set<String>> source) {
        this.source = source;
    }

    @Override
    public Set<String> get() {
        Set<String> labels = seen;
        if (labels == null) {
            labels = source.get();
            seen = labels;
        }
        return labels;
    }

    /** What was looked at, in order; {@code null} if nobody asked. */
    @Nullable
    List<String> seen() {
        return seen == null ? null : seen.stream().sorted().toList();
    }
}
