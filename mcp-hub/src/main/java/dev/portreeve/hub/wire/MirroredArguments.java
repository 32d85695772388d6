package dev.portreeve.hub.wire;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a tool that a modern client repeats in HTTP headers, as the tool's input schema asks with
 * {@code x-mcp-header}: strings, integers and booleans that are reached through properties alone. Immutable.
 */
public final class MirroredArguments {
    private static final MirroredArguments NONE = new MirroredArguments(List.of());
    private static final String ANNOTATION = "x-mcp-header";
    private static final String PREFIX = "Mcp-Param-";
    private static final Set<String> TYPES = Set.of("\"string\"", "\"integer\"", "\"boolean\"");
    private static final int MAX_NAME_CHARS = 64;

    private final List<Mirrored> all;

    /** One argument, by the names of the properties that lead to it. */
    private record Mirrored(List<String> path, String header) {}

    private MirroredArguments(List<Mirrored> all) {
        this.all = all;
    }

    /**
     * What a schema asks for.
     *
     * @throws BadMessage if it asks for what cannot be done: no name, no token as name, one name twice, or a value of
     *     another type
     */
    public static MirroredArguments of(@Nullable RawJson schema) {
        if (schema == null || !schema.toString().contains(ANNOTATION)) {
            return NONE;
        }
        List<Mirrored> found = new ArrayList<>();
        collect(schema, List.of(), found, new TreeSet<>());
        return new MirroredArguments(List.copyOf(found));
    }

    private static void collect(RawJson schema, List<String> path, List<Mirrored> found, Set<String> names) {
        RawJson properties = schema.member("properties");
        if (properties == null || !properties.isObject()) {
            return;
        }
        properties.members().forEach((name, property) -> {
            List<String> deeper = new ArrayList<>(path);
            deeper.add(name);
            RawJson annotation = property.member(ANNOTATION);
            if (annotation != null) {
                found.add(new Mirrored(List.copyOf(deeper), header(annotation, property.member("type"), names)));
            }
            collect(property, deeper, found, names);
        });
    }

    private static String header(RawJson annotation, @Nullable RawJson type, Set<String> names) {
        String name = annotation.asString().orElse("");
        if (name.length() > MAX_NAME_CHARS || !name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
            throw BadMessage.invalid("its " + ANNOTATION + " is not the name of a header");
        }
        if (type == null || !TYPES.contains(type.toString())) {
            throw BadMessage.invalid("its " + ANNOTATION + " is on something else than a string, integer or boolean");
        }
        if (!names.add(name.toLowerCase(Locale.ROOT))) {
            throw BadMessage.invalid("two of its " + ANNOTATION + " have the same name");
        }
        return PREFIX + name;
    }

    /** The headers that go with these arguments; what is absent or null has none. */
    public Map<String, String> headers(RawJson arguments) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (Mirrored one : all) {
            value(arguments, one.path).ifPresent(value -> headers.put(one.header, HeaderValue.encode(value)));
        }
        return headers;
    }

    /**
     * The first header that does not say what the arguments say.
     *
     * @param sent the value of a header, or {@code null}
     */
    public Optional<String> mismatch(RawJson arguments, Function<String, @Nullable String> sent) {
        return all.stream()
                .filter(one -> !agrees(sent.apply(one.header), value(arguments, one.path)))
                .map(Mirrored::header)
                .findFirst();
    }

    private static boolean agrees(@Nullable String header, Optional<String> value) {
        return header == null ? value.isEmpty() : HeaderValue.decode(header).equals(value);
    }

    private static Optional<String> value(RawJson arguments, List<String> path) {
        RawJson value = arguments;
        for (String name : path) {
            value = value == null ? null : value.member(name);
        }
        if (value == null
                || value.isObject()
                || value.isArray()
                || value.toString().equals("null")) {
            return Optional.empty();
        }
        return value.isString() ? value.asString() : Optional.of(value.toString());
    }
}
