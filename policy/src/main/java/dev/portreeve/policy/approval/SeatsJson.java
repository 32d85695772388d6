package dev.portreeve.policy.approval;

import dev.portreeve.policy.call.CanonicalJson;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Seats as a ticket's row keeps them: a list of flat objects. */
final class SeatsJson {
    private static final JsonFactory FACTORY = new JsonFactory();

    private SeatsJson() {}

    static String write(List<Seat> seats) {
        List<String> items = new ArrayList<>();
        for (Seat seat : seats) {
            StringBuilder item = new StringBuilder("{");
            member(item, "person", seat.person());
            member(item, "after", seat.after());
            member(item, "for", seat.standsFor());
            member(item, "from", seat.from());
            member(item, "until", seat.until());
            items.add(item.append('}').toString());
        }
        return "[" + String.join(",", items) + "]";
    }

    private static void member(StringBuilder item, String name, @Nullable Object value) {
        if (value != null) {
            item.append(item.length() == 1 ? "" : ",")
                    .append(CanonicalJson.quote(name))
                    .append(':')
                    .append(CanonicalJson.quote(value.toString()));
        }
    }

    static List<Seat> read(String json) {
        List<Seat> seats = new ArrayList<>();
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                Map<String, String> members = new HashMap<>();
                while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                    String name = parser.currentName();
                    parser.nextToken();
                    members.put(name, parser.getString());
                }
                seats.add(seat(members));
            }
        }
        return List.copyOf(seats);
    }

    private static Seat seat(Map<String, String> members) {
        String from = members.get("from");
        String until = members.get("until");
        return new Seat(
                String.valueOf(members.get("person")),
                Duration.parse(String.valueOf(members.get("after"))),
                members.get("for"),
                from == null ? null : Instant.parse(from),
                until == null ? null : Instant.parse(until));
    }
}
