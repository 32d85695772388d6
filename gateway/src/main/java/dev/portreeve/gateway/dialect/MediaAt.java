package dev.portreeve.gateway.dialect;

/**
 * A picture or document that a request names by an address of the web.
 *
 * @param part where it stands, as in {@code messages[2].content[1]}
 * @param at what stands for it in the body
 * @param form what stands there
 */
public record MediaAt(String part, String url, Kind kind, Span at, Form form) {
    /** What may be there. */
    public enum Kind {
        IMAGE,
        DOCUMENT,
        EITHER;

        /** Whether something that is, or is not, a picture may be there. */
        public boolean takes(boolean image) {
            return this == EITHER || image == (this == IMAGE);
        }
    }

    /** How it stands in a body, which decides what takes its place. */
    enum Form {
        /** A string, which may as well be a data URI. */
        STRING,
        /** A whole member {@code file_url}, beside which there is no {@code filename}. */
        UNNAMED_FILE,
        /** The same, with a name beside it. */
        FILE,
        /** An Anthropic {@code source}. */
        SOURCE
    }

    /** Without the address (INV-7). */
    @Override
    public String toString() {
        return kind + " at " + part;
    }
}
