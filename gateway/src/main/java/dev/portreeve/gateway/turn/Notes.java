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
    private static final int MAX_WHAT = 160;

    private final Set<Note> all = new LinkedHashSet<>();
    private final Unsupported unsupported;

    /** For answers, of which nothing can be refused any more. */
    Notes() {
        this(Unsupported.USUAL);
    }

    Notes(Unsupported unsupported) {
        this.unsupported = unsupported;
    }

    /** A hint that has no counterpart and is left out. */
    void dropped(String field) {
        lost(field, "dropped, it has no counterpart");
    }

    /** A hint that is left out, or followed in part. */
    void lost(String field, String what) {
        if (unsupported == Unsupported.REJECT) {
            throw refused(field, "it would be " + what + ", and this route refuses that");
        }
        changed(field, what);
    }

    /**
     * Something without which the request would mean something else, left out where the route says so.
     *
     * @throws BadRequest on all other routes
     */
    void without(String field, String why) {
        if (unsupported != Unsupported.DROP) {
            throw refused(field, why);
        }
        changed(field, "dropped, " + why);
    }

    /** What carries no meaning for the answer. */
    void idle(String field) {
        changed(field, "dropped, the answer does not depend on it");
    }

    /** Something that is said in another way, or does not matter. */
    void changed(String field, String what) {
        if (all.size() < MAX) {
            // Names come from the caller, and notes go into headers and records.
            String shown = field.length() > MAX_FIELD ? field.substring(0, MAX_FIELD) : field;
            all.add(new Note(shown.replaceAll("[^A-Za-z0-9_.-]", "?"), shown(what)));
        }
    }

    /** Something without which there is no request, or another one. */
    BadRequest refused(String field, String why) {
        return new BadRequest(
                400,
                "unsupported_parameter",
                field,
                "\"" + field + "\" cannot be translated for this model's provider: " + shown(why));
    }

    /** Words of the caller may stand in it, of any length. */
    private static String shown(String what) {
        String shown = what.length() > MAX_WHAT ? what.substring(0, MAX_WHAT) + "..." : what;
        return shown.replaceAll("[^ -~]", "?");
    }

    List<Note> all() {
        return new ArrayList<>(all);
    }
}
