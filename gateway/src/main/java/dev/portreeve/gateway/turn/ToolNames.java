package dev.portreeve.gateway.turn;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The tools of a Responses request under the plain names that other dialects have: a namespace becomes the beginning of the
 * name, a free-form tool one with a single argument. Answers get their own names back. For one call.
 */
final class ToolNames {
    /** The one argument of a tool that takes free text. */
    static final String INPUT = "input";

    private static final int MAX = 64;
    private static final int DIGEST_BYTES = 4;
    private static final Pattern ODD = Pattern.compile("[^A-Za-z0-9_-]");

    private final Map<String, Own> byPlain = new HashMap<>();

    /**
     * What a tool is called by the caller.
     *
     * @param free whether it takes a text instead of arguments
     */
    record Own(@Nullable String namespace, String name, boolean free) {}

    /** The plain name of a tool; the same each time. */
    String plain(@Nullable String namespace, String name, boolean free) {
        Own own = new Own(namespace, name, free);
        String joined = namespace == null ? name : namespace + (namespace.endsWith("__") ? "" : "__") + name;
        String plain = ODD.matcher(joined).replaceAll("_");
        if (plain.length() > MAX || isTaken(plain, own)) {
            String end = "_" + Digests.hex(own.toString(), DIGEST_BYTES);
            plain = plain.substring(0, Math.min(plain.length(), MAX - end.length())) + end;
        }
        byPlain.putIfAbsent(plain, own);
        return plain;
    }

    private boolean isTaken(String plain, Own own) {
        Own other = byPlain.get(plain);
        return other != null && !(own.name.equals(other.name) && same(own.namespace, other.namespace));
    }

    private static boolean same(@Nullable String one, @Nullable String other) {
        return one == null ? other == null : one.equals(other);
    }

    /** The caller's own tool; one that it did not name keeps the name it came with. */
    Own own(String plain) {
        Own own = byPlain.get(plain);
        return own == null ? new Own(null, plain, false) : own;
    }
}
