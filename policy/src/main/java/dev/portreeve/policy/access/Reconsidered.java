package dev.portreeve.policy.access;

import java.util.List;

/**
 * What rules say about a call that was made some time ago.
 *
 * @param by the rules the outcome rests on; where it is not evaluable, those that hang on what is not known
 * @param missing what is not known, where the outcome hangs on it
 */
public record Reconsidered(Outcome outcome, List<String> by, List<String> missing) {
    public Reconsidered {
        by = List.copyOf(by);
        missing = List.copyOf(missing);
    }
}
