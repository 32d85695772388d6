package dev.portreeve.audit.stamp;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A time stamp (RFC 3161): an authority's word that some bytes were there at a time. {@link #flaw} checks it. Whoever made it is not
 * believed: everything is bounded. Immutable.
 */
public final class TimeStampToken {
    private static final String SHA_256 = "2.16.840.1.101.3.4.2.1";
    private static final String STAMP_INFO = "1.2.840.113549.1.9.16.1.4";
    private static final int AFTER_TIME = 5;
    private static final int TIME_FORM = 19;
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .appendPattern("uuuuMMddHHmmss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .toFormatter(Locale.ROOT);

    private final byte[] encoded;
    private final SignedStamp signed;
    private final byte[] imprint;
    private final Instant at;
    private final @Nullable BigInteger nonce;

    private TimeStampToken(byte[] encoded, SignedStamp signed, byte[] imprint, Instant at, @Nullable BigInteger nonce) {
        this.encoded = encoded;
        this.signed = signed;
        this.imprint = imprint;
        this.at = at;
        this.nonce = nonce;
    }

    /**
     * Reads a token; checks nothing yet.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static TimeStampToken parse(byte[] token) {
        SignedStamp signed = SignedStamp.parse(token, STAMP_INFO);
        List<Der> info = Der.of(signed.content()).values(Der.SEQUENCE, AFTER_TIME);
        List<Der> imprint = info.get(2).values(Der.SEQUENCE, 2);
        String algorithm = imprint.getFirst().values(Der.SEQUENCE, 1).getFirst().oid();
        if (!algorithm.equals(SHA_256)) {
            throw new IllegalArgumentException("the time stamp is over a digest " + algorithm + ", not SHA-256");
        }
        BigInteger nonce = info.stream()
                .skip(AFTER_TIME)
                .filter(each -> each.tag() == Der.INTEGER)
                .map(Der::integer)
                .findFirst()
                .orElse(null);
        return new TimeStampToken(token.clone(), signed, imprint.get(1).octets(), time(info.get(4)), nonce);
    }

    private static Instant time(Der value) {
        String text = new String(value.require(Der.TIME).content(), StandardCharsets.US_ASCII);
        try {
            if (text.length() > TIME_FORM + AFTER_TIME || !text.endsWith("Z")) {
                throw new IllegalArgumentException("the time of the time stamp is in no form that is known");
            }
            return LocalDateTime.parse(text.substring(0, text.length() - 1), TIME)
                    .toInstant(ZoneOffset.UTC);
        } catch (DateTimeException none) {
            throw new IllegalArgumentException("the time of the time stamp is none", none);
        }
    }

    /** When it was made, as the authority says. */
    public Instant at() {
        return at;
    }

    @Nullable
    BigInteger nonce() {
        return nonce;
    }

    /** As it is kept. */
    public byte[] encoded() {
        return encoded.clone();
    }

    /** Whom the certificate names that came with it; believe it only if {@link #flaw} finds none. */
    public String signer() {
        X509Certificate certificate = signed.certificate();
        return certificate == null
                ? "nobody who is named"
                : certificate.getSubjectX500Principal().getName();
    }

    /**
     * What is wrong with this as a time stamp of some bytes, in words; {@code null} if nothing is.
     *
     * @param trust what the authority's certificate must lead to; {@code null} to check only that the one that came with it signed it
     */
    public @Nullable String flaw(byte[] data, @Nullable TimeStampTrust trust) {
        try {
            if (!Arrays.equals(MessageDigest.getInstance("SHA-256").digest(data), imprint)) {
                return "it is of other bytes";
            }
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
        String wrong = signed.flaw();
        X509Certificate certificate = signed.certificate();
        if (wrong != null || trust == null || certificate == null) {
            return wrong;
        }
        return trust.flaw(certificate, signed.certificates(), at);
    }
}
