package dev.portreeve.audit.log;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * What a leaf says of itself.
 *
 * @param tenant {@code null} if the leaf does not say
 * @param id {@code null} if the leaf does not say
 */
record LeafHeader(@Nullable String tenant, @Nullable UUID id) {
    private static final JsonFactory JSON = new JsonFactory();
    private static final LeafHeader UNREADABLE = new LeafHeader(null, null);

    /** Reads what can be read: changed bytes need not be JSON any more. */
    static LeafHeader read(byte[] leaf) {
        String tenant = null;
        UUID id = null;
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), leaf)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return UNREADABLE;
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (value == JsonToken.VALUE_STRING && name.equals("tenant")) {
                    tenant = parser.getString();
                } else if (value == JsonToken.VALUE_STRING && name.equals("id")) {
                    id = UUID.fromString(parser.getString());
                } else {
                    parser.skipChildren();
                }
            }
            return new LeafHeader(tenant, id);
        } catch (JacksonException | IllegalArgumentException e) {
            return new LeafHeader(tenant, id);
        }
    }
}
