package dev.portreeve.gateway.objectstore;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a store says of an object.
 *
 * @param tag its entity tag, as the store writes it, or {@code null}
 * @param version in buckets that keep versions, else {@code null}
 * @param lock until when it is locked, or {@code null} if the store names none: it says so only to those who may know
 */
public record StoredObject(@Nullable String tag, @Nullable String version, PutTerms.@Nullable Lock lock) {
    static PutTerms.@Nullable Lock lock(@Nullable String mode, @Nullable String until) {
        if (mode == null || until == null) {
            return null;
        }
        try {
            return new PutTerms.Lock(PutTerms.Lock.Mode.valueOf(mode), Instant.parse(until));
        } catch (RuntimeException notOurs) {
            // A kind of lock, or a form of time, that nobody had thought of: not one that can be relied on.
            return null;
        }
    }
}
