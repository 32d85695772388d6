package dev.portreeve.policy.key;

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

    /** A key to end. */
    final class Revocation implements KeyPosting {
        private final String tenant;
        private final String keyId;
        private boolean revoked;

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

        void decide(boolean found) {
            revoked = found;
        }

        boolean revoked() {
            return revoked;
        }
    }
}
