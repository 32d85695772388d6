package dev.portreeve.policy.access;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.ast.CelReference;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Compiles the conditions of rules. The language has no loops but over lists and maps at hand, no side effects, and regular expressions
 * in linear time; the size of an expression and its iterations are bounded.
 */
final class Conditions {
    private static final int MAX_CODE_POINTS = 4_096;
    private static final int MAX_RECURSION = 32;
    private static final int MAX_ITERATIONS = 10_000;
    private static final int MAX_REGEX_PROGRAM = 1_000;

    private final CelCompiler compiler;
    private final CelRuntime runtime;
    private final WrittenOut writtenOut;

    /** @param labels all that rules set */
    Conditions(Set<String> labels) {
        writtenOut = new WrittenOut(labels);
        CelOptions options = options();
        compiler = compiler(options, List.of());
        runtime = runtime(options);
    }

    static CelOptions options() {
        // int against double compares by value, or "args.amount > 500" would not match 500.5.
        return CelOptions.current()
                .enableHeterogeneousNumericComparisons(true)
                .maxExpressionCodePointSize(MAX_CODE_POINTS)
                .maxParseRecursionDepth(MAX_RECURSION)
                .comprehensionMaxIterations(MAX_ITERATIONS)
                .maxRegexProgramSize(MAX_REGEX_PROGRAM)
                .build();
    }

    /** @param more functions that conditions may use beside those of the vocabulary */
    static CelCompiler compiler(CelOptions options, List<CelFunctionDecl> more) {
        return CelCompilerFactory.standardCelCompilerBuilder()
                .setOptions(options)
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                .addVarDeclarations(Vocabulary.variables())
                .addFunctionDeclarations(Vocabulary.declarations())
                .addFunctionDeclarations(more)
                .setResultType(SimpleType.BOOL)
                .build();
    }

    private static CelRuntime runtime(CelOptions options) {
        return CelRuntimeFactory.standardCelRuntimeBuilder()
                .setOptions(options)
                .addFunctionBindings(Vocabulary.bindings())
                .build();
    }

    /** Compiles one condition; what is wrong with it goes to {@code problems}. */
    Condition compile(String ruleId, String expression, List<InvalidPolicy.Problem> problems) {
        CelValidationResult result = compiler.compile(expression);
        try {
            if (!result.hasError()) {
                CelAbstractSyntaxTree tree = result.getAst();
                writtenOut.check(tree, (column, what) -> problems.add(problem(ruleId, column, what)));
                return new Condition(
                        runtime.createProgram(tree),
                        variables(tree),
                        ArgumentPaths.in(tree),
                        Effort.isNeededFor(tree) ? Effort.expressions(tree) : null);
            }
            for (CelIssue issue : result.getErrors()) {
                problems.add(problem(ruleId, issue.getSourceLocation().getColumn() + 1, issue.getMessage()));
            }
        } catch (CelValidationException | CelEvaluationException e) {
            problems.add(problem(ruleId, 0, String.valueOf(e.getMessage())));
        }
        return Condition.UNUSABLE;
    }

    private static Set<String> variables(CelAbstractSyntaxTree tree) {
        return tree.getReferenceMap().values().stream()
                .filter(reference -> reference.overloadIds().isEmpty())
                .map(CelReference::name)
                .collect(Collectors.toSet());
    }

    private static InvalidPolicy.Problem problem(String ruleId, int column, String message) {
        return new InvalidPolicy.Problem(ruleId, "when", Math.max(0, column), message);
    }
}
