package dev.portreeve.gateway.config;

import dev.portreeve.policy.access.Inline;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Maps YAML nodes to records by their components. What does not fit becomes a problem with its line, and reading goes on
 * with the next key, so that one run shows all problems of a file.
 */
final class RecordMapper {
    private static final int MAX_DEPTH = 32;
    private final Interpolation interpolation;
    private final Problems problems;

    RecordMapper(Interpolation interpolation, Problems problems) {
        this.interpolation = interpolation;
        this.problems = problems;
    }

    /** The record, or {@code null} after at least one problem. */
    <R extends Record> @Nullable R map(Node node, Class<R> type) {
        return type.cast(record(node, type, "", 0));
    }

    /** The key of a component: {@code limitUsd} is {@code limit-usd} in the file. */
    static String key(RecordComponent component) {
        return component.getName().replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }

    static boolean isNullable(RecordComponent component) {
        return component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    private @Nullable Object value(Node node, AnnotatedType annotated, String path, int depth) {
        int line = line(node);
        problems.began(path, line);
        if (depth > MAX_DEPTH) {
            return fail(line, path, "is nested deeper than " + MAX_DEPTH + " levels");
        }
        Type type = annotated.getType();
        if (type instanceof ParameterizedType generic && annotated instanceof AnnotatedParameterizedType arguments) {
            AnnotatedType[] parts = arguments.getAnnotatedActualTypeArguments();
            return generic.getRawType() == Map.class
                    ? map(node, path, depth)
                    : collection(node, generic.getRawType() == Set.class, parts[0], path, depth);
        }
        Class<?> plain = (Class<?>) type;
        return Scalars.isScalar(plain)
                ? scalar(node, plain, annotated.isAnnotationPresent(Nullable.class), path)
                : record(node, plain, path, depth);
    }

    private @Nullable Object scalar(Node node, Class<?> type, boolean nullable, String path) {
        if (!(node instanceof ScalarNode scalar)) {
            return fail(line(node), path, "expected " + Scalars.describe(type) + ", not " + shape(node));
        }
        try {
            String text = interpolation.apply(scalar.getValue());
            boolean absent = nullable && text.isEmpty();
            return absent ? null : Scalars.read(type, text, interpolation.folder());
        } catch (IllegalArgumentException | ArithmeticException wrong) {
            return fail(line(node), path, String.valueOf(wrong.getMessage()));
        }
    }

    private @Nullable Object collection(Node node, boolean set, AnnotatedType element, String path, int depth) {
        if (!(node instanceof SequenceNode sequence)) {
            return fail(line(node), path, "expected a list, not " + shape(node));
        }
        List<Object> values = new ArrayList<>();
        Set<Object> distinct = new LinkedHashSet<>();
        int before = problems.count();
        for (int i = 0; i < sequence.getValue().size(); i++) {
            Node item = sequence.getValue().get(i);
            String itemPath = path + "[" + i + "]";
            Object value = value(item, element, itemPath, depth + 1);
            if (value != null) {
                values.add(value);
                if (!distinct.add(value) && set) {
                    fail(line(item), itemPath, "stands in the list twice");
                }
            }
        }
        if (problems.count() > before) {
            return null;
        }
        return set ? distinct : values;
    }

    private @Nullable Object map(Node node, String path, int depth) {
        if (!(node instanceof MappingNode mapping)) {
            return fail(line(node), path, "expected keys with values, not " + shape(node));
        }
        int before = problems.count();
        Map<String, String> values = new LinkedHashMap<>();
        for (Map.Entry<String, Node> entry : entries(mapping, path).entrySet()) {
            Object value = scalar(entry.getValue(), String.class, false, path + "." + entry.getKey());
            if (value != null) {
                values.put(entry.getKey(), (String) value);
            }
        }
        return problems.count() > before || depth > MAX_DEPTH ? null : values;
    }

    private @Nullable Object record(Node node, Class<?> type, String path, int depth) {
        if (!(node instanceof MappingNode mapping)) {
            return fail(line(node), path, "expected keys with values, not " + shape(node));
        }
        int before = problems.count();
        Map<String, Node> entries = entries(mapping, path);
        refuseUnknown(entries, keys(type).toList(), path);
        Object made = made(type, entries, line(mapping), path, depth);
        return problems.count() > before ? null : made;
    }

    /** A record of entries some of which may belong to the record around it. */
    private @Nullable Object made(Class<?> type, Map<String, Node> entries, int line, String path, int depth) {
        int before = problems.count();
        RecordComponent[] components = type.getRecordComponents();
        @Nullable Object[] values = new @Nullable Object[components.length];
        for (int i = 0; i < components.length; i++) {
            values[i] = components[i].isAnnotationPresent(Inline.class)
                    ? made(components[i].getType(), entries, line, path, depth)
                    : component(components[i], entries, line, path, depth);
        }
        return problems.count() > before ? null : construct(type, components, values, line, path);
    }

    private static Stream<String> keys(Class<?> type) {
        return Arrays.stream(type.getRecordComponents())
                .flatMap(component -> component.isAnnotationPresent(Inline.class)
                        ? keys(component.getType())
                        : Stream.of(key(component)));
    }

    private void refuseUnknown(Map<String, Node> entries, List<String> valid, String path) {
        entries.forEach((key, value) -> {
            if (!valid.contains(key)) {
                fail(line(value), child(path, key), "unknown key \"" + key + "\"" + Spelling.hint(key, valid));
            }
        });
    }

    private @Nullable Object component(
            RecordComponent component, Map<String, Node> entries, int line, String path, int depth) {
        String key = key(component);
        Node node = entries.get(key);
        if (node != null && !isNull(node)) {
            return value(node, component.getAnnotatedType(), child(path, key), depth + 1);
        }
        Default standard = component.getAnnotation(Default.class);
        if (standard != null) {
            return value(YamlText.compose(standard.value()), component.getAnnotatedType(), child(path, key), depth + 1);
        }
        if (component.getType() == boolean.class) {
            return false;
        }
        boolean ours = component.getDeclaringRecord().getPackage() == Default.class.getPackage();
        if (!isNullable(component) && (ours || component.getType().isPrimitive())) {
            fail(line, path, "missing \"" + key + "\": " + Scalars.describe(component.getType()));
        }
        return null;
    }

    /** Records of other modules normalise absence themselves, so what they leave {@code null} was required. */
    private @Nullable Object construct(
            Class<?> type, RecordComponent[] components, @Nullable Object[] values, int line, String path) {
        try {
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            Object made = type.getDeclaredConstructor(types).newInstance(values);
            for (RecordComponent component : components) {
                if (!isNullable(component) && component.getAccessor().invoke(made) == null) {
                    fail(line, path, "missing \"" + key(component) + "\": " + Scalars.describe(component.getType()));
                }
            }
            return made;
        } catch (InvocationTargetException thrown) {
            return refused(thrown.getCause(), components, values, line, path);
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException("record " + type + " cannot be constructed", impossible);
        }
    }

    private @Nullable Object refused(
            @Nullable Throwable cause, RecordComponent[] components, @Nullable Object[] values, int line, String path) {
        boolean wrong = cause instanceof IllegalArgumentException || cause instanceof ArithmeticException;
        if (cause == null || (!wrong && !(cause instanceof NullPointerException))) {
            throw new IllegalStateException("a configuration record failed", cause);
        }
        int before = problems.count();
        for (int i = 0; i < components.length; i++) {
            if (values[i] == null && components[i].getType() == String.class && !isNullable(components[i])) {
                fail(line, path, "missing \"" + key(components[i]) + "\"");
            }
        }
        if (problems.count() == before) {
            fail(line, path, String.valueOf(cause.getMessage()));
        }
        return null;
    }

    private Map<String, Node> entries(MappingNode mapping, String path) {
        Map<String, Node> entries = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                fail(line(tuple.getKeyNode()), path, "a key must be plain text");
            } else if (entries.put(key.getValue(), tuple.getValueNode()) != null) {
                fail(line(key), child(path, key.getValue()), "stands in the file twice");
            }
        }
        return entries;
    }

    private @Nullable Object fail(int line, String path, String what) {
        problems.add(line, path, what);
        return null;
    }

    private static String child(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private static boolean isNull(Node node) {
        return node.getTag().equals(Tag.NULL);
    }

    private static String shape(Node node) {
        return switch (node) {
            case MappingNode ignored -> "keys with values";
            case SequenceNode ignored -> "a list";
            case ScalarNode scalar -> isNull(scalar) ? "nothing" : "\"" + scalar.getValue() + "\"";
            default -> "an alias";
        };
    }

    private static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    }
}
