package dev.portreeve.gateway.http;

import java.util.ArrayList;
import java.util.List;

/**
 * Whether calls can be served, and what stands in the way or is behind. The names are few and fixed, and say nothing that a stranger may
 * not know.
 *
 * @param down what keeps calls from being served; none if they can be
 * @param degraded what is behind, while calls go on
 */
public record Readiness(List<String> down, List<String> degraded) {
    public static final Readiness READY = new Readiness(List.of(), List.of());

    public Readiness {
        down = List.copyOf(down);
        degraded = List.copyOf(degraded);
    }

    public boolean isUp() {
        return down.isEmpty();
    }

    /** Together with something else that must not be so. */
    public Readiness downIf(boolean so, String name) {
        if (!so) {
            return this;
        }
        List<String> more = new ArrayList<>(down);
        more.add(name);
        return new Readiness(more, degraded);
    }
}
