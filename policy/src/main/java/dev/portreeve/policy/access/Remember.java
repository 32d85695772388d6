package dev.portreeve.policy.access;

import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How far an approver may make a yes hold for further calls.
 *
 * @param atMost for how long, 1m to 8h; 1h if absent
 * @param scopes for what: {@code session} for the session that asked, {@code key} for all sessions of its key; the session if absent
 * @param keep arguments that must be as they were shown, as JSON Pointers ({@code /to}, {@code /customer/id}); whatever the approver says of others
 * @param uses for how many calls at most, 1 to 1000; 100 if absent
 */
public record Remember(Duration atMost, Set<Scope> scopes, List<String> keep, Integer uses) {
    /** The longest that any yes is remembered. */
    public static final Duration LONGEST = Duration.ofHours(8);

    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration USUAL = Duration.ofHours(1);
    private static final int MOST_USES = 1000;
    private static final int USUAL_USES = 100;
    private static final int MOST_KEPT = 50;

    /** Whose calls a remembered yes is for. */
    public enum Scope {
        /** Those of the session that asked; of a caller that names none, those that name none. */
        SESSION,
        /** All of the key that asked. */
        KEY
    }

    public Remember {
        atMost = atMost == null ? USUAL : atMost;
        scopes = scopes == null || scopes.isEmpty() ? Set.of(Scope.SESSION) : Set.copyOf(scopes);
        keep = keep == null ? List.of() : List.copyOf(keep);
        uses = uses == null ? USUAL_USES : uses;
        if (atMost.compareTo(SHORTEST) < 0 || atMost.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "at-most is \"" + atMost.toString().toLowerCase(Locale.ROOT) + "\": it must be 1m to 8h");
        }
        if (uses < 1 || uses > MOST_USES) {
            throw new IllegalArgumentException("uses is from 1 to " + MOST_USES);
        }
        if (keep.size() > MOST_KEPT) {
            throw new IllegalArgumentException("keep names at most " + MOST_KEPT + " arguments");
        }
    }

    /** What several rules that ask together allow: what each of them does; {@code null} if one allows nothing. */
    static @Nullable Remember inEach(List<Rule> rules) {
        Remember joined = null;
        for (Rule rule : rules) {
            Remember one = rule.leeway().remember();
            if (one == null) {
                return null;
            }
            joined = joined == null ? one : joined.and(one);
            if (joined == null) {
                return null;
            }
        }
        return joined;
    }

    private @Nullable Remember and(Remember other) {
        Set<Scope> both = EnumSet.copyOf(scopes);
        both.retainAll(other.scopes);
        if (both.isEmpty()) {
            return null;
        }
        Set<String> kept = new LinkedHashSet<>(keep);
        kept.addAll(other.keep);
        return new Remember(
                atMost.compareTo(other.atMost) < 0 ? atMost : other.atMost,
                both,
                List.copyOf(kept),
                Math.min(uses, other.uses));
    }
}
