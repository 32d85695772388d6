package dev.portreeve.hub.north;

import dev.portreeve.hub.wire.RawJson;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What callers can do for servers, as far as the gateway carries it: exactly this is declared on their behalf. */
final class CallerCapabilities {
    private static final Map<String, String> OF_METHOD = Map.of(
            "elicitation/create", "elicitation",
            "sampling/createMessage", "sampling",
            "roots/list", "roots");

    private CallerCapabilities() {}

    /**
     * What is carried of what a caller can do.
     *
     * @param declared what the caller said; anything but an object counts as nothing
     * @param tellsOfRoots whether its era has a way to say that its roots changed
     */
    static RawJson carried(@Nullable RawJson declared, boolean tellsOfRoots) {
        Map<String, RawJson> carried = new LinkedHashMap<>();
        if (declared != null && declared.isObject()) {
            take(declared, "elicitation", carried);
            take(declared, "sampling", carried);
            take(declared, "extensions", carried);
            RawJson roots = declared.member("roots");
            if (roots != null) {
                RawJson changes = roots.member("listChanged");
                boolean tells = tellsOfRoots && changes != null && changes.isTrue();
                carried.put("roots", tells ? RawJson.object(Map.of("listChanged", changes)) : RawJson.EMPTY_OBJECT);
            }
        }
        return RawJson.object(carried);
    }

    private static void take(RawJson declared, String name, Map<String, RawJson> carried) {
        RawJson value = declared.member(name);
        if (value != null && value.isObject()) {
            carried.put(name, value);
        }
    }

    /** Whether a server may ask anything at all. */
    static boolean canBeAsked(RawJson carried) {
        return OF_METHOD.values().stream().anyMatch(name -> carried.member(name) != null);
    }

    /** Whether a caller said that it will tell of changed roots. */
    static boolean tellsOfRoots(RawJson carried) {
        RawJson roots = carried.member("roots");
        return roots != null && roots.member("listChanged") != null;
    }

    /** As {@link #missing}, but {@code null} too for what no caller could declare. */
    static @Nullable String undeclared(RawJson carried, String method, @Nullable RawJson params) {
        return OF_METHOD.containsKey(method) ? missing(carried, method, params) : null;
    }

    /**
     * The capability a question needs that is not there, with a dot before its part; {@code null} if the caller can answer
     * it.
     */
    static @Nullable String missing(RawJson carried, String method, @Nullable RawJson params) {
        String needed = OF_METHOD.get(method);
        if (needed == null) {
            return method;
        }
        RawJson capability = carried.member(needed);
        if (needed.equals("elicitation") && params != null && InputRequired.isString(params.member("mode"), "url")) {
            return capability == null || capability.member("url") == null ? "elicitation.url" : null;
        }
        if (capability == null) {
            return needed;
        }
        // An empty declaration means forms only.
        boolean able =
                !needed.equals("elicitation") || capability.members().isEmpty() || capability.member("form") != null;
        return able ? null : "elicitation.form";
    }
}
