package dev.portreeve.policy.guardrail;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The stretches of one text that must not be released, and what stands in their place. Stretches that overlap become one, under the mask of
 * the first. Rewrites the text piece by piece, in order; one thread.
 */
final class Cuts {
    private static final Comparator<Cut> ORDER = Comparator.comparingLong(Cut::start)
            .thenComparing(cut -> !cut.mask().isEmpty())
            .thenComparingInt(Cut::rank);
    private final List<Cut> pending = new ArrayList<>();
    /** How far earlier cuts reach; what begins before belongs to them. */
    private long covered;

    /**
     * @param rank the guardrail's place in the configuration, which decides between cuts that begin together
     * @param mask empty for the continuation of an earlier cut, which has its mask already
     */
    private record Cut(long start, long end, int rank, String mask) {}

    void add(Finding finding, int rank, String mask) {
        Cut cut = new Cut(finding.start(), finding.end(), rank, finding.continues() ? "" : mask);
        int at = pending.size();
        while (at > 0 && ORDER.compare(pending.get(at - 1), cut) > 0) {
            at--;
        }
        pending.add(at, cut);
    }

    /** The piece without its cuts; the same string if it has none. Pieces come in order, once each, when they are settled. */
    String rewrite(long start, String piece) {
        long end = start + piece.length();
        if (covered <= start && (pending.isEmpty() || pending.getFirst().start() >= end)) {
            return piece;
        }
        StringBuilder kept = new StringBuilder(piece.length());
        long position = Math.clamp(covered, start, end);
        int done = 0;
        for (Cut cut : pending) {
            if (cut.start() >= end) {
                break;
            }
            if (cut.start() >= covered) {
                kept.append(piece, (int) (position - start), (int) (cut.start() - start))
                        .append(cut.mask());
            }
            covered = Math.max(covered, cut.end());
            position = Math.clamp(covered, start, end);
            done++;
        }
        pending.subList(0, done).clear();
        return kept.append(piece, (int) (position - start), piece.length()).toString();
    }
}
