package dev.portreeve.audit.anchor;

import dev.portreeve.audit.proof.Continuation;
import dev.portreeve.audit.stamp.TimeStampRequest;
import dev.portreeve.audit.stamp.TimeStampToken;
import dev.portreeve.audit.stamp.TimeStampTrust;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * A time stamp authority (RFC 3161): signs that the head was there at a time, and keeps nothing. What it answers is checked before it is kept:
 * that it is of this head and this question, its signature, that its certificate is for time stamps and leads to one that is trusted.
 */
public final class TimestampAnchor implements Anchor {
    private static final int OK = 200;
    private static final int NONCE_BITS = 64;
    /** An authority's clock is its business; one that is hours off is somebody's mistake. */
    private static final Duration CLOCKS = Duration.ofHours(1);

    private final String name;
    private final URI url;
    private final TimeStampTrust trust;
    private final AnchorPost http;
    private final InstantSource clock;
    private final RandomGenerator random;

    /** @param random for nonces */
    public TimestampAnchor(
            String name, URI url, TimeStampTrust trust, AnchorPost http, InstantSource clock, RandomGenerator random) {
        this.name = name;
        this.url = url;
        this.trust = trust;
        this.http = http;
        this.clock = clock;
        this.random = random;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Kind kind() {
        return Kind.TIMESTAMP;
    }

    @Override
    public Confirmation put(Continuation next, Continuations log) throws IOException {
        byte[] note = next.note().toString().getBytes(StandardCharsets.UTF_8);
        TimeStampRequest request = new TimeStampRequest(sha256(note), nonce());
        AnchorPost.Answer answer = http.post(url, "application/timestamp-query", request.encoded());
        if (answer.status() != OK) {
            throw new IOException("the time stamp authority answers with status " + answer.status());
        }
        TimeStampToken token;
        try {
            token = request.answered(answer.body());
        } catch (IllegalArgumentException none) {
            throw new IOException("what the time stamp authority answers is not usable: " + none.getMessage(), none);
        }
        String flaw = token.flaw(note, trust);
        if (flaw != null) {
            throw new IOException("the time stamp is not accepted: " + flaw);
        }
        if (Duration.between(clock.instant(), token.at()).abs().compareTo(CLOCKS) > 0) {
            throw new IOException(
                    "the time stamp says " + token.at() + ", which is more than an hour from the time here");
        }
        return new Confirmation(next.note(), token.at(), Anchor.place(url), token.encoded());
    }

    private BigInteger nonce() {
        byte[] bytes = new byte[NONCE_BITS / Byte.SIZE];
        random.nextBytes(bytes);
        return new BigInteger(1, bytes);
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
