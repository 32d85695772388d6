package dev.portreeve.audit.payload;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Contents that a record commits to, as they are found. */
public sealed interface Payload {
    /** Which contents: {@code prompt}, {@code result} and so on. */
    String name();

    /** The record that commits to them. */
    UUID record();

    /**
     * They are there, and what the record committed to.
     *
     * @param bytes all of them, or their beginning
     * @param length of all of them, in bytes
     */
    record Intact(String name, UUID record, byte[] bytes, long length) implements Payload {
        /** Whether only their beginning was kept. */
        public boolean isCut() {
            return bytes.length < length;
        }
    }

    /**
     * Only a digest was kept, with what proves it.
     *
     * @param blind the key of the commitment: HMAC-SHA-256 with it over the contents is {@code commit}
     */
    record Digest(String name, UUID record, byte[] blind, String commit, long length) implements Payload {}

    /**
     * Their subject's key was destroyed.
     *
     * @param by the record that says so
     * @param index of that record in the tenant's log; {@code null} if it has none yet
     */
    record Erased(
            String name, UUID record, UUID by, @Nullable Long index) implements Payload {}

    /**
     * Their month was dropped when their time was over.
     *
     * @param by the record that says so
     */
    record Dropped(
            String name, UUID record, UUID by, @Nullable Long index) implements Payload {}

    /** They cannot be read, although nobody erased them: deleted, altered, or sealed with a key that is not at hand. */
    record Unreadable(String name, UUID record, String why) implements Payload {}
}
