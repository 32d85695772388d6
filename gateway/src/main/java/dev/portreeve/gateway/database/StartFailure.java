package dev.portreeve.gateway.database;

import org.jspecify.annotations.Nullable;

/** The gateway cannot start, for a reason its operator can remove; the message says which and how. */
public final class StartFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StartFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
