package dev.portreeve.policy.access;

import dev.portreeve.policy.call.Arguments;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes the condition under which a yes to one call may hold for further ones: each argument as it was shown, unless a person chooses a wider
 * bound for it. Immutable.
 */
public final class NarrowCondition {
    /** Longer values are not written into a condition. */
    private static final int LONGEST_LITERAL = 512;

    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,30}(\\.[0-9]{1,30})?");
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Set<String> RESERVED = Set.of(
            "as",
            "break",
            "const",
            "continue",
            "else",
            "false",
            "for",
            "function",
            "if",
            "import",
            "in",
            "let",
            "loop",
            "namespace",
            "null",
            "package",
            "return",
            "true",
            "var",
            "void",
            "while");

    private final ShownValue shown;
    private final List<String> kept;
    private final Set<String> keptWhole = new LinkedHashSet<>();

    /** What an argument of a further call may be. */
    public sealed interface Bound {
        /** What was shown. */
        record Equal() implements Bound {}

        /** Anything, and also nothing. */
        record Any() implements Bound {}

        /** A path that certainly stays inside a folder. */
        record Under(String folder) implements Bound {}

        /** A number up to this one; not below zero unless the shown one was. */
        record AtMost(String number) implements Bound {}
    }

    /** The kinds of bounds. */
    public enum Choice {
        EQUAL,
        ANY,
        UNDER,
        AT_MOST
    }

    /**
     * An argument that was shown, and what may be chosen for it.
     *
     * @param choices the first is taken where nothing is chosen; {@code EQUAL} is not among them where the value is too long, or a
     *     number that conditions cannot hold
     */
    public record Argument(String name, List<Choice> choices) {
        public Argument {
            choices = List.copyOf(choices);
        }
    }

    private NarrowCondition(ShownValue shown, List<String> kept) {
        this.shown = shown;
        this.kept = kept;
    }

    /**
     * @param keep pointers to what must stay as it was shown, whatever is chosen
     * @throws IllegalArgumentException if one of these leads to a value that no condition can hold
     */
    public static NarrowCondition of(Arguments shown, List<String> keep) {
        ShownValue value = ShownValue.of(shown);
        List<String> kept = new ArrayList<>();
        NarrowCondition condition = new NarrowCondition(value, kept);
        for (String pointer : keep) {
            kept.add(condition.kept(pointer));
        }
        return condition;
    }

    /** The arguments that were shown and are not kept whole, each with what may be chosen. */
    public List<Argument> arguments() {
        List<Argument> arguments = new ArrayList<>();
        shown.members().forEach((name, value) -> {
            if (!keptWhole.contains(name)) {
                arguments.add(new Argument(name, choices(value)));
            }
        });
        return arguments;
    }

    private static List<Choice> choices(ShownValue value) {
        List<Choice> choices = new ArrayList<>();
        if (isWritable(value)) {
            choices.add(Choice.EQUAL);
        }
        choices.add(Choice.ANY);
        switch (value.kind()) {
            case TEXT -> choices.add(Choice.UNDER);
            case NUMBER -> choices.add(Choice.AT_MOST);
            case OBJECT, LIST, OTHER -> {}
        }
        return choices;
    }

    private static boolean isWritable(ShownValue value) {
        return value.literal() != null && value.literal().length() <= LONGEST_LITERAL;
    }

    /** What the rules want kept, as a condition; empty if nothing. */
    public String kept() {
        return String.join(" && ", kept);
    }

    /**
     * The condition with these bounds; arguments for which none is chosen are as they were shown.
     *
     * @throws IllegalArgumentException if a bound does not fit its argument
     */
    public String with(Map<String, Bound> bounds) {
        for (String name : bounds.keySet()) {
            if (!shown.members().containsKey(name)) {
                throw new IllegalArgumentException("the call has no argument \"" + name + "\"");
            }
        }
        List<String> parts = new ArrayList<>();
        shown.members().forEach((name, value) -> {
            String part = keptWhole.contains(name) ? null : part(name, value, bounds.get(name));
            if (part != null) {
                parts.add(part);
            }
        });
        return parts.isEmpty() ? "true" : String.join(" && ", parts);
    }

    private @Nullable String part(String name, ShownValue value, @Nullable Bound bound) {
        String argument = "args" + member(name);
        return switch (bound) {
            case null -> equal(name, argument, value);
            case Bound.Equal ignored -> equal(name, argument, value);
            case Bound.Any ignored -> null;
            case Bound.Under(String folder) -> {
                if (value.kind() != ShownValue.Kind.TEXT) {
                    throw new IllegalArgumentException("\"" + name + "\" is no text, so it is under no folder");
                }
                yield "path.under(" + argument + ", " + PlainLiteral.of(folder) + ")";
            }
            case Bound.AtMost(String number) -> atMost(name, argument, value, number);
        };
    }

    private static String equal(String name, String argument, ShownValue value) {
        if (!isWritable(value)) {
            throw new IllegalArgumentException("\"" + name
                    + "\" is too long, or a number that conditions cannot hold exactly: choose what else it may be, or"
                    + " approve this call only");
        }
        return argument + " == " + value.literal();
    }

    private static String atMost(String name, String argument, ShownValue value, String number) {
        String literal = value.literal();
        if (value.kind() != ShownValue.Kind.NUMBER || literal == null) {
            throw new IllegalArgumentException("\"" + name + "\" is no number that could be at most another");
        }
        String upper = plain(number);
        if (upper == null) {
            throw new IllegalArgumentException("\"" + number + "\" is no number that conditions can hold exactly");
        }
        return (literal.startsWith("-") ? "" : argument + " >= 0 && ") + argument + " <= " + upper;
    }

    /** Plain decimals only: an exponent could make a number of any length. */
    private static @Nullable String plain(String number) {
        return DECIMAL.matcher(number).matches()
                ? ShownValue.number(new BigDecimal(number).stripTrailingZeros().toPlainString())
                : null;
    }

    /** The condition that what a pointer leads to is as it was shown; that it is absent, if it was. */
    private String kept(String pointer) {
        String way = "args";
        ShownValue value = shown;
        String[] names = pointer.substring(1).split("/", -1);
        for (String encoded : names) {
            String name = encoded.replace("~1", "/").replace("~0", "~");
            ShownValue next = value.kind() == ShownValue.Kind.LIST
                    ? item(value.items(), name)
                    : value.members().get(name);
            if (next == null) {
                return value.kind() == ShownValue.Kind.OBJECT
                        ? "!(" + PlainLiteral.of(name) + " in " + way + ")"
                        : equal(pointer, way, value);
            }
            way += value.kind() == ShownValue.Kind.LIST ? "[" + name + "]" : member(name);
            value = next;
            if (names.length == 1) {
                keptWhole.add(name);
            }
        }
        return equal(pointer, way, value);
    }

    private static @Nullable ShownValue item(List<ShownValue> items, String index) {
        boolean inside = index.matches("0|[1-9][0-9]{0,5}") && Integer.parseInt(index) < items.size();
        return inside ? items.get(Integer.parseInt(index)) : null;
    }

    private static String member(String name) {
        return PLAIN.matcher(name).matches() && !RESERVED.contains(name)
                ? "." + name
                : "[" + PlainLiteral.of(name) + "]";
    }
}
