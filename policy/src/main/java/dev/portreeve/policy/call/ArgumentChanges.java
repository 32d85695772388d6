package dev.portreeve.policy.call;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** In what two versions of the arguments of a call differ. */
public final class ArgumentChanges {
    private static final JsonFactory FACTORY = new JsonFactory();

    private ArgumentChanges() {}

    /**
     * A value that is another one in the second version.
     *
     * @param pointer where, as a JSON Pointer
     * @param before as JSON; {@code null} if it was not there
     * @param after as JSON; {@code null} if it is not there any more
     */
    public record Change(
            String pointer,
            @Nullable String before,
            @Nullable String after) {
        private static final int LONGEST = 200;

        /** The pointer, for a record: cut where a name is made to be long. */
        public String place() {
            return pointer.codePointCount(0, pointer.length()) <= LONGEST
                    ? pointer
                    : pointer.substring(0, pointer.offsetByCodePoints(0, LONGEST)) + "…";
        }
    }

    /** All of them, in the order of their pointers; empty for two that denote the same value. */
    public static List<Change> between(Arguments before, Arguments after) {
        Map<String, String> then = leaves(before);
        Map<String, String> now = leaves(after);
        TreeSet<String> all = new TreeSet<>(then.keySet());
        all.addAll(now.keySet());
        return all.stream()
                .filter(pointer -> !String.valueOf(then.get(pointer)).equals(String.valueOf(now.get(pointer))))
                .map(pointer -> new Change(pointer, then.get(pointer), now.get(pointer)))
                .toList();
    }

    /** Each value that is no object or list, and those of these that are empty; the canonical form says equal values equally. */
    private static Map<String, String> leaves(Arguments arguments) {
        Map<String, String> leaves = new LinkedHashMap<>();
        byte[] canonical = arguments.canonical();
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), canonical)) {
            JsonToken opened = null;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token.isScalarValue()) {
                    leaves.put(pointer(parser), scalar(parser, token));
                } else if (token == JsonToken.END_OBJECT && opened == JsonToken.START_OBJECT) {
                    leaves.put(pointer(parser), "{}");
                } else if (token == JsonToken.END_ARRAY && opened == JsonToken.START_ARRAY) {
                    leaves.put(pointer(parser), "[]");
                }
                opened = token;
            }
        }
        return leaves;
    }

    private static String pointer(JsonParser parser) {
        return parser.streamReadContext().pathAsPointer().toString();
    }

    private static String scalar(JsonParser parser, JsonToken token) {
        return token == JsonToken.VALUE_STRING ? CanonicalJson.quote(parser.getString()) : parser.getString();
    }
}
