package dev.portreeve.policy.replay;

import dev.portreeve.policy.access.Outcome;
import dev.portreeve.policy.call.NanoUsd;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * What a draft would have changed.
 *
 * @param calls how many recorded calls were decided again
 * @param unchanged how many of them fare as they did
 * @param notEvaluable how many hang on something that was not kept
 * @param notKept what that is, each with how many calls want it
 * @param undecided calls that were refused before any rule was asked
 * @param changes one for each way in which calls change, that of most calls first
 * @param groups who and what changes, those with most calls first
 * @param groupsLeftOut calls of further groups, which are in no line of their own
 */
public record ReplayReport(
        long calls,
        long unchanged,
        long notEvaluable,
        List<Count> notKept,
        long undecided,
        List<Change> changes,
        List<Group> groups,
        long groupsLeftOut) {
    public ReplayReport {
        notKept = List.copyOf(notKept);
        changes = List.copyOf(changes);
        groups = List.copyOf(groups);
    }

    /** A name and how often it occurs. */
    public record Count(String name, long calls) {}

    /**
     * Calls that change in one way.
     *
     * @param spent what those that ran cost
     * @param atMost the worst case of those that did not run, as far as it was kept
     */
    public record Change(Outcome from, Outcome to, long calls, NanoUsd spent, NanoUsd atMost, List<Sample> samples) {
        public Change {
            samples = List.copyOf(samples);
        }
    }

    /** One call that changes, with the rules of the draft that do it. */
    public record Sample(UUID call, Instant at, String tenant, String member, String resource, List<String> by) {
        public Sample {
            by = List.copyOf(by);
        }
    }

    /** All calls of a member of one thing that change alike. */
    public record Group(
            Outcome from,
            Outcome to,
            String tenant,
            String member,
            String resource,
            long calls,
            NanoUsd spent,
            NanoUsd atMost) {}
}
