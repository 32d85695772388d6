package dev.portreeve.policy.access;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelExpr.ExprKind;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a condition has written out and would fail with at every call, or could never be true with: hours that are none, a root that is no plain path, an
 * expression that is too large, a label that no rule sets. Found when the rules are read. Immutable.
 */
final class WrittenOut {
    private static final double LEAST_ROUNDED = 0x1p53;
    private static final double MOST_ROUNDED = 0x1p63;
    private final Set<String> labels;

    /** @param labels all that rules set */
    WrittenOut(Set<String> labels) {
        this.labels = Set.copyOf(labels);
    }

    /** @param problem told the column and what is wrong */
    void check(CelAbstractSyntaxTree tree, BiConsumer<Integer, String> problem) {
        Map<Long, Integer> positions = tree.getSource().getPositionsMap();
        CelNavigableAst.fromAst(tree)
                .getRoot()
                .allNodes()
                .map(CelNavigableExpr::expr)
                .forEach(node ->
                        wrong(node).ifPresent(what -> problem.accept(positions.getOrDefault(node.id(), -1) + 1, what)));
    }

    private Optional<String> wrong(CelExpr node) {
        return switch (node.getKind()) {
            case CALL -> wrong(node.call());
            case CONSTANT -> wrong(node.constant());
            default -> Optional.empty();
        };
    }

    /** Whole numbers are compared with a {@code double} after rounding them to one; below and above these bounds that changes nothing. */
    private static Optional<String> wrong(CelConstant constant) {
        boolean rounded = constant.getKind() == CelConstant.Kind.DOUBLE_VALUE
                && Math.abs(constant.doubleValue()) >= LEAST_ROUNDED
                && Math.abs(constant.doubleValue()) <= MOST_ROUNDED;
        return rounded
                ? Optional.of(
                        "whole numbers of this size do not compare exactly with one that has a point: write it without")
                : Optional.empty();
    }

    private Optional<String> wrong(CelCall call) {
        String first = text(call, 0);
        String second = text(call, 1);
        try {
            switch (call.function()) {
                case "within" -> {
                    if (first != null && second != null) {
                        TimeWindow unused = TimeWindow.parse(first, second);
                    }
                }
                case "path.under" -> {
                    boolean unused = second != null && PathScope.isUnder(second, second);
                }
                case "money" -> {
                    if (second != null) {
                        Money unused = Money.of(0L, second);
                    }
                }
                case "matches" -> {
                    String expression = call.target().isPresent() ? first : second;
                    if (expression != null && !RegexBound.isSmall(expression)) {
                        return Optional.of("this regular expression is too large once its repetitions are written out");
                    }
                }
                case "has" -> {
                    if (first != null && !labels.contains(first)) {
                        return Optional.of("no rule sets the label \"" + first + "\", so this is never true");
                    }
                }
                default -> {
                    // Nothing that could be known before there is a call.
                }
            }
            return Optional.empty();
        } catch (IllegalArgumentException wrong) {
            return Optional.of(String.valueOf(wrong.getMessage()));
        }
    }

    private static @Nullable String text(CelCall call, int index) {
        List<CelExpr> arguments = call.args();
        if (index >= arguments.size() || arguments.get(index).getKind() != ExprKind.Kind.CONSTANT) {
            return null;
        }
        CelConstant constant = arguments.get(index).constant();
        return constant.getKind() == CelConstant.Kind.STRING_VALUE ? constant.stringValue() : null;
    }
}
