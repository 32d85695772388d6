package dev.portreeve.audit.verify;

import dev.portreeve.audit.log.VerifierKey;
import org.jspecify.annotations.Nullable;

/**
 * What came of checking, and what it is worth.
 *
 * @param key the key that was used; {@code null} if there was none to use
 */
public record Checked(
        Verification verification,
        Assurance assurance,
        @Nullable VerifierKey key) {
    /** Everything that was to be checked is as it was signed. */
    public static final int OK = 0;

    /** Somebody changed something. */
    public static final int TAMPERED = 1;

    /** No harm was found, but not everything could be checked. */
    public static final int INCOMPLETE = 2;

    /** It was asked for in a way that makes no sense. */
    public static final int USAGE = 3;

    /** What a program that was asked to verify ends with. */
    public int exitCode() {
        return switch (verification) {
            case Verification.Intact ignored -> OK;
            case Verification.Tampered ignored -> TAMPERED;
            case Verification.Incomplete ignored -> INCOMPLETE;
        };
    }
}
