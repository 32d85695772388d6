package dev.portreeve.audit.stamp;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PSSParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Content that one party signed with attributes (CMS SignedData, RFC 5652), as time stamps are. Immutable.
 *
 * @param content what was signed
 * @param certificates that came with it
 * @param certificate that of the signer; {@code null} if it did not come
 * @param info the signer's part
 */
record SignedStamp(
        byte[] content,
        String contentType,
        List<X509Certificate> certificates,
        @Nullable X509Certificate certificate,
        Info info) {
    private static final String SIGNED_DATA = "1.2.840.113549.1.7.2";
    private static final String CONTENT_TYPE = "1.2.840.113549.1.9.3";
    private static final String MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
    private static final String SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12";
    private static final String SIGNING_CERTIFICATE_2 = "1.2.840.113549.1.9.16.2.47";
    private static final String SIGNS_TIME_STAMPS = "1.3.6.1.5.5.7.3.8";
    private static final String EXTENDED_KEY_USAGE = "2.5.29.37";
    private static final String PSS = "1.2.840.113549.1.1.10";
    private static final int MOST_CERTIFICATES = 20;
    private static final int DIGITAL_SIGNATURE = 0;
    private static final int NON_REPUDIATION = 1;
    private static final int SIGNER_PARTS = 6;

    private static final Map<String, String> DIGESTS = Map.of(
            "2.16.840.1.101.3.4.2.1", "SHA-256",
            "2.16.840.1.101.3.4.2.2", "SHA-384",
            "2.16.840.1.101.3.4.2.3", "SHA-512");

    private static final Map<String, String> SIGNATURES = Map.of(
            "1.2.840.113549.1.1.1",
            "?withRSA",
            "1.2.840.113549.1.1.11",
            "SHA256withRSA",
            "1.2.840.113549.1.1.12",
            "SHA384withRSA",
            "1.2.840.113549.1.1.13",
            "SHA512withRSA",
            "1.2.840.10045.2.1",
            "?withECDSA",
            "1.2.840.10045.4.3.2",
            "SHA256withECDSA",
            "1.2.840.10045.4.3.3",
            "SHA384withECDSA",
            "1.2.840.10045.4.3.4",
            "SHA512withECDSA",
            "1.3.101.112",
            "Ed25519",
            PSS,
            "RSASSA-PSS");

    /**
     * Who signed what how.
     *
     * @param signed the attributes, as they were signed
     */
    record Info(String digest, Map<String, Der> attributes, byte[] signed, Der algorithm, byte[] signature) {}

    /**
     * Reads one.
     *
     * @param type of the content
     * @throws IllegalArgumentException if it is none, of another content, or of several signers
     */
    static SignedStamp parse(byte[] encoded, String type) {
        List<Der> outer = Der.of(encoded).values(Der.SEQUENCE, 2);
        if (!outer.getFirst().oid().equals(SIGNED_DATA)) {
            throw new IllegalArgumentException("it is not signed data");
        }
        List<Der> data = outer.get(1).values(Der.TAGGED_0, 1).getFirst().values(Der.SEQUENCE, 4);
        List<Der> wrapped = data.get(2).values(Der.SEQUENCE, 2);
        if (!wrapped.getFirst().oid().equals(type)) {
            throw new IllegalArgumentException("what is signed is no time stamp");
        }
        byte[] content = wrapped.get(1).values(Der.TAGGED_0, 1).getFirst().octets();
        List<Der> signers = data.getLast().values(Der.SET, 1);
        if (signers.size() != 1) {
            throw new IllegalArgumentException("a time stamp has one signer, this has " + signers.size());
        }
        List<X509Certificate> certificates = new ArrayList<>();
        if (data.get(3).tag() == Der.TAGGED_0) {
            List<Der> given = data.get(3).values();
            given.subList(0, Math.min(given.size(), MOST_CERTIFICATES)).forEach(each -> certificates.add(read(each)));
        }
        List<Der> signer = signers.getFirst().values(Der.SEQUENCE, SIGNER_PARTS);
        return new SignedStamp(content, type, certificates, signer(certificates, signer.get(1)), info(signer));
    }

    private static Info info(List<Der> signer) {
        Der attributes = signer.get(3).require(Der.TAGGED_0);
        Map<String, Der> byType = new HashMap<>();
        for (Der each : attributes.values()) {
            List<Der> attribute = each.values(Der.SEQUENCE, 2);
            List<Der> values = attribute.get(1).values(Der.SET, 1);
            if (values.size() != 1 || byType.put(attribute.getFirst().oid(), values.getFirst()) != null) {
                throw new IllegalArgumentException("an attribute has several values");
            }
        }
        // What is signed is the set by its own tag, not by the one it has here (RFC 5652, 5.4).
        return new Info(
                signer.get(2).values(Der.SEQUENCE, 1).getFirst().oid(),
                byType,
                Der.value(Der.SET, attributes.content()),
                signer.get(4),
                signer.get(5).octets());
    }

    private static X509Certificate read(Der certificate) {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(certificate.encoded()));
        } catch (CertificateException none) {
            throw new IllegalArgumentException("a certificate in it cannot be read: " + none.getMessage(), none);
        }
    }

    private static @Nullable X509Certificate signer(List<X509Certificate> certificates, Der id) {
        for (X509Certificate each : certificates) {
            if (id.tag() == Der.SEQUENCE) {
                List<Der> parts = id.values(Der.SEQUENCE, 2);
                if (Arrays.equals(
                                each.getIssuerX500Principal().getEncoded(),
                                parts.getFirst().encoded())
                        && each.getSerialNumber().equals(parts.get(1).integer())) {
                    return each;
                }
            } else {
                byte[] keyId = each.getExtensionValue("2.5.29.14");
                if (keyId != null
                        && Arrays.equals(Der.of(Der.of(keyId).octets()).octets(), id.content())) {
                    return each;
                }
            }
        }
        return null;
    }

    /** What is wrong with it, whoever its signer is, in words; {@code null} if nothing is. */
    @Nullable
    String flaw() {
        X509Certificate signer = certificate;
        if (signer == null) {
            return "the certificate of its signer did not come with it";
        }
        try {
            List<String> usage = signer.getExtendedKeyUsage();
            Set<String> critical = signer.getCriticalExtensionOIDs();
            if (usage == null
                    || !usage.equals(List.of(SIGNS_TIME_STAMPS))
                    || critical == null
                    || !critical.contains(EXTENDED_KEY_USAGE)) {
                return "its certificate is not one of a time stamp authority";
            }
            boolean[] keyUsage = signer.getKeyUsage();
            if (keyUsage != null && !keyUsage[DIGITAL_SIGNATURE] && !keyUsage[NON_REPUDIATION]) {
                return "the key of its certificate is not for signatures";
            }
            if (!isAttributesOf(signer)) {
                return "its attributes are not of this content and this certificate";
            }
            return isSignedBy(signer) ? null : "its signature is wrong";
        } catch (GeneralSecurityException | IllegalArgumentException | IOException unusable) {
            return "its signature cannot be checked: " + unusable.getMessage();
        }
    }

    private boolean isAttributesOf(X509Certificate signer) throws GeneralSecurityException {
        Der type = info.attributes().get(CONTENT_TYPE);
        Der digest = info.attributes().get(MESSAGE_DIGEST);
        return type != null
                && type.oid().equals(contentType)
                && digest != null
                && MessageDigest.isEqual(
                        MessageDigest.getInstance(digest(info.digest())).digest(content), digest.octets())
                && isNamed(signer);
    }

    /** The signer says which certificate is meant, so that none of the same key can be put in its place. */
    private boolean isNamed(X509Certificate signer) throws GeneralSecurityException {
        Der second = info.attributes().get(SIGNING_CERTIFICATE_2);
        Der first = info.attributes().get(SIGNING_CERTIFICATE);
        Der named = second == null ? first : second;
        if (named == null) {
            return false;
        }
        List<Der> id = named.values(Der.SEQUENCE, 1)
                .getFirst()
                .values(Der.SEQUENCE, 1)
                .getFirst()
                .values(Der.SEQUENCE, 1);
        String algorithm = second == null ? "SHA-1" : "SHA-256";
        Der hash = id.getFirst();
        if (second != null && hash.tag() == Der.SEQUENCE) {
            algorithm = digest(hash.values(Der.SEQUENCE, 1).getFirst().oid());
            hash = id.get(1);
        }
        return MessageDigest.isEqual(MessageDigest.getInstance(algorithm).digest(signer.getEncoded()), hash.octets());
    }

    private static String digest(String oid) {
        String name = DIGESTS.get(oid);
        if (name == null) {
            throw new IllegalArgumentException("digests of the kind " + oid + " are not accepted");
        }
        return name;
    }

    private boolean isSignedBy(X509Certificate signer) throws GeneralSecurityException, IOException {
        List<Der> algorithm = info.algorithm().values(Der.SEQUENCE, 1);
        String oid = algorithm.getFirst().oid();
        String name = SIGNATURES.get(oid);
        if (name == null) {
            throw new IllegalArgumentException("signatures of the kind " + oid + " are not known here");
        }
        Signature signature =
                Signature.getInstance(name.replace("?", digest(info.digest()).replace("-", "")));
        if (oid.equals(PSS) && algorithm.size() > 1) {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
            parameters.init(algorithm.get(1).encoded());
            PSSParameterSpec pss = parameters.getParameterSpec(PSSParameterSpec.class);
            if (!DIGESTS.containsValue(pss.getDigestAlgorithm())) {
                throw new IllegalArgumentException(
                        "digests of the kind " + pss.getDigestAlgorithm() + " are not accepted");
            }
            signature.setParameter(pss);
        }
        signature.initVerify(signer.getPublicKey());
        signature.update(info.signed());
        return signature.verify(info.signature());
    }
}
