package dev.portreeve.hub.catalog;

import dev.portreeve.hub.wire.RawJson;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an operator says about a tool in place of its server.
 *
 * @param title {@code null} for the server's own
 * @param description {@code null} for the server's own
 */
public record Wording(@Nullable String title, @Nullable String description) {
    static final Wording OF_THE_SERVER = new Wording(null, null);

    /** This wording, and where it is silent the other. */
    Wording over(Wording other) {
        return new Wording(title == null ? other.title : title, description == null ? other.description : description);
    }

    /** A definition under another name and with these words; every other member keeps its bytes. */
    RawJson rewrite(RawJson definition, String name) {
        Map<String, RawJson> members = new LinkedHashMap<>(definition.members());
        put(members, "name", name);
        if (title != null) {
            put(members, "title", title);
        }
        if (description != null) {
            put(members, "description", description);
        }
        return members.equals(definition.members()) ? definition : RawJson.object(members);
    }

    private static void put(Map<String, RawJson> members, String name, String text) {
        RawJson there = members.get(name);
        // The server's own bytes stay if they say the same, however they spell it.
        if (there == null || there.asString().filter(text::equals).isEmpty()) {
            members.put(name, RawJson.string(text));
        }
    }
}
