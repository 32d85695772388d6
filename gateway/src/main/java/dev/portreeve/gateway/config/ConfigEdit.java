package dev.portreeve.gateway.config;

import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.CollectionNode;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Puts entries at the end of a list of a configuration file by putting text in: every character that was there stays,
 * comments too. What comes out is for the caller to read again and compare; where the file is written in a form that text
 * cannot safely be put into, it refuses.
 */
public final class ConfigEdit {
    /** The rest of a line that ends in a comment, which belongs to what stands before it. */
    private static final Pattern BEFORE_COMMENT = Pattern.compile("[ \\t]*(,)?[ \\t]*#[^\\n]*\\n");

    private ConfigEdit() {}

    /**
     * An entry of a list.
     *
     * @param comments lines above it, without {@code #}
     * @param values by key, each written as a YAML value on one line, as {@link YamlScalar} does
     */
    public record Entry(List<String> comments, Map<String, String> values) {
        String block(String indent) {
            String keys = values.entrySet().stream()
                    .map(value -> value.getKey() + ": " + value.getValue())
                    .collect(Collectors.joining("\n" + indent + "  "));
            String above =
                    comments.stream().map(line -> indent + "# " + line + "\n").collect(Collectors.joining());
            return above + indent + "- " + keys + "\n";
        }

        String flow() {
            return values.entrySet().stream()
                    .map(value -> value.getKey() + ": " + value.getValue())
                    .collect(Collectors.joining(", ", "{ ", " }"));
        }
    }

    /** The list with these entries as a piece of a file: {@code key:} and the entries below it. */
    public static String list(String key, List<Entry> entries) {
        return key + ":\n" + entries.stream().map(entry -> entry.block("  ")).collect(Collectors.joining());
    }

    /**
     * @param name of the file, for messages
     * @param key of the list at the top of the file
     * @throws BadConfig the file is not YAML, or written in a form that nothing can be put into
     */
    public static String append(String name, String text, String key, List<Entry> entries) {
        Node root;
        try {
            root = YamlText.compose(text);
        } catch (YamlEngineException notYaml) {
            throw refused(name, 0, "not YAML: " + notYaml.getMessage());
        }
        if (!(root instanceof MappingNode mapping)) {
            throw refused(name, line(root), "expected keys with values at the top");
        }
        if (text.replaceAll("(?m)^\\s*#.*$", "").isBlank()) {
            return ended(text) + list(key, entries);
        }
        if (mapping.getFlowStyle() == FlowStyle.FLOW) {
            throw refused(
                    name, line(root), "is written as one { … }: put the entries in by hand, or write one key a line");
        }
        Node value = mapping.getValue().stream()
                .filter(tuple -> tuple.getKeyNode() instanceof ScalarNode scalar
                        && scalar.getValue().equals(key))
                .map(NodeTuple::getValueNode)
                .findFirst()
                .orElse(null);
        return value == null ? ended(text) + "\n" + list(key, entries) : into(name, text, key, value, entries);
    }

    /** Whether two configurations are the same but for entries at the ends of lists. */
    public static boolean onlyAdds(GatewayConfig before, GatewayConfig after) {
        try {
            for (RecordComponent component : GatewayConfig.class.getRecordComponents()) {
                Object old = component.getAccessor().invoke(before);
                Object now = component.getAccessor().invoke(after);
                boolean longer = old instanceof List<?> some
                        && now instanceof List<?> more
                        && more.size() >= some.size()
                        && more.subList(0, some.size()).equals(some);
                if (!longer && !Objects.equals(old, now)) {
                    return false;
                }
            }
            return true;
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException("a configuration record failed", impossible);
        }
    }

    private static String into(String name, String text, String key, Node value, List<Entry> entries) {
        if (value.getTag().equals(Tag.NULL)
                && value instanceof ScalarNode scalar
                && scalar.getValue().isEmpty()) {
            return insertBelow(text, text.offsetByCodePoints(0, index(value)) - 1, blocks(entries, "  "));
        }
        if (!(value instanceof SequenceNode list) || value.getAnchor().isPresent()) {
            throw refused(name, line(value), key + " is not a plain list: put the entries in by hand");
        }
        if (list.getFlowStyle() == FlowStyle.FLOW) {
            return intoFlow(text, list, entries);
        }
        int column = list.getStartMark().map(mark -> mark.getColumn()).orElse(0);
        return insertBelow(text, lastCharacter(text, list), blocks(entries, " ".repeat(column)));
    }

    private static String intoFlow(String text, SequenceNode list, List<Entry> entries) {
        String flow = entries.stream().map(Entry::flow).collect(Collectors.joining(",\n  "));
        if (list.getValue().isEmpty()) {
            return insert(text, endMark(list) - 1, "\n  " + flow + "\n");
        }
        int at = text.offsetByCodePoints(0, endMark(list.getValue().getLast()));
        Matcher comment = BEFORE_COMMENT.matcher(text).region(at, text.length());
        if (!comment.lookingAt()) {
            return text.substring(0, at) + ",\n  " + flow + text.substring(at);
        }
        String line = text.substring(at, comment.end());
        return text.substring(0, at) + (comment.group(1) == null ? "," : "") + line + "  " + flow + "\n"
                + text.substring(comment.end());
    }

    private static String blocks(List<Entry> entries, String indent) {
        return entries.stream().map(entry -> entry.block(indent)).collect(Collectors.joining());
    }

    /** Where the last thing in the list ends; what follows up to the next key may be comments that belong to that key. */
    private static int lastCharacter(String text, Node node) {
        Node last = node;
        while (last instanceof CollectionNode<?> collection
                && collection.getFlowStyle() != FlowStyle.FLOW
                && !collection.getValue().isEmpty()) {
            Object item = collection.getValue().getLast();
            last = item instanceof NodeTuple tuple ? tuple.getValueNode() : (Node) item;
        }
        int end = Math.min(text.offsetByCodePoints(0, endMark(last)), text.length());
        while (end > 0 && Character.isWhitespace(text.charAt(end - 1))) {
            end--;
        }
        return end - 1;
    }

    private static String insertBelow(String text, int character, String lines) {
        int lineEnd = text.indexOf('\n', Math.max(character, 0));
        return lineEnd < 0 ? text + "\n" + lines : text.substring(0, lineEnd + 1) + lines + text.substring(lineEnd + 1);
    }

    private static String insert(String text, int codePoint, String what) {
        int at = text.offsetByCodePoints(0, codePoint);
        return text.substring(0, at) + what + text.substring(at);
    }

    private static String ended(String text) {
        return text.isEmpty() || text.endsWith("\n") ? text : text + "\n";
    }

    private static int index(Node node) {
        return node.getStartMark().map(mark -> mark.getIndex()).orElse(0);
    }

    private static int endMark(Node node) {
        return node.getEndMark().map(mark -> mark.getIndex()).orElse(0);
    }

    private static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    }

    private static BadConfig refused(String name, int line, @Nullable String what) {
        return new BadConfig(List.of(new ConfigProblem(name, line, "", String.valueOf(what))));
    }
}
