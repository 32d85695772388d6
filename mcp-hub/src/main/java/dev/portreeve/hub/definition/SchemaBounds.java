package dev.portreeve.hub.definition;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/**
 * How large a schema is for whoever works it out: each reference within it counts as what it refers to. A schema of some
 * hundred bytes can so stand for a million branches. References that lead outside are not followed and count as one.
 */
final class SchemaBounds {
    static final int MAX_LEAVES = 20_000;
    static final int MAX_DEPTH = 40;
    private static final int MAX_REFERENCES_DEEP = 40;
    private static final long TOO_MANY = MAX_LEAVES + 1L;

    private final JsonNode root;
    private final Map<String, Long> known = new HashMap<>();
    private final Set<String> open = new HashSet<>();

    private SchemaBounds(JsonNode root) {
        this.root = root;
    }

    /** Whether a schema can be given to clients to work out. */
    static boolean holds(JsonNode schema) {
        return new SchemaBounds(schema).leaves(schema, 0) < TOO_MANY;
    }

    private long leaves(JsonNode node, int depth) {
        if (depth > MAX_DEPTH) {
            return TOO_MANY;
        }
        if (!node.isContainer()) {
            return 1;
        }
        long sum = 1;
        JsonNode reference = node.isObject() ? node.get("$ref") : null;
        if (reference != null && reference.isString()) {
            sum += target(reference.asString());
        }
        for (JsonNode child : node) {
            if (sum >= TOO_MANY) {
                return TOO_MANY;
            }
            sum += leaves(child, depth + 1);
        }
        return Math.min(sum, TOO_MANY);
    }

    private long target(String reference) {
        if (!reference.equals("#") && !reference.startsWith("#/")) {
            return 1;
        }
        Long counted = known.get(reference);
        if (counted != null) {
            return counted;
        }
        // A schema may speak of itself: a tree's children are trees.
        if (!open.add(reference)) {
            return 1;
        }
        if (open.size() > MAX_REFERENCES_DEEP) {
            return TOO_MANY;
        }
        long count = leaves(at(reference.substring(1)), 0);
        open.remove(reference);
        known.put(reference, count);
        return count;
    }

    private JsonNode at(String pointer) {
        try {
            return root.at(JsonPointer.compile(pointer));
        } catch (IllegalArgumentException notAPointer) {
            return root.at("/\u0000");
        }
    }
}
