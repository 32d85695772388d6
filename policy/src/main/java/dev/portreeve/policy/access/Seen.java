package dev.portreeve.policy.access;

import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What conditions may ask for and the record then has to say, such as the labels of a session: looked at once, when a condition first asks. For one
 * decision, on its thread.
 */
final class Seen<T extends Collection<String>> implements Supplier<T> {
    private final Supplier<T> source;
    private @Nullable T value;

    Seen(Supplier<T> source) {
        this.source = source;
    }

    @Override
    public T get() {
        T known = value;
        if (known == null) {
            known = source.get();
            value = known;
        }
        return known;
    }

    /** What was looked at, in order; {@code null} if nobody asked. */
    @Nullable
    List<String> inOrder() {
        return value == null ? null : value.stream().sorted().toList();
    }
}
