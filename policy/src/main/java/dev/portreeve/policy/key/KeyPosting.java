package dev.portreeve.policy.key;

import dev.portreeve.policy.call.Subject;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A change of the keys that must commit together with its record, and where the book leaves what it did. */
sealed interface KeyPosting {
    /** A key to insert. */
    final class Creation implements KeyPosting {
        private final String tenant;
        private final VirtualKey key;
        private final String member;
        private final String name;
        private final byte[] secretHash;
        private final @Nullable Instant expiresAt;
        private @Nullable KeyInfo made;

        Creation(
                String tenant,
                VirtualKey key,
                String member,
                String name,
                byte[] secretHash,
                @Nullable Instant expiresAt) {
            this.tenant = tenant;
            this.key = key;
            this.member = member;
            this.name = name;
            this.secretHash = secretHash;
            this.expiresAt = expiresAt;
        }

        String tenant() {
            return tenant;
        }

        VirtualKey key() {
            return key;
        }

        String member() {
            return member;
        }

        String name() {
            return name;
        }

        byte[] secretHash() {
            return secretHash;
        }

        @Nullable
        Instant expiresAt() {
            return expiresAt;
        }

        /** @param info {@code null} if there is no such member, or it left */
        void decide(@Nullable KeyInfo info) {
            made = info;
        }

        @Nullable
        KeyInfo made() {
            return made;
        }
    }

    /** A key to insert below another. */
    final class Delegated implements KeyPosting {
        private final Subject parent;
        private final VirtualKey key;
        private final ChildWish wish;
        private final byte[] secretHash;
        private final Instant now;
        private final Instant expiresAt;
        private @Nullable Outcome outcome;

        /** What became of it. */
        sealed interface Outcome {
            record Made(KeyInfo info) implements Outcome {}

            /** The key above was revoked or has expired. */
            record ParentEnded() implements Outcome {}

            /** It has {@link KeyDirectory#MAX_LIVING_CHILDREN} already. */
            record TooMany() implements Outcome {}

            /**
             * It has not so much to give.
             *
             * @param detail for whoever asks
             */
            record TooDear(String detail) implements Outcome {}
        }

        Delegated(Subject parent, VirtualKey key, ChildWish wish, byte[] secretHash, Instant now, Instant expiresAt) {
            this.parent = parent;
            this.key = key;
            this.wish = wish;
            this.now = now;
            this.secretHash = secretHash;
            this.expiresAt = expiresAt;
        }

        Subject parent() {
            return parent;
        }

        VirtualKey key() {
            return key;
        }

        ChildWish wish() {
            return wish;
        }

        Instant now() {
            return now;
        }

        byte[] secretHash() {
            return secretHash;
        }

        Instant expiresAt() {
            return expiresAt;
        }

        void decide(Outcome reached) {
            outcome = reached;
        }

        Outcome outcome() {
            if (outcome == null) {
                throw new IllegalStateException("the key below " + parent.keyId() + " is not decided");
            }
            return outcome;
        }

        @Nullable
        KeyInfo made() {
            return outcome instanceof Outcome.Made made ? made.info() : null;
        }
    }

    /** A key to end. */
    final class Revocation implements KeyPosting {
        private final String tenant;
        private final String keyId;
        private @Nullable KeyInfo revoked;

        Revocation(String tenant, String keyId) {
            this.tenant = tenant;
            this.keyId = keyId;
        }

        String tenant() {
            return tenant;
        }

        String keyId() {
            return keyId;
        }

        /** @param info {@code null} if there is no such living key */
        void decide(@Nullable KeyInfo info) {
            revoked = info;
        }

        @Nullable
        KeyInfo revoked() {
            return revoked;
        }
    }
}
