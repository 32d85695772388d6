package dev.portreeve.audit.log;

import java.util.List;

/** What came of checking a log. */
public sealed interface Verification {
    /** How much of a tenant's log was checked, and how much of it is covered by a valid signature. */
    record Tree(String tenant, long records, long signed, long checkpoints) {}

    List<Tree> trees();

    /** What was found, first things first; at most a hundred. */
    List<Finding> findings();

    /** Everything that is signed is there, in order, unaltered. Findings, if any, are remarks. */
    record Intact(List<Tree> trees, List<Finding> findings) implements Verification {}

    /** Somebody changed the log; the first finding says where. */
    record Tampered(List<Tree> trees, List<Finding> findings) implements Verification {
        public Finding first() {
            return findings.stream().filter(Finding::isTampering).findFirst().orElseThrow();
        }
    }

    /** No harm was found, but not everything could be checked. */
    record Incomplete(List<Tree> trees, List<Finding> findings) implements Verification {}
}
