package dev.portreeve.migrations;

import org.jspecify.annotations.Nullable;

/** The embedded database cannot be started. The message is written for the person who started the program. */
public final class DatabaseUnavailable extends RuntimeException {
    private static final String WAY_OUT = "; or point DATABASE_URL at a PostgreSQL server of your own";

    DatabaseUnavailable(String message) {
        this(message, null);
    }

    DatabaseUnavailable(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** For failures that a database elsewhere would not have. */
    static DatabaseUnavailable hereOnly(String message, @Nullable Throwable cause) {
        return new DatabaseUnavailable(message + WAY_OUT, cause);
    }
}
