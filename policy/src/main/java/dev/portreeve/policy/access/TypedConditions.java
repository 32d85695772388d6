package dev.portreeve.policy.access;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelMutableAst;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.CelVarDecl;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind;
import dev.cel.common.ast.CelMutableExpr;
import dev.cel.common.ast.CelMutableExpr.CelMutableSelect;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import dev.cel.common.navigation.CelNavigableMutableAst;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.portreeve.policy.access.ArgumentType.Items;
import dev.portreeve.policy.access.ArgumentType.Members;
import dev.portreeve.policy.access.ArgumentType.Plain;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Holds conditions to what a tool's definition says of its arguments: compiles them once more, with each argument they name of the
 * type that it has there. What comes of that is never run; what runs takes arguments as they come. Thread-safe.
 */
final class TypedConditions {
    private static final String ARGS = "args.";
    private static final Pattern NO_OVERLOAD =
            Pattern.compile("no matching overload for '([^']*)' applied to '([^']*)'");
    private final CelCompiler compiler;

    TypedConditions() {
        this.compiler = Conditions.compiler(Conditions.options(), NumberWords.declarations());
    }

    /**
     * What does not fit, for people: names the argument, what it is, and what the condition makes of it.
     *
     * @param expression compiles where nothing is known of arguments
     * @return empty if all fits
     */
    Optional<String> misfit(String expression, Iterable<List<String>> paths, Members arguments) {
        Map<List<String>, ArgumentType> types = types(paths, arguments);
        if (types.isEmpty()) {
            return Optional.empty();
        }
        try {
            CelAbstractSyntaxTree tree = compiler.parse(expression).getAst();
            CelValidationResult result = compiler.toCompilerBuilder()
                    .addVarDeclarations(types.entrySet().stream()
                            .map(one -> CelVarDecl.newVarDeclaration(name(one.getKey()), type(one.getValue())))
                            .toList())
                    .build()
                    .check(simplified(tree, types));
            return result.getErrors().stream().findFirst().map(issue -> words(issue, tree, types));
        } catch (CelValidationException unreadable) {
            return Optional.of(String.valueOf(unreadable.getMessage()));
        }
    }

    /** Of all arguments that it names, and of those on the way there, as far as anything is said of them. */
    private static Map<List<String>, ArgumentType> types(Iterable<List<String>> paths, Members arguments) {
        Map<List<String>, ArgumentType> types = new LinkedHashMap<>();
        for (List<String> path : paths) {
            ArgumentType type = arguments;
            for (int i = 0; i < path.size() && type instanceof Members members; i++) {
                type = members.named().getOrDefault(path.get(i), Plain.ANY);
                // A name with a dot cannot be told from a way of two names.
                if (type == Plain.ANY || path.get(i).indexOf('.') >= 0) {
                    break;
                }
                types.put(path.subList(0, i + 1), type);
            }
        }
        return types;
    }

    private static String name(List<String> path) {
        return ARGS + String.join(".", path);
    }

    private static CelType type(ArgumentType type) {
        return switch (type) {
            case Plain plain ->
                switch (plain) {
                    case ANY -> SimpleType.DYN;
                    case TEXT -> SimpleType.STRING;
                    case NUMBER -> NumberWords.NUMBER;
                    case TRUTH -> SimpleType.BOOL;
                };
            case Items items -> ListType.create(type(items.of()));
            case Members ignored -> MapType.create(SimpleType.STRING, SimpleType.DYN);
        };
    }

    /**
     * The same with {@code args["a"]} as {@code args.a}, which is how variables with types are named; and without what goes with every
     * type: asking whether an argument is there, or is null.
     */
    private static CelAbstractSyntaxTree simplified(CelAbstractSyntaxTree tree, Map<List<String>, ArgumentType> types) {
        Map<Long, Consumer<CelMutableExpr>> changes = new HashMap<>();
        CelNavigableAst.fromAst(tree)
                .getRoot()
                .allNodes()
                .map(CelNavigableExpr::expr)
                .forEach(node -> {
                    boolean typed =
                            ArgumentPaths.path(node).filter(types::containsKey).isPresent();
                    if (node.getKind() == ExprKind.Kind.SELECT && node.select().testOnly() && typed) {
                        changes.put(node.id(), TypedConditions::settle);
                    } else if (node.getKind() == ExprKind.Kind.CALL) {
                        switch (node.call().function()) {
                            case "_[_]" -> {
                                if (typed) {
                                    changes.put(node.id(), TypedConditions::select);
                                }
                            }
                            case "_==_", "_!=_" -> {
                                if (node.call().args().stream().anyMatch(TypedConditions::isNull)) {
                                    changes.put(node.id(), TypedConditions::settle);
                                }
                            }
                            default -> {
                                // Stays as it is.
                            }
                        }
                    }
                });
        if (changes.isEmpty()) {
            return tree;
        }
        CelMutableAst mutable = CelMutableAst.fromCelAst(tree);
        List<CelMutableExpr> nodes = CelNavigableMutableAst.fromAst(mutable)
                .getRoot()
                .allNodes()
                .map(node -> node.expr())
                .toList();
        nodes.forEach(node -> changes.getOrDefault(node.id(), unchanged -> {}).accept(node));
        return mutable.toParsedAst();
    }

    private static boolean isNull(CelExpr node) {
        return node.getKind() == ExprKind.Kind.CONSTANT && node.constant().getKind() == CelConstant.Kind.NULL_VALUE;
    }

    private static void settle(CelMutableExpr node) {
        node.setConstant(CelConstant.ofValue(true));
    }

    private static void select(CelMutableExpr node) {
        List<CelMutableExpr> operands = node.call().args();
        node.setSelect(CelMutableSelect.create(
                operands.getFirst(), operands.getLast().constant().stringValue()));
    }

    private static String words(CelIssue issue, CelAbstractSyntaxTree tree, Map<List<String>, ArgumentType> types) {
        CelExpr node = CelNavigableAst.fromAst(tree)
                .getRoot()
                .allNodes()
                .map(CelNavigableExpr::expr)
                .filter(one -> one.id() == issue.getExprId())
                .findFirst()
                .orElse(null);
        List<String> arguments = node == null ? List.of() : arguments(node, types);
        String whose = arguments.isEmpty() ? "" : String.join(" and ", arguments) + " there, but ";
        int column = tree.getSource().getPositionsMap().getOrDefault(issue.getExprId(), 0) + 1;
        return whose + "column " + column + " of its condition has " + what(issue.getMessage(), node);
    }

    /** Those that the part of the condition is directly about, with what they are. */
    private static List<String> arguments(CelExpr node, Map<List<String>, ArgumentType> types) {
        List<CelExpr> parts = new ArrayList<>(
                switch (node.getKind()) {
                    case CALL ->
                        Stream.concat(node.call().target().stream(), node.call().args().stream())
                                .toList();
                    case SELECT -> List.of(node.select().operand());
                    case COMPREHENSION -> List.of(node.comprehension().iterRange());
                    default -> List.of();
                });
        parts.add(node);
        return parts.stream()
                .flatMap(part -> ArgumentPaths.path(part).stream())
                .filter(types::containsKey)
                .distinct()
                .map(path -> "the argument \"" + String.join(".", path) + "\" is " + article(types.get(path)))
                .toList();
    }

    private static String article(@Nullable ArgumentType type) {
        String word = type == null ? Plain.ANY.word() : type.word();
        return (word.startsWith("a") || word.startsWith("o") ? "an " : "a ") + word;
    }

    private static String what(String message, @Nullable CelExpr node) {
        Matcher overload = NO_OVERLOAD.matcher(message);
        if (overload.find()) {
            return "\"" + overload.group(1).replace("_", "").replace("@", "") + "\" of " + overload.group(2);
        }
        if (node != null && node.getKind() == ExprKind.Kind.SELECT && message.contains("field selection")) {
            return "\"." + node.select().field() + "\" of it";
        }
        return message;
    }
}
