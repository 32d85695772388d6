package dev.portreeve.policy.access;

import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.CelVarDecl;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelFunctionBinding;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntPredicate;

/** The words that conditions have beside CEL's own: what each is called, which types it takes, and what it does. */
final class Vocabulary {
    private static final CelType SESSION = OpaqueType.create("session");
    private static final CelType MONEY = OpaqueType.create("money");

    private Vocabulary() {}

    static List<CelVarDecl> variables() {
        List<CelVarDecl> variables = new ArrayList<>();
        variables.add(CelVarDecl.newVarDeclaration("args", MapType.create(SimpleType.STRING, SimpleType.DYN)));
        variables.add(CelVarDecl.newVarDeclaration("session", SESSION));
        variables.add(CelVarDecl.newVarDeclaration("now", SimpleType.TIMESTAMP));
        variables.add(CelVarDecl.newVarDeclaration(KnownVariables.ROLES, ListType.create(SimpleType.STRING)));
        variables.add(CelVarDecl.newVarDeclaration("request.tools", ListType.create(SimpleType.STRING)));
        variables.add(CelVarDecl.newVarDeclaration("request.stream", SimpleType.BOOL));
        for (String text : List.of(
                "subject.tenant",
                "subject.team",
                "subject.member",
                "subject.kind",
                "subject.key",
                "call.kind",
                "call.name",
                "call.server",
                "request.model",
                "request.route")) {
            variables.add(CelVarDecl.newVarDeclaration(text, SimpleType.STRING));
        }
        for (String number : List.of(
                "call.max_output_tokens",
                "call.max_cost_micros",
                "request.max_tokens",
                "request.images",
                "request.messages",
                "budget.left_micros",
                "budget.used_percent")) {
            variables.add(CelVarDecl.newVarDeclaration(number, SimpleType.INT));
        }
        return variables;
    }

    static List<CelFunctionDecl> declarations() {
        List<CelFunctionDecl> functions = new ArrayList<>();
        functions.add(global(
                "path.under", "path_under_string_string", SimpleType.BOOL, SimpleType.STRING, SimpleType.STRING));
        functions.add(global("url.host", "url_host_string", SimpleType.STRING, SimpleType.STRING));
        functions.add(global("repo.owner", "repo_owner_string", SimpleType.STRING, SimpleType.STRING));
        functions.add(global("glob", "glob_string_string", SimpleType.BOOL, SimpleType.STRING, SimpleType.STRING));
        functions.add(global("money", "money_dyn_string", MONEY, SimpleType.DYN, SimpleType.STRING));
        for (Comparison comparison : Comparison.values()) {
            functions.add(global(comparison.operator, comparison.overload(), SimpleType.BOOL, MONEY, MONEY));
        }
        functions.add(member("has", "session_has_string", SESSION, SimpleType.STRING));
        functions.add(member(
                "within",
                "timestamp_within_string_string",
                SimpleType.TIMESTAMP,
                SimpleType.STRING,
                SimpleType.STRING));
        return functions;
    }

    private static CelFunctionDecl global(String name, String overload, CelType result, CelType... parameters) {
        return CelFunctionDecl.newFunctionDeclaration(
                name, CelOverloadDecl.newGlobalOverload(overload, result, parameters));
    }

    private static CelFunctionDecl member(String name, String overload, CelType... parameters) {
        return CelFunctionDecl.newFunctionDeclaration(
                name, CelOverloadDecl.newMemberOverload(overload, SimpleType.BOOL, parameters));
    }

    static List<CelFunctionBinding> bindings() {
        List<CelFunctionBinding> bindings = new ArrayList<>();
        bindings.add(
                CelFunctionBinding.from("path_under_string_string", String.class, String.class, PathScope::isUnder));
        bindings.add(CelFunctionBinding.from("url_host_string", String.class, UrlHost::of));
        bindings.add(CelFunctionBinding.from("repo_owner_string", String.class, RepositoryOwner::of));
        bindings.add(CelFunctionBinding.from("glob_string_string", String.class, String.class, Vocabulary::fits));
        bindings.add(CelFunctionBinding.from("money_dyn_string", Object.class, String.class, Money::of));
        for (Comparison comparison : Comparison.values()) {
            bindings.add(CelFunctionBinding.from(
                    comparison.overload(),
                    Money.class,
                    Money.class,
                    (one, other) -> comparison.outcome.test(one.against(other))));
        }
        bindings.add(CelFunctionBinding.from(
                "session_has_string",
                List.of(Set.class, String.class),
                values -> ((Set<?>) values[0]).contains(values[1])));
        bindings.add(CelFunctionBinding.from(
                "timestamp_within_string_string",
                List.of(Instant.class, String.class, String.class),
                values ->
                        TimeWindow.parse((String) values[1], (String) values[2]).contains((Instant) values[0])));
        return bindings;
    }

    private static boolean fits(String text, String pattern) {
        return new Glob(pattern).matches(text);
    }

    private enum Comparison {
        LESS("_<_", order -> order < 0),
        LESS_EQUALS("_<=_", order -> order <= 0),
        GREATER("_>_", order -> order > 0),
        GREATER_EQUALS("_>=_", order -> order >= 0);

        private final String operator;
        private final IntPredicate outcome;

        Comparison(String operator, IntPredicate outcome) {
            this.operator = operator;
            this.outcome = outcome;
        }

        private String overload() {
            return name().toLowerCase(Locale.ROOT) + "_money_money";
        }
    }
}
