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
 * that are not seen, that reorder others or are drawn over them become chips, and so do spaces that cannot be counted; a long value shows both its ends, its length and its hash. It holds plain text
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
    /** On one letter, as scripts have them; more would be drawn over the lines above and below. */
    private static final int MOST_MARKS = 3;

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
     * @param whole all of a value of which {@code value} is only the ends, shown in the same way; empty unless asked for
     * @param mixedScripts whether a word mixes alphabets, as look-alike names do
     */
    public record Entry(
            List<Piece> path,
            Kind kind,
            List<Piece> value,
            int length,
            @Nullable String sha256,
            List<Piece> whole,
            boolean mixedScripts) {
        public Entry {
            whole = List.copyOf(whole);
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

    /** With both ends of long values. */
    public static ArgumentView of(Arguments arguments) {
        return of(arguments, false);
    }

    /** With all of long values too: for a page of one ticket, since arguments have up to {@link Arguments#MAX_BYTES}. */
    public static ArgumentView whole(Arguments arguments) {
        return of(arguments, true);
    }

    private static ArgumentView of(Arguments arguments, boolean whole) {
        Reading reading = new Reading(whole);
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), arguments.canonical())) {
            reading.value(parser, parser.nextToken(), "");
        }
        return new ArgumentView(reading.entries, reading.leftOut, arguments.digest());
    }

    /** A name or another text that a caller wrote, shown as values are. */
    public static List<Piece> shown(String text) {
        return shortened(text);
    }

    private static final class Reading {
        private final List<Entry> entries = new ArrayList<>();
        private final boolean whole;
        private int leftOut;

        private Reading(boolean whole) {
            this.whole = whole;
        }

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
                entries.add(new Entry(shortened(path), kind, pieces(value), value.length(), null, List.of(), mixed));
                return;
            }
            String hash = sha256(value);
            List<Piece> all = whole ? pieces(value) : List.of();
            entries.add(new Entry(shortened(path), kind, shortened(value), value.length(), hash, all, mixed));
        }
    }

    private static List<Piece> shortened(String text) {
        if (text.length() <= SHOWN_WHOLE) {
            return pieces(text);
        }
        int head = boundary(text, SHOWN_END);
        int tail = boundary(text, text.length() - SHOWN_END);
        List<Piece> shown = new ArrayList<>(pieces(text.substring(0, head)));
        shown.add(new Piece("… " + (tail - head) + " characters left out …", true));
        shown.addAll(pieces(text.substring(tail)));
        return shown;
    }

    /** Not between the halves of a surrogate pair. */
    private static int boundary(String text, int index) {
        return Character.isLowSurrogate(text.charAt(index)) ? index + 1 : index;
    }

    private static List<Piece> pieces(String text) {
        Pieces pieces = new Pieces();
        int[] characters = text.codePoints().toArray();
        int marks = 0;
        for (int i = 0; i < characters.length; i++) {
            int c = characters[i];
            marks = isMark(c) ? marks + 1 : 0;
            if (c == ' ') {
                int end = i;
                while (end < characters.length && characters[end] == ' ') {
                    end++;
                }
                pieces.spaces(end - i, i == 0 || end == characters.length);
                i = end - 1;
            } else if (isSeen(c) && marks <= MOST_MARKS && (marks == 0 || !pieces.plain.isEmpty())) {
                pieces.plain.appendCodePoint(c);
            } else {
                pieces.chip("\\u{" + Integer.toString(c, 16).toLowerCase(Locale.ROOT) + "}");
            }
        }
        return pieces.all();
    }

    /** What is shown of a text, as it is put together. */
    private static final class Pieces {
        private final List<Piece> done = new ArrayList<>();
        private final StringBuilder plain = new StringBuilder();

        /** One space between others is seen. At an end it is not, and of several nobody sees how many. */
        private void spaces(int count, boolean atEnd) {
            if (count == 1 && !atEnd) {
                plain.append(' ');
            } else {
                chip(count == 1 ? "\\u{20}" : "\\u{20}×" + count);
            }
        }

        private void chip(String text) {
            flush();
            done.add(new Piece(text, true));
        }

        private void flush() {
            if (!plain.isEmpty()) {
                done.add(new Piece(plain.toString(), false));
                plain.setLength(0);
            }
        }

        private List<Piece> all() {
            flush();
            return done;
        }
    }

    /** What is drawn over or below the letter before it. */
    private static boolean isMark(int c) {
        int type = Character.getType(c);
        return type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK;
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
                    Character.ENCLOSING_MARK,
                    Character.UNASSIGNED -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            // Variation selectors are marks, fillers are letters, and neither is seen.
            default -> !isInvisible(c);
        };
    }

    private static boolean isInvisible(int c) {
        boolean variationSelector = (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF);
        boolean filler = c == 0x034F || c == 0x115F || c == 0x1160 || c == 0x3164 || c == 0xFFA0 || c == 0x2800;
        // Strokes through the letter before, which make another of it.
        boolean overlay = c >= 0x0334 && c <= 0x0338;
        return variationSelector || filler || overlay;
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
