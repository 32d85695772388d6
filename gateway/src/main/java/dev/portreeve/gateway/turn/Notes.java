package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.dialect.BadRequest;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Gathers what a translation loses; each thing is said once. For one thread. */
final class Notes {
    private static final int MAX = 50;
    private static final int MAX_FIELD = 60;

    private final Set<Note> all = new LinkedHashSet<>();

    /** A hint that has no counterpart and is left out. */
    void dropped(String field) {
        changed(field, "dropped, it has no counterpart");
    }

    void changed(String field, String what) {
        if (all.size() < MAX) {
            // Names come from the caller, and notes go into headers and records.
            String shown = field.length() > MAX_FIELD ? field.substring(0, MAX_FIELD) : field;
            all.add(new Note(shown.replaceAll("[^A-Za-z0-9_.-]", "?"), what));
        }
    }

    /** Something without which the request would mean something else. */
    BadRequest refused(String field, String why) {
        return new BadRequest(
                400,
                "unsupported_parameter",
                field,
                "\"" + field + "\" cannot be translated for this model's provider: " + why);
    }

    List<Note> all() {
        return new ArrayList<>(all);
    }
}
