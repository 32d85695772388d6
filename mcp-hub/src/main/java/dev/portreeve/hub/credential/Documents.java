package dev.portreeve.hub.credential;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Reads what others publish as JSON: metadata and the answers of token endpoints. */
final class Documents {
    private static final int MAX_ENTRIES = 100;

    private Documents() {}

    /** Empty if it is no JSON object. */
    static Optional<ObjectNode> object(byte[] bytes) {
        try {
            JsonNode read = JsonMapper.shared().readTree(bytes);
            return read instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
        } catch (JacksonException notJson) {
            return Optional.empty();
        }
    }

    static Optional<String> text(ObjectNode document, String member) {
        JsonNode value = document.path(member);
        return value.isString() ? Optional.of(value.stringValue()) : Optional.empty();
    }

    static List<String> texts(ObjectNode document, String member) {
        Stream<JsonNode> values = document.path(member).valueStream();
        return values.filter(JsonNode::isString)
                .limit(MAX_ENTRIES)
                .map(JsonNode::stringValue)
                .toList();
    }
}
