package dev.portreeve.gateway.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Collects what is wrong while a file is read, and remembers on which line each path began. One reader's own thread. */
final class Problems {
    private final String file;
    private final List<ConfigProblem> found = new ArrayList<>();
    private final Map<String, Integer> lines = new HashMap<>();

    Problems(String file) {
        this.file = file;
    }

    void began(String path, int line) {
        lines.put(path, line);
    }

    void add(int line, String path, String what) {
        found.add(new ConfigProblem(file, line, path, what));
    }

    /** Adds a problem at the line of {@code path}, or of the nearest part of it that stands in the file. */
    void at(String path, String what) {
        String known = path;
        while (!known.isEmpty() && !lines.containsKey(known)) {
            known = known.substring(0, Math.max(Math.max(known.lastIndexOf('.'), known.lastIndexOf('[')), 0));
        }
        add(lines.getOrDefault(known, 0), path, what);
    }

    int count() {
        return found.size();
    }

    void throwIfAny() {
        if (!found.isEmpty()) {
            throw new BadConfig(found.stream()
                    .sorted(Comparator.comparingInt(ConfigProblem::line))
                    .toList());
        }
    }
}
