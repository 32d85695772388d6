package dev.portreeve.audit.verify;

import java.util.List;

/** What came of checking a log. */
public sealed interface Verification {
    /**
     * How much of a tenant's log was checked.
     *
     * @param first the index it began at
     * @param records how many there are from there
     * @param signed how many of these are covered by a valid signature
     * @param checkpoints how many signed heads fit
     */
    record Tree(String tenant, long first, long records, long signed, long checkpoints) {}

    List<Tree> trees();

    /** What was found, first things first; of each kind at most a hundred. */
    List<Finding> findings();

    /** What the records themselves say is missing; at most a hundred. */
    List<Gap> gaps();

    /** Everything that is signed is there, in order, unaltered. Findings, if any, are remarks. */
    record Intact(List<Tree> trees, List<Finding> findings, List<Gap> gaps) implements Verification {}

    /** Somebody changed the log; the first finding says where. */
    record Tampered(List<Tree> trees, List<Finding> findings, List<Gap> gaps) implements Verification {
        public Finding first() {
            return findings.stream().filter(Finding::isTampering).findFirst().orElseThrow();
        }
    }

    /** No harm was found, but not everything could be checked. */
    record Incomplete(List<Tree> trees, List<Finding> findings, List<Gap> gaps) implements Verification {}

    /** {@code intact}, {@code tampered} or {@code incomplete}. */
    default String verdict() {
        return switch (this) {
            case Intact ignored -> "intact";
            case Tampered ignored -> "tampered";
            case Incomplete ignored -> "incomplete";
        };
    }
}
