package dev.portreeve.policy.notice;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The wish to owe a message anew that was given up, and where the book leaves what it found. */
final class Resending {
    private final UUID id;
    private @Nullable Found found;

    /** The message as it was. */
    record Found(String tenant, String way, int attempts) {}

    Resending(UUID id) {
        this.id = id;
    }

    UUID id() {
        return id;
    }

    /** @param message {@code null} if none of this id was given up */
    void decide(@Nullable Found message) {
        found = message;
    }

    @Nullable
    Found found() {
        return found;
    }
}
