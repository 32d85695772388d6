package dev.portreeve.gateway.objectstore;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The store did not do what was asked, or nobody knows whether it did. The message says why, without keys of objects or
 * secrets.
 */
public final class ObjectStoreFailure extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean lasting;

    ObjectStoreFailure(String message, boolean lasting, @Nullable Throwable cause) {
        super(message, cause);
        this.lasting = lasting;
    }

    /** Whether asking again is of no use until somebody changes something here or there. */
    public boolean lasting() {
        return lasting;
    }
}
