package dev.portreeve.policy.access;

import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.TypeParamType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What conditions may do with an argument that a schema calls a number. JSON has one kind of number and CEL several, so it goes with each
 * of them and with nothing else. Only for checking: what runs sees an {@code int} or a {@code double}.
 */
final class NumberWords {
    static final CelType NUMBER = OpaqueType.create("number");
    private static final List<CelType> KINDS = List.of(SimpleType.INT, SimpleType.UINT, SimpleType.DOUBLE);
    private final Map<String, List<CelOverloadDecl>> overloads = new LinkedHashMap<>();

    private NumberWords() {}

    static List<CelFunctionDecl> declarations() {
        NumberWords words = new NumberWords();
        for (String comparison : List.of("_<_", "_<=_", "_>_", "_>=_")) {
            words.add(comparison, SimpleType.BOOL, NUMBER, NUMBER);
            words.withEach(comparison, SimpleType.BOOL);
        }
        for (String equality : List.of("_==_", "_!=_")) {
            words.withEach(equality, SimpleType.BOOL);
            for (CelType kind : KINDS) {
                words.add(equality, SimpleType.BOOL, ListType.create(NUMBER), ListType.create(kind));
                words.add(equality, SimpleType.BOOL, ListType.create(kind), ListType.create(NUMBER));
            }
        }
        for (String sum : List.of("_+_", "_-_", "_*_", "_/_", "_%_")) {
            words.add(sum, NUMBER, NUMBER, NUMBER);
            words.withEach(sum, NUMBER);
        }
        words.add("-_", NUMBER, NUMBER);
        words.add("int", SimpleType.INT, NUMBER);
        words.add("uint", SimpleType.UINT, NUMBER);
        words.add("double", SimpleType.DOUBLE, NUMBER);
        words.add("string", SimpleType.STRING, NUMBER);
        words.add("timestamp", SimpleType.TIMESTAMP, NUMBER);
        CelType any = TypeParamType.create("A");
        words.add("_[_]", any, ListType.create(any), NUMBER);
        for (CelType kind : KINDS) {
            words.add("@in", SimpleType.BOOL, NUMBER, ListType.create(kind));
            words.add("@in", SimpleType.BOOL, kind, ListType.create(NUMBER));
            words.add("_?_:_", NUMBER, SimpleType.BOOL, NUMBER, kind);
            words.add("_?_:_", NUMBER, SimpleType.BOOL, kind, NUMBER);
        }
        List<CelFunctionDecl> declarations = new ArrayList<>();
        words.overloads.forEach((name, of) -> declarations.add(CelFunctionDecl.newFunctionDeclaration(name, of)));
        return declarations;
    }

    private void withEach(String function, CelType result) {
        for (CelType kind : KINDS) {
            add(function, result, NUMBER, kind);
            add(function, result, kind, NUMBER);
        }
    }

    private void add(String function, CelType result, CelType... parameters) {
        List<CelOverloadDecl> of = overloads.computeIfAbsent(function, unused -> new ArrayList<>());
        of.add(CelOverloadDecl.newGlobalOverload("number_" + function + "_" + of.size(), result, List.of(parameters)));
    }
}
