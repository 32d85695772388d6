package dev.portreeve.gateway.http;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A body made at random from a schema, and what can be spoilt in it. The same seed makes the same body. */
final class MadeBody {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String SCHEMA = """
            {"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"}},"required":["city"]}""";
    private static final List<String> TEXTS = List.of(
            "hi",
            "Grüß Gott, 世界 🌍",
            "two\nlines\t\"quoted\" \\ back",
            "a",
            "</script> \u0000 \u2028",
            "x".repeat(300));
    private static final Set<String> WORDS = Set.of("type", "role", "mode");
    private static final String PIXEL = "iVBORw0KGgo=";

    /**
     * One place that can be spoilt.
     *
     * @param holder an object, or an array
     * @param name the member; null in an array
     * @param index where in an array
     * @param required whether no object is without it
     * @param word whether what else there is depends on it
     * @param path names of the members that lead to it, with it
     */
    record Place(JsonNode holder, @Nullable String name, int index, boolean required, boolean word, List<String> path) {
        boolean number() {
            return name != null && holder.path(name).isNumber();
        }
    }

    private final Map<String, BodyShape> definitions;
    private final Random random;
    private final String model;
    private final List<Place> places = new ArrayList<>();
    private final Deque<String> calls = new ArrayDeque<>();
    private final Deque<String> path = new ArrayDeque<>();
    private final ObjectNode tree = NODES.objectNode();
    private int ids;

    MadeBody(Map<String, BodyShape> definitions, Random random, String model) {
        this.definitions = definitions;
        this.random = random;
        this.model = model;
        fill(tree, definitions.get("Body"));
    }

    ObjectNode tree() {
        return tree;
    }

    String model() {
        return model;
    }

    List<Place> places() {
        return places;
    }

    private void fill(ObjectNode object, @Nullable BodyShape shape) {
        switch (shape) {
            case BodyShape.Members(var members, var groups) -> {
                for (BodyShape.Member member : members) {
                    if (member.required() || random.nextInt(3) == 0) {
                        member(object, member);
                    }
                }
                for (BodyShape group : groups) {
                    if (random.nextInt(3) == 0) {
                        fill(object, group);
                    }
                }
            }
            case BodyShape.Choice(var shapes) -> fill(object, shapes.get(random.nextInt(shapes.size())));
            case BodyShape.Word(String word) -> fill(object, definitions.get(word));
            case null, default -> throw new IllegalArgumentException("no members: " + shape);
        }
    }

    private void member(ObjectNode object, BodyShape.Member member) {
        path.addLast(member.name());
        JsonNode value = one(member.shape());
        object.set(member.name(), value);
        boolean word = WORDS.contains(member.name());
        places.add(new Place(object, member.name(), -1, member.required(), word, List.copyOf(path)));
        path.removeLast();
    }

    private JsonNode one(BodyShape shape) {
        return switch (shape) {
            case BodyShape.Members members -> {
                ObjectNode object = NODES.objectNode();
                fill(object, members);
                yield object;
            }
            case BodyShape.Many many -> array(many);
            case BodyShape.Choice(var shapes) -> one(shapes.get(random.nextInt(shapes.size())));
            case BodyShape.Literal(JsonNode value) -> value;
            case BodyShape.Amount amount -> amount(amount);
            case BodyShape.Word(String word) -> word(word);
            case BodyShape.Row row -> throw new IllegalArgumentException("a row outside of an array: " + row);
        };
    }

    private ArrayNode array(BodyShape.Many many) {
        ArrayNode array = NODES.arrayNode();
        int count = many.least() + random.nextInt(many.most() - many.least() + 1);
        for (int i = 0; i < count; i++) {
            elements(array, many.each());
        }
        for (int i = 0; i < array.size(); i++) {
            places.add(new Place(array, null, i, false, false, List.copyOf(path)));
        }
        return array;
    }

    private void elements(ArrayNode array, BodyShape shape) {
        switch (shape) {
            case BodyShape.Row(var shapes) -> shapes.forEach(each -> elements(array, each));
            case BodyShape.Choice(var shapes) -> elements(array, shapes.get(random.nextInt(shapes.size())));
            case BodyShape.Word(String word)
            when definitions.get(word) != null -> elements(array, definitions.get(word));
            default -> array.add(one(shape));
        }
    }

    private JsonNode amount(BodyShape.Amount amount) {
        double value = amount.least() + random.nextDouble() * (amount.most() - amount.least());
        return amount.whole() ? NODES.numberNode(Math.round(value)) : NODES.numberNode(Math.round(value * 100) / 100.0);
    }

    private JsonNode word(String word) {
        return switch (word) {
            case "string" -> NODES.stringNode(TEXTS.get(random.nextInt(TEXTS.size())));
            case "bool" -> NODES.booleanNode(random.nextBoolean());
            case "model" -> NODES.stringNode(model);
            case "map" -> json("{\"team\":\"red\",\"ticket\":\"7\"}");
            case "object" -> json(random.nextBoolean() ? "{\"city\":\"Wien\",\"days\":3}" : "{}");
            case "arguments" -> NODES.stringNode(random.nextBoolean() ? "{\"city\":\"Wien\"}" : "{}");
            case "schema" -> json(random.nextBoolean() ? SCHEMA : "{\"type\":\"object\",\"properties\":{}}");
            case "base64" -> NODES.stringNode(PIXEL);
            case "document" -> NODES.stringNode("JVBERi0xLjQKJSVFT0Y=");
            case "picture" -> NODES.stringNode("data:image/png;base64," + PIXEL);
            case "url" -> NODES.stringNode("https://127.0.0.1/p.png");
            case "id" -> {
                calls.addLast("call_" + ++ids);
                yield NODES.stringNode(calls.getLast());
            }
            case "ref" -> NODES.stringNode(calls.removeFirst());
            default -> {
                BodyShape named = definitions.get(word);
                if (named == null) {
                    throw new IllegalArgumentException("nothing is called \"" + word + "\"");
                }
                yield one(named);
            }
        };
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }
}
