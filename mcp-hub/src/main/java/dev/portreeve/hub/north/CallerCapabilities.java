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

    /** @param declared what the caller said; anything but an object counts as nothing */
    static RawJson carried(@Nullable RawJson declared) {
        Map<String, RawJson> carried = new LinkedHashMap<>();
        if (declared != null && declared.isObject()) {
            take(declared, "elicitation", carried);
            take(declared, "sampling", carried);
            take(declared, "extensions", carried);
            if (declared.member("roots") != null) {
                // Nobody forwards that roots changed, so nobody is promised it.
                carried.put("roots", RawJson.EMPTY_OBJECT);
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

    /** The capability a question needs that is not there; {@code null} if the caller can answer it. */
    static @Nullable String missing(RawJson carried, String method, @Nullable RawJson params) {
        String needed = OF_METHOD.get(method);
        if (needed == null) {
            return method;
        }
        RawJson capability = carried.member(needed);
        if (capability == null) {
            return needed;
        }
        if (needed.equals("elicitation") && params != null) {
            RawJson mode = params.member("mode");
            boolean url = mode != null && mode.asString().filter("url"::equals).isPresent();
            // An empty declaration means forms only.
            boolean able = url
                    ? capability.member("url") != null
                    : capability.members().isEmpty() || capability.member("form") != null;
            return able ? null : needed;
        }
        return null;
    }
}
