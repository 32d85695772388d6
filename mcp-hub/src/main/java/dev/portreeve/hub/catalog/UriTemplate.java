package dev.portreeve.hub.catalog;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * A URI template (RFC 6570), read backwards: which URIs it can stand for. Any value fits an expression as long as its
 * characters do; the time it takes grows with the length of both and with nothing else. Immutable.
 */
final class UriTemplate {
    private static final int MAX_CHARS = 1024;
    private static final char ANY = '\0';

    /**
     * One character, or any run of characters.
     *
     * @param literal the character; {@link #ANY} for a run
     * @param ends what a run cannot hold
     * @param skip how many parts from this one on may be missing together
     */
    private record Part(char literal, String ends, int skip) {
        boolean takes(char next) {
            return literal == ANY ? next >= ' ' && ends.indexOf(next) < 0 : literal == next;
        }

        boolean repeats() {
            return literal == ANY;
        }
    }

    private final List<Part> parts;

    private UriTemplate(List<Part> parts) {
        this.parts = parts;
    }

    /** Empty if it is no template, or too long a one. */
    static Optional<UriTemplate> of(String text) {
        if (text.length() > MAX_CHARS) {
            return Optional.empty();
        }
        List<Part> parts = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            char next = text.charAt(at);
            if (next == '}' || next == ANY) {
                return Optional.empty();
            }
            if (next != '{') {
                parts.add(new Part(next, "", 0));
                at++;
                continue;
            }
            int end = text.indexOf('}', at);
            if (end < at + 2 || text.substring(at + 1, end).indexOf('{') >= 0) {
                return Optional.empty();
            }
            expression(text.substring(at + 1, end), parts);
            at = end + 1;
        }
        return Optional.of(new UriTemplate(parts));
    }

    private static void expression(String text, List<Part> to) {
        boolean several = text.indexOf(',') >= 0 || text.indexOf('*') >= 0;
        char operator = text.charAt(0);
        switch (operator) {
            case '+' -> to.add(new Part(ANY, "", 0));
            case '#' -> led(operator, "", to);
            case '?', '&' -> led(operator, "#", to);
            case '/' -> led(operator, several ? "?#" : "/?#", to);
            case '.', ';' -> led(operator, "/?#", to);
            default -> to.add(new Part(ANY, "/?#", 0));
        }
    }

    /** An expression without a value is missing with the character that leads it in. */
    private static void led(char by, String ends, List<Part> to) {
        to.add(new Part(by, "", 2));
        to.add(new Part(ANY, ends, 1));
    }

    /** Whether some values make it this URI. */
    boolean covers(String uri) {
        BitSet at = new BitSet(parts.size() + 1);
        enter(at, 0);
        for (int i = 0; i < uri.length() && !at.isEmpty(); i++) {
            BitSet then = new BitSet(parts.size() + 1);
            char next = uri.charAt(i);
            for (int part = at.nextSetBit(0); part >= 0 && part < parts.size(); part = at.nextSetBit(part + 1)) {
                if (parts.get(part).takes(next)) {
                    enter(then, part + 1);
                    if (parts.get(part).repeats()) {
                        then.set(part);
                    }
                }
            }
            at = then;
        }
        return at.get(parts.size());
    }

    /** At a part, or behind it where it may be missing. */
    private void enter(BitSet at, int part) {
        int reached = part;
        at.set(reached);
        while (reached < parts.size() && parts.get(reached).skip() > 0) {
            reached += parts.get(reached).skip();
            at.set(reached);
        }
    }
}
