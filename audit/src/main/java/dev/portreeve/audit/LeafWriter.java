package dev.portreeve.audit;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Writes the canonical bytes of a record: restricted RFC 8785 JSON, members in UTF-16 order, one line.
 *
 * <p>These bytes are what is hashed, stored and exported, so they are made exactly once. A lone surrogate has no UTF-8
 * form and becomes U+FFFD. Keeps its buffer, so it is for one thread.
 */
final class LeafWriter {
    /** Bound of the table's CHECK, and of what an auditor must be ready to read as one line. */
    static final int MAX_BYTES = 16_384;

    private static final int VERSION = 1;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private byte[] buffer = new byte[2048];
    private int size;

    /** The record's bytes, at most {@link #MAX_BYTES}; facts that do not fit are cut with a {@code truncated} member. */
    byte[] write(AuditEvent event, UUID id, Instant at) {
        write(event, event.facts().members(), id, at);
        if (size > MAX_BYTES) {
            OversizedFacts oversized = new OversizedFacts(event.facts().members(), this);
            do {
                oversized.shrink(size - MAX_BYTES);
                write(event, oversized.members(), id, at);
            } while (size > MAX_BYTES);
        }
        byte[] leaf = Arrays.copyOf(buffer, size);
        if (buffer.length > 2 * MAX_BYTES) {
            buffer = new byte[2048];
        }
        return leaf;
    }

    /** How many bytes a value takes. */
    int measure(Object value) {
        size = 0;
        value(value);
        return size;
    }

    private void write(AuditEvent event, Map<String, Object> facts, UUID id, Instant at) {
        size = 0;
        put('{');
        int common = 0;
        for (Map.Entry<String, Object> fact : facts.entrySet()) {
            while (common < Header.ALL.size() && Header.ALL.get(common).name.compareTo(fact.getKey()) < 0) {
                common(Header.ALL.get(common++), event, id, at);
            }
            name(fact.getKey());
            value(fact.getValue());
        }
        while (common < Header.ALL.size()) {
            common(Header.ALL.get(common++), event, id, at);
        }
        put('}');
    }

    /** The members every record has, in UTF-16 order. */
    enum Header {
        AT("at"),
        CALL("call"),
        ID("id"),
        KIND("kind"),
        TENANT("tenant"),
        V("v");

        private static final List<Header> ALL = List.of(values());
        private final String name;

        Header(String name) {
            this.name = name;
        }

        static boolean has(String name) {
            return switch (name) {
                case "at", "call", "id", "kind", "tenant", "v" -> true;
                default -> false;
            };
        }
    }

    private void common(Header member, AuditEvent event, UUID id, Instant at) {
        UUID call = event.callId();
        if (member == Header.CALL && call == null) {
            return;
        }
        name(member.name);
        switch (member) {
            case AT -> time(at);
            case CALL -> string(String.valueOf(call));
            case ID -> string(id.toString());
            case KIND -> string(event.kind().code());
            case TENANT -> string(event.tenant());
            case V -> number(VERSION);
        }
    }

    private void name(String name) {
        if (buffer[size - 1] != '{') {
            put(',');
        }
        string(name);
        put(':');
    }

    private void value(Object value) {
        switch (value) {
            case String text -> string(text);
            case Long number -> number(number);
            case Boolean truth -> ascii(truth ? "true" : "false");
            case Facts facts -> object(facts.members());
            case Map<?, ?> members -> object(members);
            case List<?> values -> array(values);
            default -> throw new IllegalStateException("a fact cannot be a " + value.getClass());
        }
    }

    private void object(Map<?, ?> members) {
        put('{');
        members.forEach((name, value) -> {
            name((String) name);
            value(value);
        });
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

    private void number(long value) {
        ascii(Long.toString(value));
    }

    /** RFC 3339 in UTC with exactly six digits of fraction, so that equal times are equal text. */
    private void time(Instant at) {
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

    private void string(String text) {
        int length = text.length();
        room(2 + 6 * length);
        buffer[size++] = '"';
        for (int i = 0; i < length; i++) {
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
        buffer[size++] = '"';
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

    private void put(char ascii) {
        room(1);
        buffer[size++] = (byte) ascii;
    }

    private void room(int more) {
        if (buffer.length - size < more) {
            buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, Math.addExact(size, more)));
        }
    }
}
