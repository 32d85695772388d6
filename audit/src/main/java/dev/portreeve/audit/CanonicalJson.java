package dev.portreeve.audit;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Restricted RFC 8785 JSON on its way into bytes: members in UTF-16 order, as {@link Facts} has them, one line. A lone surrogate has no
 * UTF-8 form and becomes U+FFFD. Keeps its buffer, so it is for one thread.
 */
final class CanonicalJson {
    /** What a record needs, as a rule. */
    private static final int ROOM = 2048;
    /** A buffer that grew beyond this is let go. */
    private static final int MOST_KEPT = 32_768;

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private byte[] buffer = new byte[ROOM];
    private int size;

    /** How many bytes there are. */
    int size() {
        return size;
    }

    /** Begins anew. */
    void clear() {
        size = 0;
        if (buffer.length > MOST_KEPT) {
            buffer = new byte[ROOM];
        }
    }

    /** A copy of what is written. */
    byte[] bytes() {
        return Arrays.copyOf(buffer, size);
    }

    /** What is written, with room behind it, by a writer that is not used again. */
    byte[] handOver() {
        return buffer;
    }

    /** A part of what somebody else wrote. */
    void copy(byte[] text, int from, int to) {
        room(to - from);
        System.arraycopy(text, from, buffer, size, to - from);
        size += to - from;
    }

    /** A member's name and colon. */
    void name(String name) {
        string(name);
        put(':');
    }

    void value(Object value) {
        switch (value) {
            case String text -> string(text);
            case Long number -> number(number);
            case Boolean truth -> ascii(truth ? "true" : "false");
            case Facts facts -> object(facts.members());
            case Written written -> copy(written.json(), 0, written.json().length);
            case Map<?, ?> members -> object(members);
            case List<?> values -> array(values);
            default -> throw new IllegalStateException("a fact cannot be a " + value.getClass());
        }
    }

    private void object(Map<?, ?> members) {
        char before = '{';
        for (Map.Entry<?, ?> member : members.entrySet()) {
            put(before);
            name((String) member.getKey());
            value(member.getValue());
            before = ',';
        }
        if (members.isEmpty()) {
            put('{');
        }
        put('}');
    }

    private void array(List<?> values) {
        put('[');
        for (int i = 0; i < values.size(); i++) {
            if (i > 0) {
                put(',');
            }
            value(values.get(i));
        }
        put(']');
    }

    void number(long value) {
        ascii(Long.toString(value));
    }

    /** RFC 3339 in UTC with exactly six digits of fraction, so that equal times are equal text. */
    void time(Instant at) {
        LocalDateTime utc = LocalDateTime.ofEpochSecond(at.getEpochSecond(), 0, ZoneOffset.UTC);
        put('"');
        digits(utc.getYear(), 4);
        put('-');
        digits(utc.getMonthValue(), 2);
        put('-');
        digits(utc.getDayOfMonth(), 2);
        put('T');
        digits(utc.getHour(), 2);
        put(':');
        digits(utc.getMinute(), 2);
        put(':');
        digits(utc.getSecond(), 2);
        put('.');
        digits(at.getNano() / 1000, 6);
        put('Z');
        put('"');
    }

    private void digits(int value, int width) {
        room(width);
        int rest = value;
        for (int i = size + width - 1; i >= size; i--) {
            buffer[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        size += width;
    }

    void string(String text) {
        room(2 + 6 * text.length());
        buffer[size++] = '"';
        int plain = plain(text);
        if (plain < text.length()) {
            rest(text, plain);
        }
        buffer[size++] = '"';
    }

    /**
     * Writes as much of the beginning as stands for itself, which is nearly always all of it.
     *
     * @return how much that was
     */
    private int plain(String text) {
        // Locals: fields would be read and written again for each byte.
        byte[] bytes = buffer;
        int at = size;
        int length = text.length();
        int i = 0;
        while (i < length) {
            char unit = text.charAt(i);
            if (unit < 0x20 || unit >= 0x80 || unit == '"' || unit == '\\') {
                break;
            }
            bytes[at++] = (byte) unit;
            i++;
        }
        size = at;
        return i;
    }

    private void rest(String text, int from) {
        int length = text.length();
        for (int i = from; i < length; i++) {
            char unit = text.charAt(i);
            if (unit < 0x80) {
                asciiUnit(unit);
            } else if (unit < 0x800) {
                buffer[size++] = (byte) (0xC0 | (unit >> 6));
                buffer[size++] = (byte) (0x80 | (unit & 0x3F));
            } else if (!Character.isSurrogate(unit)) {
                threeBytes(unit);
            } else if (Character.isHighSurrogate(unit)
                    && i + 1 < length
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                fourBytes(Character.toCodePoint(unit, text.charAt(++i)));
            } else {
                threeBytes('\uFFFD');
            }
        }
    }

    private void asciiUnit(char unit) {
        if (unit >= 0x20 && unit != '"' && unit != '\\') {
            buffer[size++] = (byte) unit;
            return;
        }
        buffer[size++] = '\\';
        int letter = switch (unit) {
            case '"', '\\' -> unit;
            case '\b' -> 'b';
            case '\t' -> 't';
            case '\n' -> 'n';
            case '\f' -> 'f';
            case '\r' -> 'r';
            default -> 'u';
        };
        buffer[size++] = (byte) letter;
        if (letter == 'u') {
            buffer[size++] = '0';
            buffer[size++] = '0';
            buffer[size++] = HEX[unit >> 4];
            buffer[size++] = HEX[unit & 0xF];
        }
    }

    private void threeBytes(char unit) {
        buffer[size++] = (byte) (0xE0 | (unit >> 12));
        buffer[size++] = (byte) (0x80 | ((unit >> 6) & 0x3F));
        buffer[size++] = (byte) (0x80 | (unit & 0x3F));
    }

    private void fourBytes(int codePoint) {
        buffer[size++] = (byte) (0xF0 | (codePoint >> 18));
        buffer[size++] = (byte) (0x80 | ((codePoint >> 12) & 0x3F));
        buffer[size++] = (byte) (0x80 | ((codePoint >> 6) & 0x3F));
        buffer[size++] = (byte) (0x80 | (codePoint & 0x3F));
    }

    private void ascii(String text) {
        room(text.length());
        for (int i = 0; i < text.length(); i++) {
            buffer[size++] = (byte) text.charAt(i);
        }
    }

    void put(char ascii) {
        room(1);
        buffer[size++] = (byte) ascii;
    }

    private void room(int more) {
        if (buffer.length - size < more) {
            buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, Math.addExact(size, more)));
        }
    }
}
