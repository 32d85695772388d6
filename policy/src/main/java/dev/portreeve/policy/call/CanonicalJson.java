package dev.portreeve.policy.call;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * The canonical form of a JSON text (RFC 8785): members sorted, no white space, one spelling for each string and number.
 *
 * <p>One thing is stricter than the RFC: a number that no double denotes exactly (2^53+1, 1e400) keeps the text it came
 * with, where the RFC would round it. Two values that differ therefore never share a canonical form.
 */
public final class CanonicalJson {
    private static final int SAFE_DIGITS = 15;
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private CanonicalJson() {}

    /**
     * The canonical form of any JSON value.
     *
     * @throws MalformedJson also for keys that stand twice, half surrogate pairs and nesting beyond 64
     */
    public static byte[] of(byte[] json) {
        try (JsonParser parser = StrictJson.parser(json)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new MalformedJson(JsonProblem.Kind.SYNTAX, json.length);
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream(json.length);
            value(parser, first, out);
            if (parser.nextToken() != null) {
                throw new MalformedJson(
                        JsonProblem.Kind.SYNTAX, parser.currentTokenLocation().getByteOffset());
            }
            return out.toByteArray();
        } catch (JacksonException e) {
            throw StrictJson.malformed(e);
        }
    }

    private static void value(JsonParser parser, JsonToken token, ByteArrayOutputStream out) {
        switch (token) {
            case START_OBJECT -> object(parser, out);
            case START_ARRAY -> array(parser, out);
            case VALUE_STRING -> string(text(parser), out);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> ascii(number(parser.getString()), out);
            case VALUE_TRUE -> ascii("true", out);
            case VALUE_FALSE -> ascii("false", out);
            case VALUE_NULL -> ascii("null", out);
            case END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
                throw new IllegalStateException("a value cannot begin with " + token);
        }
    }

    private static void object(JsonParser parser, ByteArrayOutputStream out) {
        // String order is the order of UTF-16 units, which is what the RFC asks for.
        Map<String, byte[]> members = new TreeMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = text(parser);
            ByteArrayOutputStream member = new ByteArrayOutputStream();
            value(parser, parser.nextToken(), member);
            members.put(name, member.toByteArray());
        }
        char before = '{';
        for (Map.Entry<String, byte[]> member : members.entrySet()) {
            out.write(before);
            string(member.getKey(), out);
            out.write(':');
            out.writeBytes(member.getValue());
            before = ',';
        }
        if (before == '{') {
            out.write('{');
        }
        out.write('}');
    }

    private static void array(JsonParser parser, ByteArrayOutputStream out) {
        out.write('[');
        boolean first = true;
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (!first) {
                out.write(',');
            }
            value(parser, token, out);
            first = false;
        }
        out.write(']');
    }

    private static String text(JsonParser parser) {
        return StrictJson.wellFormed(
                parser.getString(), parser.currentTokenLocation().getByteOffset());
    }

    private static void ascii(String text, ByteArrayOutputStream out) {
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void string(String value, ByteArrayOutputStream out) {
        out.writeBytes(quote(value).getBytes(StandardCharsets.UTF_8));
    }

    /** A string as a JSON literal in the RFC's spelling, quotes included. */
    public static String quote(String value) {
        StringBuilder quoted = new StringBuilder(value.length() + 2).append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\b' -> quoted.append("\\b");
                case '\t' -> quoted.append("\\t");
                case '\n' -> quoted.append("\\n");
                case '\f' -> quoted.append("\\f");
                case '\r' -> quoted.append("\\r");
                default -> {
                    if (c < 0x20) {
                        quoted.append("\\u00").append(HEX[c >> 4]).append(HEX[c & 0xF]);
                    } else {
                        quoted.append(c);
                    }
                }
            }
        }
        return quoted.append('"').toString();
    }

    /** The canonical spelling of a JSON number: ECMAScript's where a double denotes it exactly, else its own text. */
    static String number(String text) {
        boolean plainInteger = text.length() <= SAFE_DIGITS && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (plainInteger) {
            return text;
        }
        double value = Double.parseDouble(text);
        if (Double.isInfinite(value)) {
            return text;
        }
        String spelling = ecmaScript(value);
        return sameNumber(text, spelling) ? spelling : text;
    }

    /** Whether a number in canonical spelling is the exact value of the double it parses to. */
    public static boolean isExactDouble(String canonicalNumber) {
        double value = Double.parseDouble(canonicalNumber);
        return !Double.isInfinite(value) && ecmaScript(value).equals(canonicalNumber);
    }

    private static boolean sameNumber(String text, String spelling) {
        try {
            return new BigDecimal(text).compareTo(new BigDecimal(spelling)) == 0;
        } catch (NumberFormatException e) {
            // The exponent is beyond what a decimal can carry, so it is beyond every double but zero's.
            return false;
        }
    }

    /** ECMAScript's Number::toString for a finite double. */
    static String ecmaScript(double value) {
        if (value == 0) {
            return "0";
        }
        BigDecimal shortest = shortest(Math.abs(value));
        String digits = shortest.unscaledValue().toString();
        int point = digits.length() - shortest.scale();
        String sign = value < 0 ? "-" : "";
        if (point > 21 || point <= -6) {
            String fraction = digits.length() == 1 ? "" : "." + digits.substring(1);
            return sign + digits.charAt(0) + fraction + 'e' + (point > 0 ? "+" : "-") + Math.abs(point - 1);
        }
        if (point <= 0) {
            return sign + "0." + "0".repeat(-point) + digits;
        }
        if (point >= digits.length()) {
            return sign + digits + "0".repeat(point - digits.length());
        }
        return sign + digits.substring(0, point) + '.' + digits.substring(point);
    }

    /** The shortest decimal that parses to the double. Java writes at least two digits, so one digit is tried here. */
    private static BigDecimal shortest(double value) {
        BigDecimal written = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        if (written.precision() == 2) {
            BigDecimal one = written.round(new java.math.MathContext(1)).stripTrailingZeros();
            if (one.doubleValue() == value) {
                return one;
            }
        }
        return written;
    }
}
