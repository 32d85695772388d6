package dev.portreeve.gateway.http;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads the headers of a form and of its parts. */
final class FormHeader {
    private static final int MAX_SHOWN = 60;

    private FormHeader() {}

    /** The value of a header among others, each on a line, or {@code null}. */
    static @Nullable String find(String headers, String name) {
        for (String line : headers.split("\r\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0
                    && line.substring(0, colon).strip().toLowerCase(Locale.ROOT).equals(name)) {
                return line.substring(colon + 1).strip();
            }
        }
        return null;
    }

    /** What stands before the parameters. */
    static String value(String header) {
        int end = header.indexOf(';');
        return (end < 0 ? header : header.substring(0, end)).strip();
    }

    /** A parameter of a header, without its quotes, or {@code null}. */
    static @Nullable String parameter(String header, String name) {
        int at = header.indexOf(';');
        while (at >= 0 && at < header.length()) {
            int equals = header.indexOf('=', at);
            if (equals < 0) {
                return null;
            }
            String found = header.substring(at + 1, equals).strip().toLowerCase(Locale.ROOT);
            StringBuilder value = new StringBuilder();
            at = read(header, equals + 1, value);
            if (found.equals(name)) {
                return value.toString();
            }
        }
        return null;
    }

    /** Reads a value and gives where the next parameter begins. */
    private static int read(String header, int start, StringBuilder value) {
        int at = start;
        while (at < header.length() && header.charAt(at) == ' ') {
            at++;
        }
        if (at == header.length() || header.charAt(at) != '"') {
            int end = header.indexOf(';', at);
            value.append(header.substring(at, end < 0 ? header.length() : end).strip());
            return end;
        }
        at++;
        while (at < header.length() && header.charAt(at) != '"') {
            if (header.charAt(at) == '\\' && at + 1 < header.length()) {
                at++;
            }
            value.append(header.charAt(at));
            at++;
        }
        return header.indexOf(';', at);
    }

    /** A name that a caller chose, short and without line ends. */
    static String shown(String name) {
        String clean = name.replaceAll("[\\p{Cntrl}\"]", "?");
        return clean.length() <= MAX_SHOWN ? clean : clean.substring(0, MAX_SHOWN) + "…";
    }
}
