package dev.portreeve.policy.access;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind;
import dev.cel.common.navigation.CelNavigableAst;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Which arguments a condition speaks of by name: {@code args.customer.iban}, {@code args["customer"]}, {@code "customer" in args}. */
final class ArgumentPaths {
    private static final String ARGS = "args";

    private ArgumentPaths() {}

    /** Each as the names on the way to it. */
    static Set<List<String>> in(CelAbstractSyntaxTree tree) {
        Set<List<String>> paths = new LinkedHashSet<>();
        CelNavigableAst.fromAst(tree)
                .getRoot()
                .allNodes()
                .forEach(node ->
                        path(node.expr()).filter(path -> !path.isEmpty()).ifPresent(paths::add));
        return paths;
    }

    /** The way from {@code args}; empty names for {@code args} itself, and nothing for what begins elsewhere. */
    static Optional<List<String>> path(CelExpr expression) {
        ExprKind.Kind kind = expression.getKind();
        if (kind == ExprKind.Kind.IDENT) {
            return expression.ident().name().equals(ARGS) ? Optional.of(List.of()) : Optional.empty();
        }
        if (kind == ExprKind.Kind.SELECT) {
            return path(expression.select().operand())
                    .map(path -> and(path, expression.select().field()));
        }
        if (kind != ExprKind.Kind.CALL || expression.call().args().size() != 2) {
            return Optional.empty();
        }
        List<CelExpr> operands = expression.call().args();
        return switch (expression.call().function()) {
            case "_[_]" -> named(operands.get(1), operands.get(0));
            case "@in" -> named(operands.get(0), operands.get(1));
            default -> Optional.empty();
        };
    }

    private static Optional<List<String>> named(CelExpr name, CelExpr of) {
        boolean text =
                name.getKind() == ExprKind.Kind.CONSTANT && name.constant().getKind() == CelConstant.Kind.STRING_VALUE;
        return text ? path(of).map(path -> and(path, name.constant().stringValue())) : Optional.empty();
    }

    private static List<String> and(List<String> path, String name) {
        return Stream.concat(path.stream(), Stream.of(name)).toList();
    }
}
