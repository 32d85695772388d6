package dev.portreeve.hub.definition;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What is different between two definitions, for people: each place that was added, removed or changed. Whatever a reader
 * would not see, or would see as something else, is written as its code point.
 */
public final class DefinitionDiff {
    private static final int MAX_VALUE_CHARS = 2000;
    private static final int MAX_LINES = 1000;
    private final List<Line> lines = new ArrayList<>();

    private DefinitionDiff() {}

    /** One difference. */
    public enum Kind {
        ADDED,
        REMOVED,
        CHANGED
    }

    /**
     * A place that differs.
     *
     * @param place as a JSON Pointer
     * @param before as JSON; {@code null} if it was not there
     * @param after as JSON; {@code null} if it is gone
     */
    public record Line(
            Kind kind,
            String place,
            @Nullable String before,
            @Nullable String after) {}

    /**
     * The differences in the order of the newer definition; at most {@value #MAX_LINES}.
     *
     * @param before {@code null} for a first definition, of which everything is new
     */
    public static List<Line> of(@Nullable Definition before, Definition after) {
        DefinitionDiff diff = new DefinitionDiff();
        JsonNode now = after.body().tree();
        if (before == null) {
            now.properties().forEach(member -> diff.add("/" + step(member.getKey()), member.getValue()));
        } else {
            diff.compare("", before.body().tree(), now);
        }
        return List.copyOf(diff.lines);
    }

    private void compare(String place, JsonNode before, JsonNode after) {
        if (before.isObject() && after.isObject()) {
            Set<String> names = new LinkedHashSet<>();
            after.properties().forEach(member -> names.add(member.getKey()));
            before.properties().forEach(member -> names.add(member.getKey()));
            names.forEach(name -> compareMember(place + "/" + step(name), before.get(name), after.get(name)));
        } else if (before.isArray() && after.isArray()) {
            for (int i = 0; i < Math.max(before.size(), after.size()); i++) {
                compareMember(place + "/" + i, before.get(i), after.get(i));
            }
        } else if (!same(before, after)) {
            line(new Line(Kind.CHANGED, place, shown(before), shown(after)));
        }
    }

    private void compareMember(String place, @Nullable JsonNode before, @Nullable JsonNode after) {
        if (before == null && after != null) {
            add(place, after);
        } else if (before != null && after == null) {
            line(new Line(Kind.REMOVED, place, shown(before), null));
        } else if (before != null && after != null) {
            compare(place, before, after);
        }
    }

    private void add(String place, JsonNode value) {
        line(new Line(Kind.ADDED, place, null, shown(value)));
    }

    private void line(Line line) {
        if (lines.size() < MAX_LINES) {
            lines.add(line);
        }
    }

    // 1.0 and 1 are one number, also to the hash.
    private static boolean same(JsonNode before, JsonNode after) {
        boolean numbers = before.isNumber() && after.isNumber();
        return numbers ? before.decimalValue().compareTo(after.decimalValue()) == 0 : before.equals(after);
    }

    private static String step(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    private static String shown(JsonNode value) {
        String text = HiddenText.visible(value.toString());
        return text.length() <= MAX_VALUE_CHARS
                ? text
                : text.substring(0, MAX_VALUE_CHARS) + "… (" + text.length() + " characters)";
    }
}
