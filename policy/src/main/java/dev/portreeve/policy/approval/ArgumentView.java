package dev.portreeve.policy.approval;

import dev.portreeve.policy.call.Arguments;
import java.lang.Character.UnicodeScript;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Arguments as people are shown them: a table of places and values, made from the canonical form, in which nothing can hide. Characters
 * that are not seen or that reorder others become chips; a long value shows both its ends, its length and its hash. It holds plain text
 * only, so a page that escapes it shows no markup, image or link.
 *
 * @param entries at most {@link #MAX_ENTRIES}, in canonical order
 * @param leftOut how many more there are
 * @param digest SHA-256 of the canonical form, which is what a decision is bound to
 */
public record ArgumentView(List<Entry> entries, int leftOut, String digest) {
    public static final int MAX_ENTRIES = 500;
    private static final int SHOWN_WHOLE = 400;
    private static final int SHOWN_END = 180;
    private static final JsonFactory FACTORY = new JsonFactory();

    /** What kind of value stands at a place. */
    public enum Kind {
        STRING,
        NUMBER,
        BOOLEAN,
        NULL,
        EMPTY_OBJECT,
        EMPTY_ARRAY
    }

    /**
     * One value.
     *
     * @param path where it stands, as a JSON Pointer
     * @param length of the whole value, in characters
     * @param sha256 of the whole value in UTF-8, if not all of it is shown
     * @param mixedScripts whether a word mixes alphabets, as look-alike names do
     */
    public record Entry(
            List<Piece> path,
            Kind kind,
            List<Piece> value,
            int length,
            @Nullable String sha256,
            boolean mixedScripts) {
        public Entry {
            path = List.copyOf(path);
            value = List.copyOf(value);
        }
    }

    /**
     * A piece of what is shown.
     *
     * @param chip whether it speaks <em>about</em> the value (a character's code, what was left out) instead of being part of it
     */
    public record Piece(String text, boolean chip) {}

    public ArgumentView {
        entries = List.copyOf(entries);
    }

    public static ArgumentView of(Arguments arguments) {
        Reading reading = new Reading();
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), arguments.canonical())) {
            reading.value(parser, parser.nextToken(), "");
        }
        return new ArgumentView(reading.entries, reading.leftOut, arguments.digest());
    }

    private static final class Reading {
        private final List<Entry> entries = new ArrayList<>();
        private int leftOut;

        private void value(JsonParser parser, JsonToken token, String path) {
            switch (token) {
                case START_OBJECT -> object(parser, path);
                case START_ARRAY -> array(parser, path);
                case VALUE_STRING -> add(path, Kind.STRING, parser.getString());
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> add(path, Kind.NUMBER, parser.getString());
                case VALUE_TRUE, VALUE_FALSE -> add(path, Kind.BOOLEAN, parser.getString());
                case VALUE_NULL -> add(path, Kind.NULL, "null");
                case END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
                    throw new IllegalStateException("a value cannot begin with " + token);
            }
        }

        private void object(JsonParser parser, String path) {
            int members = 0;
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName().replace("~", "~0").replace("/", "~1");
                value(parser, parser.nextToken(), path + '/' + name);
                members++;
            }
            if (members == 0) {
                add(path, Kind.EMPTY_OBJECT, "{}");
            }
        }

        private void array(JsonParser parser, String path) {
            int items = 0;
            for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
                value(parser, token, path + '/' + items++);
            }
            if (items == 0) {
                add(path, Kind.EMPTY_ARRAY, "[]");
            }
        }

        private void add(String path, Kind kind, String value) {
            if (entries.size() == MAX_ENTRIES) {
                leftOut++;
                return;
            }
            boolean mixed = mixesScripts(value) || mixesScripts(path);
            if (value.length() <= SHOWN_WHOLE) {
                entries.add(new Entry(pieces(shortened(path)), kind, pieces(value), value.length(), null, mixed));
                return;
            }
            String hash = sha256(value);
            int head = boundary(value, SHOWN_END);
            int tail = boundary(value, value.length() - SHOWN_END);
            List<Piece> shown = new ArrayList<>(pieces(value.substring(0, head)));
            shown.add(new Piece("… " + (tail - head) + " characters left out …", true));
            shown.addAll(pieces(value.substring(tail)));
            entries.add(new Entry(pieces(shortened(path)), kind, shown, value.length(), hash, mixed));
        }
    }

    private static String shortened(String path) {
        if (path.length() <= SHOWN_WHOLE) {
            return path;
        }
        return path.substring(0, boundary(path, SHOWN_END)) + "…"
                + path.substring(boundary(path, path.length() - SHOWN_END));
    }

    /** Not between the halves of a surrogate pair. */
    private static int boundary(String text, int index) {
        return Character.isLowSurrogate(text.charAt(index)) ? index + 1 : index;
    }

    private static List<Piece> pieces(String text) {
        List<Piece> pieces = new ArrayList<>();
        StringBuilder plain = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (isSeen(c)) {
                plain.appendCodePoint(c);
            } else {
                if (!plain.isEmpty()) {
                    pieces.add(new Piece(plain.toString(), false));
                    plain.setLength(0);
                }
                pieces.add(new Piece("\\u{" + Integer.toString(c, 16).toLowerCase(Locale.ROOT) + "}", true));
            }
        });
        if (!plain.isEmpty()) {
            pieces.add(new Piece(plain.toString(), false));
        }
        return pieces;
    }

    /** Whether a character shows itself, and only itself, at its place. */
    private static boolean isSeen(int c) {
        return switch (Character.getType(c)) {
            // Controls, formats (bidi, zero width, tags), line breaks, private and unassigned characters.
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            // Variation selectors are marks, fillers are letters, and neither is seen.
            default -> !isInvisible(c);
        };
    }

    private static boolean isInvisible(int c) {
        boolean variationSelector = (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF);
        boolean filler = c == 0x034F || c == 0x115F || c == 0x1160 || c == 0x3164 || c == 0xFFA0 || c == 0x2800;
        return variationSelector || filler;
    }

    /** Whether a word has letters of Latin together with letters of an alphabet that looks like it. */
    private static boolean mixesScripts(String text) {
        Set<UnicodeScript> word = EnumSet.noneOf(UnicodeScript.class);
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int c = text.codePointAt(i);
            if (Character.isLetter(c)) {
                word.add(UnicodeScript.of(c));
            } else if (!Character.isDigit(c) && c != '-' && c != '.') {
                word.clear();
            }
            if (word.contains(UnicodeScript.LATIN)
                    && (word.contains(UnicodeScript.CYRILLIC)
                            || word.contains(UnicodeScript.GREEK)
                            || word.contains(UnicodeScript.ARMENIAN)
                            || word.contains(UnicodeScript.CHEROKEE))) {
                return true;
            }
        }
        return false;
    }

    private static String sha256(String value) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
