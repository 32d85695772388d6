package dev.portreeve.policy.access;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import dev.cel.runtime.CelEvaluationListener;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How much one evaluation of a condition may cost: each step one, and each text that comes up in it as much as its length. What takes more is an
 * error of the condition, so that no arguments, however they are made, keep a decision for long. For one evaluation, on its thread.
 */
final class Effort implements CelEvaluationListener {
    /** Overloads that take longer with longer texts than one look at each character. */
    private static final Set<String> COSTLY = Set.of(
            "matches",
            "matches_string",
            "contains_string",
            "glob_string_string",
            "add_string",
            "add_bytes",
            "add_list");

    private static final String MATCHES = "matches";
    private static final long MOST = 2_000_000;
    private static final long FOR_A_CHARACTER = 16;
    private final Set<Long> expressions;
    private long left = MOST;

    /** @param expressions the ids of what is taken for a regular expression */
    Effort(Set<Long> expressions) {
        this.expressions = expressions;
    }

    /** The ids of what a condition takes for regular expressions. */
    static Set<Long> expressions(CelAbstractSyntaxTree tree) {
        return CelNavigableAst.fromAst(tree)
                .getRoot()
                .allNodes()
                .map(CelNavigableExpr::expr)
                .filter(node -> node.getKind() == ExprKind.Kind.CALL
                        && node.call().function().equals(MATCHES))
                .map(node -> node.call().args().getLast().id())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether evaluations of it must be watched: it goes through lists, or has operations that are dear with long texts. */
    static boolean isNeededFor(CelAbstractSyntaxTree tree) {
        boolean costly = tree.getReferenceMap().values().stream()
                .anyMatch(reference -> reference.overloadIds().stream().anyMatch(COSTLY::contains));
        return costly
                || CelNavigableAst.fromAst(tree)
                        .getRoot()
                        .allNodes()
                        .anyMatch(node -> node.getKind() == ExprKind.Kind.COMPREHENSION);
    }

    @Override
    public void callback(CelExpr expression, Object result) {
        if (expressions.contains(expression.id()) && result instanceof String regex && !RegexBound.isSmall(regex)) {
            throw new IllegalStateException("the regular expression is too large");
        }
        left -= result instanceof CharSequence text ? 1 + FOR_A_CHARACTER * text.length() : 1;
        if (left < 0) {
            throw new IllegalStateException("the condition takes too long for these arguments");
        }
    }
}
