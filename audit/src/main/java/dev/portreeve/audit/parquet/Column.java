package dev.portreeve.audit.parquet;

/**
 * A column of a file.
 *
 * @param required whether every row has a value
 * @param repeating whether few values come again and again, so that a dictionary saves space
 */
public record Column(String name, Kind kind, boolean required, boolean repeating) {
    /** The least number of billionths that has more than 18 digits. */
    public static final long LEAST_TOO_LONG = 1_000_000_000_000_000_000L;

    /** What values it has, in Java and in the file. */
    public enum Kind {
        /** {@link String}; a UTF-8 byte array. */
        TEXT,
        /** {@link String} that is JSON; a byte array. */
        JSON,
        /** {@link Long}; INT64. */
        WHOLE,
        /** {@link Long}, microseconds since 1970; INT64, a timestamp in UTC. */
        MICROS,
        /** {@link Long}, in billionths; INT64, a decimal of 18 digits, 9 of them after the point. */
        BILLIONTHS;

        private static final int INT64 = 2;
        private static final int BYTE_ARRAY = 6;

        boolean isText() {
            return this == TEXT || this == JSON;
        }

        /** The number of its physical type. */
        int physical() {
            return isText() ? BYTE_ARRAY : INT64;
        }
    }

    /** One whose values are of all sorts, and may be absent. */
    public static Column of(String name, Kind kind) {
        return new Column(name, kind, false, false);
    }

    /** One whose values come again and again, and may be absent. */
    public static Column repeating(String name) {
        return new Column(name, Kind.TEXT, false, true);
    }
}
