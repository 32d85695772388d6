package dev.portreeve.gateway.turn;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Trees for translation. Numbers keep their decimals. */
final class Json {
    private static final int MAX_DEPTH = 128;
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private Json() {}

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static ArrayNode array() {
        return MAPPER.createArrayNode();
    }

    /** @throws JacksonException not JSON */
    static JsonNode read(byte[] bytes, int start, int length) {
        return MAPPER.readTree(bytes, start, length);
    }

    /** The object a text holds, or {@code null}. */
    static @Nullable ObjectNode objectIn(String text) {
        if (text.isBlank()) {
            return object();
        }
        try {
            return MAPPER.readTree(text) instanceof ObjectNode object ? object : null;
        } catch (JacksonException notJson) {
            return null;
        }
    }

    static byte[] bytes(JsonNode node) {
        return MAPPER.writeValueAsBytes(node);
    }

    static String text(JsonNode node) {
        return MAPPER.writeValueAsString(node);
    }

    /** A member's string, or {@code null}. */
    static @Nullable String string(JsonNode of, String name) {
        JsonNode value = of.path(name);
        return value.isString() ? value.stringValue() : null;
    }

    static String string(JsonNode of, String name, String otherwise) {
        String value = string(of, name);
        return value == null ? otherwise : value;
    }

    /** A count, never below zero; zero where there is none. */
    static long count(JsonNode of, String name) {
        JsonNode value = of.path(name);
        return value.isIntegralNumber() && value.canConvertToLong() ? Math.clamp(value.longValue(), 0, 1L << 48) : 0;
    }

    /** A member that says something. */
    static @Nullable JsonNode given(JsonNode of, String name) {
        JsonNode value = of.path(name);
        return value.isMissingNode() || value.isNull() ? null : value;
    }
}
