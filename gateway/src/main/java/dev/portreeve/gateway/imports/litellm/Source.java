package dev.portreeve.gateway.imports.litellm;

import dev.portreeve.gateway.config.BadConfig;
import dev.portreeve.gateway.config.ConfigProblem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** YAML as a tree of {@link Value}s, within bounds: an alias counts as often as it stands there, so no file grows in here. */
final class Source {
    private static final int MAX_CHARACTERS = 4 * 1024 * 1024;
    private static final int MAX_VALUES = 200_000;
    private static final int MAX_DEPTH = 40;
    private static final int MAX_ALIASES = 1_000;
    private static final String MERGE = "<<";

    private final String file;
    private int values;

    private Source(String file) {
        this.file = file;
    }

    /** @throws BadConfig it is no YAML, too large, or says the same key twice */
    static Value parse(String file, String text) {
        if (text.length() > MAX_CHARACTERS) {
            throw problem(file, 0, "", "is larger than " + MAX_CHARACTERS / 1024 / 1024 + " MiB");
        }
        LoadSettings settings = LoadSettings.builder()
                .setCodePointLimit(MAX_CHARACTERS)
                .setAllowRecursiveKeys(false)
                .setMaxAliasesForCollections(MAX_ALIASES)
                .build();
        try {
            Source source = new Source(file);
            return new Compose(settings)
                    .composeString(text)
                    .map(node -> source.value(node, "", 0))
                    .orElseGet(() -> Value.nothing(1, ""));
        } catch (MarkedYamlEngineException broken) {
            int line = broken.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
            // The parser's own words may quote what stands there, which may be a secret.
            throw problem(file, line, "", "not YAML");
        } catch (YamlEngineException broken) {
            throw problem(file, 0, "", "not YAML, or nested too deeply");
        } catch (StackOverflowError deep) {
            throw problem(file, 0, "", "is nested too deeply");
        }
    }

    static BadConfig problem(String file, int line, String path, String what) {
        return new BadConfig(List.of(new ConfigProblem(file, line, path, what)));
    }

    private Value value(Node node, String path, int depth) {
        int line = node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
        values++;
        if (values > MAX_VALUES) {
            throw problem(
                    file,
                    line,
                    path,
                    "has more than " + MAX_VALUES + " values, aliases counted as often as they stand there");
        }
        if (depth > MAX_DEPTH) {
            throw problem(file, line, path, "is nested more than " + MAX_DEPTH + " deep");
        }
        return switch (node) {
            case ScalarNode scalar ->
                Tag.NULL.equals(scalar.getTag())
                        ? Value.nothing(line, path)
                        : new Value(line, path, scalar.getValue(), List.of(), Map.of(), false);
            case SequenceNode sequence -> {
                List<Value> items = new ArrayList<>();
                for (Node item : sequence.getValue()) {
                    items.add(value(item, path + "[" + items.size() + "]", depth + 1));
                }
                yield new Value(line, path, null, List.copyOf(items), Map.of(), true);
            }
            case MappingNode mapping -> new Value(line, path, null, List.of(), entries(mapping, path, depth), false);
            default -> Value.nothing(line, path);
        };
    }

    private Map<String, Value> entries(MappingNode mapping, String path, int depth) {
        Map<String, Value> merged = new LinkedHashMap<>();
        Map<String, Value> own = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            int line = tuple.getKeyNode()
                    .getStartMark()
                    .map(mark -> mark.getLine() + 1)
                    .orElse(0);
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                throw problem(file, line, path, "a key must be a word");
            }
            String name = key.getValue();
            Value value = value(tuple.getValueNode(), path.isEmpty() ? name : path + "." + name, depth + 1);
            if (name.equals(MERGE)) {
                value.map().forEach(merged::putIfAbsent);
                value.list().forEach(each -> each.map().forEach(merged::putIfAbsent));
            } else if (own.put(name, value) != null) {
                throw problem(file, line, path.isEmpty() ? name : path + "." + name, "stands there twice");
            }
        }
        merged.putAll(own);
        return merged;
    }
}
