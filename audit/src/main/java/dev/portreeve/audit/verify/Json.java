package dev.portreeve.audit.verify;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * As much of JSON as a manifest and a report need, so that the stand-alone verifier needs no library: objects, arrays, strings,
 * booleans, null and whole numbers. Reads strictly and to a bounded depth, writes with two blanks per level.
 */
public final class Json {
    private static final int DEEPEST = 20;
    private static final int HEX = 16;
    private static final int ESCAPE_DIGITS = 4;
    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /**
     * The object that this text is.
     *
     * @throws IllegalArgumentException if it is anything else; says where
     */
    static Map<String, Object> readObject(String text) {
        Json json = new Json(text);
        Object value = json.value(0);
        json.blanks();
        if (json.at < text.length()) {
            throw json.wrong("nothing may follow");
        }
        return object(value);
    }

    /** The value as an object. */
    @SuppressWarnings("unchecked")
    static Map<String, Object> object(Object value) {
        if (value instanceof Map<?, ?> members) {
            return (Map<String, Object>) members;
        }
        throw new IllegalArgumentException("not JSON of the expected form: an object is missing");
    }

    static List<?> list(Map<String, Object> object, String name) {
        return member(object, name, List.class);
    }

    static String string(Map<String, Object> object, String name) {
        return member(object, name, String.class);
    }

    /** A member of any type, which must be there. */
    static Object member(Map<String, Object> object, String name) {
        return member(object, name, Object.class);
    }

    static long number(Map<String, Object> object, String name) {
        return member(object, name, Long.class);
    }

    private static <T> T member(Map<String, Object> object, String name, Class<T> type) {
        Object value = object.get(name);
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException("\"" + name + "\" is missing or not what it should be");
        }
        return type.cast(value);
    }

    private IllegalArgumentException wrong(String why) {
        return new IllegalArgumentException("not JSON at character " + at + ": " + why);
    }

    private void blanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private char next() {
        blanks();
        if (at >= text.length()) {
            throw wrong("it ends here");
        }
        return text.charAt(at);
    }

    private Object value(int depth) {
        if (depth > DEEPEST) {
            throw wrong("it is nested too deeply");
        }
        char first = next();
        return switch (first) {
            case '{' -> objectAt(depth);
            case '[' -> arrayAt(depth);
            case '"' -> string();
            case 't' -> word("true", Boolean.TRUE);
            case 'f' -> word("false", Boolean.FALSE);
            case 'n' -> word("null", NULL);
            default -> number();
        };
    }

    /** Stands for null among values. */
    private static final Object NULL = new Object();

    private Object word(String word, Object value) {
        if (!text.startsWith(word, at)) {
            throw wrong("this is no value");
        }
        at += word.length();
        return value;
    }

    private Long number() {
        int from = at;
        while (at < text.length() && "-0123456789".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        try {
            return Long.valueOf(text.substring(from, at));
        } catch (NumberFormatException e) {
            at = from;
            throw new IllegalArgumentException(wrong("this is no value").getMessage(), e);
        }
    }

    private Map<String, Object> objectAt(int depth) {
        Map<String, Object> members = new LinkedHashMap<>();
        at++;
        if (next() == '}') {
            at++;
            return members;
        }
        while (true) {
            if (next() != '"') {
                throw wrong("a name is missing");
            }
            String name = string();
            if (next() != ':') {
                throw wrong("a colon is missing");
            }
            at++;
            if (members.putIfAbsent(name, value(depth + 1)) != null) {
                throw wrong("\"" + name + "\" is there twice");
            }
            if (separator('}')) {
                return members;
            }
        }
    }

    private List<Object> arrayAt(int depth) {
        List<Object> values = new ArrayList<>();
        at++;
        if (next() == ']') {
            at++;
            return values;
        }
        do {
            values.add(value(depth + 1));
        } while (!separator(']'));
        return values;
    }

    private boolean separator(char end) {
        char found = next();
        if (found != ',' && found != end) {
            throw wrong("a comma is missing");
        }
        at++;
        return found == end;
    }

    private String string() {
        StringBuilder value = new StringBuilder();
        at++;
        while (at < text.length() && text.charAt(at) != '"') {
            char unit = text.charAt(at++);
            if (unit < ' ') {
                throw wrong("a control character in a text");
            }
            value.append(unit == '\\' ? escaped() : unit);
        }
        if (at >= text.length()) {
            throw wrong("a text does not end");
        }
        at++;
        return value.toString();
    }

    private char escaped() {
        char kind = at < text.length() ? text.charAt(at++) : ' ';
        return switch (kind) {
            case '"', '\\', '/' -> kind;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> hex();
            default -> throw wrong("an unknown escape");
        };
    }

    private char hex() {
        try {
            int unit = Integer.parseUnsignedInt(text, at, at + ESCAPE_DIGITS, HEX);
            at += ESCAPE_DIGITS;
            return (char) unit;
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException(wrong("an unknown escape").getMessage(), e);
        }
    }

    /**
     * Writes maps, lists, strings, booleans and numbers; ends with a newline.
     *
     * @throws IllegalArgumentException for a value of another type
     */
    public static String write(Map<String, ?> object) {
        StringBuilder out = new StringBuilder();
        write(out, object, "\n");
        return out.append('\n').toString();
    }

    /** As {@link #write}, in one line without blanks and without a newline. */
    public static void writeLine(StringBuilder out, Map<String, ?> object) {
        write(out, object, "");
    }

    /** @param line what a new line begins with; empty for no lines */
    private static void write(StringBuilder out, Object value, String line) {
        String deeper = line.isEmpty() ? "" : line + "  ";
        switch (value) {
            case String string -> quote(out, string);
            case Number number -> out.append(number);
            case Boolean truth -> out.append(truth);
            case Map<?, ?> members -> {
                String before = "{";
                for (Map.Entry<?, ?> member : members.entrySet()) {
                    out.append(before).append(deeper);
                    quote(out, (String) member.getKey());
                    out.append(line.isEmpty() ? ":" : ": ");
                    write(out, member.getValue(), deeper);
                    before = ",";
                }
                out.append(members.isEmpty() ? "{}" : line + "}");
            }
            case List<?> values -> {
                String before = "[";
                for (Object each : values) {
                    out.append(before).append(deeper);
                    write(out, each, deeper);
                    before = ",";
                }
                out.append(values.isEmpty() ? "[]" : line + "]");
            }
            default -> throw new IllegalArgumentException("JSON cannot hold a " + value.getClass());
        }
    }

    /** Writes a text between quotes; what is not plain ASCII is escaped, so that it passes anywhere. */
    public static void quote(StringBuilder out, String string) {
        out.append('"');
        for (int i = 0; i < string.length(); i++) {
            char unit = string.charAt(i);
            if (unit == '"' || unit == '\\') {
                out.append('\\').append(unit);
            } else if (unit < ' ' || unit > '~') {
                out.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
            } else {
                out.append(unit);
            }
        }
        out.append('"');
    }
}
