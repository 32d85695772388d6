package dev.portreeve.policy.call;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A set of places in JSON documents, compiled once and used for many documents. Immutable.
 *
 * <p>A path is written like a JSON Pointer: {@code /messages/*}{@code /content}, where {@code *} stands for any one name or index, and
 * {@code **} as the last step for everything at and below. Names that contain {@code /} or {@code ~} are written with {@code ~1} and {@code ~0}.
 */
public final class JsonPaths {
    private final Step root = new Step();

    private JsonPaths() {}

    /** @throws IllegalArgumentException if a path does not begin with a slash or goes on after {@code **} */
    public static JsonPaths of(String... paths) {
        JsonPaths compiled = new JsonPaths();
        for (String path : paths) {
            compiled.add(path);
        }
        return compiled;
    }

    private void add(String path) {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("a JSON path begins with a slash: \"" + path + "\"");
        }
        Step step = root;
        String[] names = path.substring(1).split("/", -1);
        for (int i = 0; i < names.length; i++) {
            if (names[i].equals("**")) {
                if (i != names.length - 1) {
                    throw new IllegalArgumentException("\"**\" is only allowed at the end: \"" + path + "\"");
                }
                step.below = true;
                return;
            }
            step = step.child(names[i]);
        }
        step.taken = true;
    }

    /** Where a reader stands before the document's first value. */
    Position start() {
        return new Position(List.of(root));
    }

    private static final class Step {
        private final Map<String, Step> named = new HashMap<>();
        private @Nullable Step any;
        private boolean taken;
        private boolean below;

        private Step child(String name) {
            if (name.equals("*")) {
                if (any == null) {
                    any = new Step();
                }
                return any;
            }
            return named.computeIfAbsent(name.replace("~1", "/").replace("~0", "~"), unused -> new Step());
        }
    }

    /** The steps of all paths that fit the way taken so far. */
    static final class Position {
        private static final Position NOWHERE = new Position(List.of());
        private final List<Step> steps;

        private Position(List<Step> steps) {
            this.steps = steps;
        }

        /** Whether a string here is one of the texts asked for. */
        boolean isTaken() {
            for (Step step : steps) {
                if (step.taken || step.below) {
                    return true;
                }
            }
            return false;
        }

        /** Whether no path goes on from here, so that the value can be skipped. */
        boolean isNowhere() {
            return steps.isEmpty();
        }

        Position item() {
            return next(null);
        }

        Position member(String name) {
            return next(name);
        }

        private Position next(@Nullable String name) {
            List<Step> next = null;
            for (Step step : steps) {
                next = step.below ? with(next, step) : next;
                next = step.any == null ? next : with(next, step.any);
                Step exact = name == null ? null : step.named.get(name);
                next = exact == null ? next : with(next, exact);
            }
            return next == null ? NOWHERE : new Position(next);
        }

        private static List<Step> with(@Nullable List<Step> steps, Step step) {
            List<Step> grown = steps == null ? new ArrayList<>(2) : steps;
            grown.add(step);
            return grown;
        }
    }
}
