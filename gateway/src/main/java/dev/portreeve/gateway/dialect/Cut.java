package dev.portreeve.gateway.dialect;

import java.util.List;

/**
 * A change of a body that takes something out of it.
 *
 * @param source what comes into the place, as JSON
 */
record Cut(Span at, String source) {
    /** An array with only these elements, as JSON; without any, the member goes that holds it. */
    static Cut elements(byte[] body, Span array, List<String> kept) {
        return kept.isEmpty() ? member(body, array) : new Cut(array, "[" + String.join(",", kept) + "]");
    }

    /** The whole member around a value, with one of the commas beside it. */
    static Cut member(byte[] body, Span value) {
        int name = value.start() - 1;
        while (body[name] != '"') {
            name--;
        }
        name--;
        while (body[name] != '"') {
            name--;
        }
        int after = value.end();
        while (isSpace(body[after])) {
            after++;
        }
        if (body[after] == ',') {
            return new Cut(new Span(name, after + 1), "");
        }
        int before = name - 1;
        while (isSpace(body[before])) {
            before--;
        }
        return new Cut(new Span(body[before] == ',' ? before : name, value.end()), "");
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }
}
