package dev.portreeve.policy.idempotency;

import dev.portreeve.policy.call.IdempotentRun;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.key.Pepper;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Makes keyed hashes of what callers send, so that the database holds neither their keys nor anything by which a body could be
 * guessed. A key is its member's, not its virtual key's: a repeat may come after the virtual key was replaced, and money and kept
 * responses are the member's too. Thread-safe.
 */
public final class IdempotencyKeys {
    private static final String KEY_PURPOSE = "idempotency-key";
    private static final String BODY_PURPOSE = "idempotency-body";
    private static final char BETWEEN = '\0';

    private final Pepper pepper;

    public IdempotencyKeys(Pepper pepper) {
        this.pepper = pepper;
    }

    /**
     * @param operation which path was called; the same words mean another call elsewhere
     * @param words the caller's own, without control characters
     */
    public IdempotentRun.Key key(Subject owner, String operation, String words) {
        String scope = owner.kind().name() + BETWEEN + owner.member() + BETWEEN + operation + BETWEEN + words;
        return new IdempotentRun.Key(owner.tenant(), HexFormat.of().formatHex(pepper.hash(KEY_PURPOSE, scope)));
    }

    /** Stands for a request's very bytes. */
    public byte[] body(byte[] bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return pepper.hash(BODY_PURPOSE, HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every JDK has SHA-256", missing);
        }
    }
}
