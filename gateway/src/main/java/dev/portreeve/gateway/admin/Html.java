package dev.portreeve.gateway.admin;

import java.util.List;
import java.util.Set;

/**
 * A piece of a page. Text becomes part of one only through {@link #text} or {@link #tag}, which escape it, so nothing that
 * callers, models or tools wrote can become markup.
 */
record Html(String markup) {
    /** Elements that have no end tag. */
    private static final Set<String> VOID = Set.of("input");

    static final Html EMPTY = new Html("");

    /** An attribute; its value is escaped. */
    record Attribute(String name, String value) {}

    static Html text(String text) {
        return new Html(escape(text));
    }

    static Html tag(String name, List<Attribute> attributes, Html... children) {
        StringBuilder markup = new StringBuilder("<").append(name);
        for (Attribute attribute : attributes) {
            markup.append(' ')
                    .append(attribute.name())
                    .append("=\"")
                    .append(escape(attribute.value()))
                    .append('"');
        }
        markup.append('>');
        for (Html child : children) {
            markup.append(child.markup);
        }
        return new Html(
                VOID.contains(name)
                        ? markup.toString()
                        : markup.append("</").append(name).append('>').toString());
    }

    /** An element with a class. */
    static Html tag(String name, String style, Html... children) {
        return tag(name, style.isEmpty() ? List.of() : List.of(new Attribute("class", style)), children);
    }

    static Html tag(String name, String style, String text) {
        return tag(name, style, text(text));
    }

    static Html concat(List<Html> parts) {
        StringBuilder markup = new StringBuilder();
        parts.forEach(part -> markup.append(part.markup));
        return new Html(markup.toString());
    }

    static Html concat(Html... parts) {
        return concat(List.of(parts));
    }

    private static String escape(String text) {
        StringBuilder safe = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.append(c);
            }
        }
        return safe.toString();
    }
}
