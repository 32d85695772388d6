package dev.portreeve.hub.price;

import dev.portreeve.hub.definition.ToolSchema;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.access.ArgumentType;
import dev.portreeve.policy.call.Tariff;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An argument that has a price, as the tool's input schema describes it.
 *
 * @param type what the schema says of it; {@code null} for one that it does not have
 * @param own the argument's own schema, where plain words lead to it
 */
record PricedArgument(
        ToolPrice.ArgumentPrice price,
        @Nullable ArgumentType type,
        @Nullable RawJson own) {
    /** As in the configuration: an exponent could stand for gigabytes of digits. */
    private static final Pattern DECIMAL = Pattern.compile("\\d{1,15}(\\.\\d{1,9})?");

    static PricedArgument of(ToolPrice.ArgumentPrice price, ToolSchema schema) {
        ArgumentType type = schema.arguments();
        RawJson own = schema.json();
        for (String name : price.path()) {
            type = member(type, name);
            RawJson properties = own == null ? null : own.member("properties");
            own = properties == null ? null : properties.member(name);
        }
        return new PricedArgument(price, type, own);
    }

    private static @Nullable ArgumentType member(@Nullable ArgumentType type, String name) {
        return switch (type) {
            case null -> null;
            case ArgumentType.Members members -> {
                ArgumentType named = members.named().get(name);
                yield named != null ? named : members.open() ? ArgumentType.Plain.ANY : null;
            }
            case ArgumentType.Items unused -> null;
            case ArgumentType.Plain plain -> plain == ArgumentType.Plain.ANY ? plain : null;
        };
    }

    /** Why it cannot be priced; empty if it can. */
    Optional<String> misfit() {
        String name = "argument \"" + price.argument() + "\"";
        if (type == null) {
            return Optional.of("it has no " + name);
        }
        if (!fits(type)) {
            return Optional.of(name + " is of type " + type.word() + ", and its price is of "
                    + price.of().name().toLowerCase(Locale.ROOT));
        }
        return most() == null
                ? Optional.of("its schema says no most of " + name + ", so give its price an at-most")
                : Optional.empty();
    }

    private boolean fits(ArgumentType type) {
        return type == ArgumentType.Plain.ANY
                || switch (price.of()) {
                    case NUMBER -> type == ArgumentType.Plain.NUMBER;
                    case ITEMS -> type instanceof ArgumentType.Items;
                    case CHARACTERS -> type == ArgumentType.Plain.TEXT;
                };
    }

    /** Asked for where there is no misfit. */
    Tariff.PerUnit perUnit() {
        BigDecimal most = most();
        if (most == null) {
            throw new IllegalStateException("argument \"" + price.argument() + "\" has no most");
        }
        return new Tariff.PerUnit(price.argument(), price.path(), price.of(), price.usd(), most, absent(most));
    }

    private @Nullable BigDecimal most() {
        BigDecimal said = price.atMost();
        BigDecimal listed = switch (price.of()) {
            case NUMBER -> lower(number("maximum"), number("exclusiveMaximum"));
            case ITEMS -> number("maxItems");
            case CHARACTERS -> number("maxLength");
        };
        return lower(said, listed);
    }

    private static @Nullable BigDecimal lower(@Nullable BigDecimal one, @Nullable BigDecimal other) {
        return one == null ? other : other == null ? one : one.min(other);
    }

    /** What nobody says of an absent argument may be the most. */
    private BigDecimal absent(BigDecimal most) {
        BigDecimal said = price.whenAbsent();
        BigDecimal units = said == null ? byDefault() : said;
        return units == null ? most : units.min(most);
    }

    private @Nullable BigDecimal byDefault() {
        RawJson value = own == null ? null : own.member("default");
        if (value == null) {
            return null;
        }
        return switch (price.of()) {
            case NUMBER -> number("default");
            case ITEMS -> value.isArray() ? BigDecimal.valueOf(value.elements().size()) : null;
            case CHARACTERS ->
                value.asString()
                        .map(text -> BigDecimal.valueOf(text.codePointCount(0, text.length())))
                        .orElse(null);
        };
    }

    private @Nullable BigDecimal number(String word) {
        RawJson value = own == null ? null : own.member(word);
        String text = value == null ? "" : value.toString().strip();
        return DECIMAL.matcher(text).matches() ? new BigDecimal(text) : null;
    }
}
