package dev.portreeve.audit.verify;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a verification finds, of each kind up to a bound: who changed everything need not be told everything, and what a
 * hundred tenants wait for does not take the place of harm to the next.
 */
final class Findings {
    private static final int MOST = 100;
    private final List<Finding> found = new ArrayList<>();
    private final Map<Finding.Kind, Integer> counts = new EnumMap<>(Finding.Kind.class);
    private final List<Gap> gaps = new ArrayList<>();
    private final List<Verification.Tree> trees = new ArrayList<>();
    private int harms;
    private boolean uncheckable;

    void add(Finding.Kind kind, String tenant, @Nullable Long index, @Nullable UUID recordId, String detail) {
        Finding finding = new Finding(kind, tenant, index, recordId, detail);
        harms += finding.isTampering() ? 1 : 0;
        uncheckable |= kind == Finding.Kind.UNCHECKABLE;
        if (counts.merge(kind, 1, Integer::sum) <= MOST) {
            found.add(finding);
        }
    }

    void gap(Gap gap) {
        if (gaps.size() < MOST) {
            gaps.add(gap);
        }
    }

    /** How many things were found so far that mean that somebody changed something. */
    int harms() {
        return harms;
    }

    void tree(Verification.Tree tree) {
        trees.add(tree);
    }

    Verification verification() {
        List<Finding> sorted = found.stream()
                .sorted(Comparator.comparing(Finding::isTampering)
                        .reversed()
                        .thenComparing(finding -> finding.tenant().equals(BundleCheck.EVERY_TENANT))
                        .thenComparing(Finding::tenant)
                        .thenComparing(finding -> finding.index() == null ? Long.MAX_VALUE : finding.index()))
                .toList();
        if (harms > 0) {
            return new Verification.Tampered(List.copyOf(trees), sorted, List.copyOf(gaps));
        }
        return uncheckable
                ? new Verification.Incomplete(List.copyOf(trees), sorted, List.copyOf(gaps))
                : new Verification.Intact(List.copyOf(trees), sorted, List.copyOf(gaps));
    }
}
