package dev.portreeve.audit.log;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Collects what a verification finds, up to a bound: who changed everything need not be told everything. */
final class Findings {
    private static final int MOST = 100;
    private final List<Finding> found = new ArrayList<>();
    private final List<Verification.Tree> trees = new ArrayList<>();
    private boolean tampering;
    private boolean uncheckable;

    void add(Finding.Kind kind, String tenant, @Nullable Long index, @Nullable UUID recordId, String detail) {
        Finding finding = new Finding(kind, tenant, index, recordId, detail);
        tampering |= finding.isTampering();
        uncheckable |= kind == Finding.Kind.UNCHECKABLE;
        if (found.size() < MOST) {
            found.add(finding);
        }
    }

    void tree(Verification.Tree tree) {
        trees.add(tree);
    }

    Verification verification() {
        List<Finding> sorted = found.stream()
                .sorted(Comparator.comparing(Finding::isTampering)
                        .reversed()
                        .thenComparing(finding -> finding.tenant().equals(AuditExport.EVERY_TENANT))
                        .thenComparing(Finding::tenant)
                        .thenComparing(finding -> finding.index() == null ? Long.MAX_VALUE : finding.index()))
                .toList();
        if (tampering) {
            return new Verification.Tampered(List.copyOf(trees), sorted);
        }
        return uncheckable
                ? new Verification.Incomplete(List.copyOf(trees), sorted)
                : new Verification.Intact(List.copyOf(trees), sorted);
    }
}
