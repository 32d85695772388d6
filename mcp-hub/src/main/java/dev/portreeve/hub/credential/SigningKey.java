package dev.portreeve.hub.credential;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import org.jspecify.annotations.Nullable;

/** Signs the assertion by which a client shows that it holds a private key (RFC 7523, section 2.2). Thread-safe. */
final class SigningKey {
    private static final Duration LIFE = Duration.ofMinutes(2);
    /** Google allows an hour at most; five minutes forgive a clock that is behind. */
    private static final Duration GRANT_LIFE = Duration.ofMinutes(5);

    private final JWSSigner signer;
    private final JWSHeader header;

    private SigningKey(JWSSigner signer, JWSHeader header) {
        this.signer = signer;
        this.header = header;
    }

    /** @throws IllegalArgumentException if it is no such key; the message holds nothing of it */
    static SigningKey read(String pem, @Nullable String keyId) {
        byte[] der;
        try {
            der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        } catch (IllegalArgumentException notPem) {
            throw new IllegalArgumentException("private-key is not PEM", notPem);
        }
        try {
            PrivateKey key = key(der);
            if (key instanceof ECPrivateKey curve) {
                ECDSASigner signer = new ECDSASigner(curve);
                JWSAlgorithm algorithm =
                        signer.supportedJWSAlgorithms().iterator().next();
                return new SigningKey(signer, header(algorithm, keyId));
            }
            return new SigningKey(new RSASSASigner(key), header(JWSAlgorithm.RS256, keyId));
        } catch (GeneralSecurityException | JOSEException unusable) {
            throw new IllegalArgumentException(
                    "private-key is no RSA or elliptic curve key in PKCS 8: openssl pkcs8 -topk8 -nocrypt makes one",
                    unusable);
        }
    }

    private static PrivateKey key(byte[] der) throws GeneralSecurityException {
        PKCS8EncodedKeySpec encoded = new PKCS8EncodedKeySpec(der);
        try {
            PrivateKey key = KeyFactory.getInstance("RSA").generatePrivate(encoded);
            if (key instanceof RSAPrivateKey) {
                return key;
            }
        } catch (GeneralSecurityException notRsa) {
            return KeyFactory.getInstance("EC").generatePrivate(encoded);
        }
        throw new GeneralSecurityException("not a private key");
    }

    private static JWSHeader header(JWSAlgorithm algorithm, @Nullable String keyId) {
        return new JWSHeader.Builder(algorithm).keyID(keyId).build();
    }

    /**
     * An assertion for one request.
     *
     * @param audience whom it is for
     * @param id never used before
     */
    String assertion(String clientId, String audience, String id, Instant now) {
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .issuer(clientId)
                .subject(clientId)
                .audience(audience)
                .jwtID(id)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(LIFE)))
                .build();
        return signed(claims);
    }

    /**
     * An assertion in which an account speaks for itself and says what it wants (RFC 7523, section 2.1), for one request.
     *
     * @param audience whom it is for
     */
    String grant(String account, String audience, String scope, Instant now) {
        return signed(new JWTClaimsSet.Builder()
                .issuer(account)
                .audience(audience)
                .claim("scope", scope)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(GRANT_LIFE)))
                .build());
    }

    private String signed(JWTClaimsSet claims) {
        SignedJWT signed = new SignedJWT(header, claims);
        try {
            signed.sign(signer);
        } catch (JOSEException impossible) {
            throw new IllegalStateException("a key that was read cannot sign", impossible);
        }
        return signed.serialize();
    }

    @Override
    public String toString() {
        return "private-key";
    }
}
