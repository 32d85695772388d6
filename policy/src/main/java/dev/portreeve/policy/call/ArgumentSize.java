package dev.portreeve.policy.call;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * How much an argument asks for.
 *
 * @param found {@code null} where it is absent, null, or of the wrong type
 * @param isThere whether something other than null stands at its place
 */
record ArgumentSize(@Nullable BigDecimal found, boolean isThere) {
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final ArgumentSize ABSENT = new ArgumentSize(null, false);
    private static final ArgumentSize MISTYPED = new ArgumentSize(null, true);

    /** Looks it up in the canonical form, which is what every reader of the arguments sees. */
    static ArgumentSize of(Arguments arguments, List<String> path, Tariff.Measure of) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), arguments.canonical())) {
            parser.nextToken();
            for (int depth = 0; depth < path.size(); depth++) {
                if (parser.currentToken() == JsonToken.VALUE_NULL) {
                    return ABSENT;
                }
                if (parser.currentToken() != JsonToken.START_OBJECT) {
                    return MISTYPED;
                }
                if (!enter(parser, path.get(depth))) {
                    return ABSENT;
                }
            }
            return measured(parser, of);
        }
    }

    /** Goes to the value of a member of the object that the parser stands at; false if it has none of this name. */
    private static boolean enter(JsonParser parser, String name) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            boolean wanted = parser.currentName().equals(name);
            parser.nextToken();
            if (wanted) {
                return true;
            }
            parser.skipChildren();
        }
        return false;
    }

    private static ArgumentSize measured(JsonParser parser, Tariff.Measure of) {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_NULL) {
            return ABSENT;
        }
        boolean fits = switch (of) {
            case NUMBER -> token.isNumeric();
            case ITEMS -> token == JsonToken.START_ARRAY;
            case CHARACTERS -> token == JsonToken.VALUE_STRING;
        };
        return fits ? new ArgumentSize(size(parser, of), true) : MISTYPED;
    }

    private static BigDecimal size(JsonParser parser, Tariff.Measure of) {
        return switch (of) {
            case NUMBER -> new BigDecimal(parser.getString());
            case ITEMS -> {
                long items = 0;
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    parser.skipChildren();
                    items++;
                }
                yield BigDecimal.valueOf(items);
            }
            case CHARACTERS -> {
                String text = parser.getString();
                yield BigDecimal.valueOf(text.codePointCount(0, text.length()));
            }
        };
    }

    /** Why a call with it has no price, for its caller; without the value. */
    Optional<String> problem(Tariff.PerUnit price) {
        String name = "argument \"" + price.argument() + "\"";
        if (isThere && found == null) {
            return Optional.of(name + " decides what this call costs, so it must be "
                    + price.of().wanted());
        }
        if (found != null && found.signum() < 0) {
            return Optional.of(name + " decides what this call costs, so it must not be below 0");
        }
        return found != null && found.compareTo(price.atMost()) > 0
                ? Optional.of(name + " asks for more than the " + price.atMost().toPlainString()
                        + " that this tool has a price for: ask for less")
                : Optional.empty();
    }

    /** As many as are charged. */
    BigDecimal units(Tariff.PerUnit price) {
        return found == null ? price.absent() : found;
    }
}
