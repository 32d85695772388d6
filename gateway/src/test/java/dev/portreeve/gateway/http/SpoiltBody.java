package dev.portreeve.gateway.http;

import dev.portreeve.gateway.http.MadeBody.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Spoils a made body in some places, one of which may then be within another. */
final class SpoiltBody {
    private static final String AGAIN = "@again@";
    private static final List<String> WRONG =
            List.of("true", "7", "1.5", "\"text\"", "[]", "{}", "[[1]]", "[\"a\"]", "{\"type\":7}");
    private static final List<String> ABSURD =
            List.of("-1", "0", "1e400", "-0.0", "99999999999999999999", "1e-400", "2147483648");
    private static final int DEEP = 300;
    private static final int HUGE = 100_000;

    private final Random random;
    private final MadeBody made;
    /** Text that no tree can hold; each stands in the tree as a string that says where it is here. */
    private final List<String> raw = new ArrayList<>();

    private final List<Place> spoilt = new ArrayList<>();

    SpoiltBody(MadeBody made, Random random, int places) {
        this.made = made;
        this.random = random;
        for (int i = 0; i < places; i++) {
            Place place = made.places().get(random.nextInt(made.places().size()));
            spoilt.add(place);
            spoil(place);
        }
    }

    /** Where it was spoilt. */
    List<Place> places() {
        return spoilt;
    }

    String text() {
        String text = made.tree().toString().replace("\"" + AGAIN, "\"");
        for (int i = 0; i < raw.size(); i++) {
            text = text.replace("\"@raw" + i + "@\"", raw.get(i));
        }
        return text;
    }

    private void spoil(Place place) {
        if (place.number() && random.nextBoolean()) {
            put(place, one(ABSURD));
            return;
        }
        switch (random.nextInt(place.required() || place.word() ? 10 : 8)) {
            case 0, 1 -> put(place, one(WRONG));
            case 2 -> put(place, "null");
            case 3 -> put(place, one(ABSURD));
            case 4 -> put(place, random.nextBoolean() ? "[".repeat(DEEP) + "]".repeat(DEEP) : nested());
            case 5 -> put(place, "\"\"");
            case 6 -> put(place, "\"" + "x".repeat(HUGE) + "\"");
            case 7 -> again(place);
            default -> {
                if (place.word()) {
                    put(place, "\"no_such_word\"");
                } else {
                    remove(place);
                }
            }
        }
    }

    private String one(List<String> values) {
        return values.get(random.nextInt(values.size()));
    }

    private static String nested() {
        return "{\"a\":".repeat(DEEP) + "1" + "}".repeat(DEEP);
    }

    private void put(Place place, String json) {
        JsonNode value = JsonMapper.shared().readTree("\"@raw" + raw.size() + "@\"");
        raw.add(json);
        if (place.name() == null) {
            if (place.index() < place.holder().size()) {
                ((ArrayNode) place.holder()).set(place.index(), value);
            }
        } else {
            ((ObjectNode) place.holder()).set(place.name(), value);
        }
    }

    private void remove(Place place) {
        if (place.name() != null) {
            ((ObjectNode) place.holder()).remove(place.name());
        }
    }

    /** The same member twice, or one element more than there was. */
    private void again(Place place) {
        if (place.name() == null) {
            ((ArrayNode) place.holder()).addNull();
        } else {
            JsonNode value = place.holder().path(place.name());
            ((ObjectNode) place.holder())
                    .set(
                            AGAIN + place.name(),
                            value.isMissingNode() ? JsonMapper.shared().readTree("1") : value);
        }
    }
}
