package dev.portreeve.gateway.file;

import dev.portreeve.hub.seal.Binding;
import dev.portreeve.hub.seal.Purpose;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.policy.call.Subject;
import java.time.Duration;
import java.util.Optional;

/**
 * Seals what is at rest of files, each part bound to owner, file and place. Thread-safe; never blocks.
 *
 * @param longest how long one may be kept at most, after which no part opens
 */
record FileSeals(SealedTokens seal, Duration longest) {
    private static final String NAME = "name";

    /**
     * Whose a part is.
     *
     * @param file the id
     */
    record Of(String tenant, String member, String file) {}

    byte[] name(Of whose, byte[] name) {
        return seal.sealBytes(binding(whose, NAME), longest, name);
    }

    byte[] piece(Of whose, int number, byte[] piece) {
        return seal.sealBytes(binding(whose, String.valueOf(number)), longest, piece);
    }

    /** Nothing if it was sealed as something else, or with a key that is gone. */
    Optional<byte[]> openName(Of whose, byte[] sealed) {
        return seal.openBytes(sealed, binding(whose, NAME));
    }

    /** As the other. */
    Optional<byte[]> openPiece(Of whose, int number, byte[] sealed) {
        return seal.openBytes(sealed, binding(whose, String.valueOf(number)));
    }

    private static Binding binding(Of whose, String part) {
        Subject owner = new Subject(whose.tenant(), null, Subject.Kind.AGENT, whose.member(), "");
        return new Binding(Purpose.STORED_FILE, owner, whose.file(), part);
    }
}
