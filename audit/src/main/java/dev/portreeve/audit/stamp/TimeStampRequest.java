package dev.portreeve.audit.stamp;

import java.math.BigInteger;
import java.util.HexFormat;
import java.util.List;

/**
 * A question to a time stamp authority (RFC 3161, 2.4): signs that this was there now. The authority sees the digest alone.
 *
 * @param nonce comes back in the answer, so that an old one is none
 */
public record TimeStampRequest(byte[] sha256, BigInteger nonce) {
    private static final byte[] SHA_256 = HexFormat.of().parseHex("300d06096086480165030402010500");
    private static final byte[] VERSION_1 = HexFormat.of().parseHex("020101");
    /** The authority's certificate is wanted with the answer. */
    private static final byte[] CERTIFICATE = HexFormat.of().parseHex("0101ff");

    private static final int GRANTED_WITH_CHANGES = 1;

    /** As it is posted. */
    public byte[] encoded() {
        return Der.value(
                Der.SEQUENCE,
                VERSION_1,
                Der.value(Der.SEQUENCE, SHA_256, Der.value(Der.OCTETS, sha256)),
                Der.value(Der.INTEGER, nonce.toByteArray()),
                CERTIFICATE);
    }

    /**
     * The token in an authority's answer.
     *
     * @throws IllegalArgumentException if there is none, or it is not of this question; says why
     */
    public TimeStampToken answered(byte[] response) {
        List<Der> parts = Der.of(response).values(Der.SEQUENCE, 1);
        BigInteger status = parts.getFirst().values(Der.SEQUENCE, 1).getFirst().integer();
        if (status.signum() < 0 || status.compareTo(BigInteger.valueOf(GRANTED_WITH_CHANGES)) > 0 || parts.size() < 2) {
            throw new IllegalArgumentException("the authority gives no time stamp: status " + status);
        }
        TimeStampToken token = TimeStampToken.parse(parts.get(1).encoded());
        if (!nonce.equals(token.nonce())) {
            throw new IllegalArgumentException("the time stamp is of another question");
        }
        return token;
    }
}
