package dev.portreeve.gateway.deliver;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** TLS by files in PEM form: whom to trust, and what to show. */
final class TlsFiles {
    private static final char[] NO_PASSWORD = {};

    private TlsFiles() {}

    /**
     * Reads the files.
     *
     * @param trusted certificates that are trusted and no others; {@code null} for those that Java trusts
     * @param own what is shown to whoever asks; {@code null} for nothing
     * @throws IllegalArgumentException one cannot be read or is not what it should be
     */
    static SSLContext context(@Nullable Path trusted, @Nullable Path own, @Nullable Path key) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    own == null || key == null ? null : shown(own, key), trusted == null ? null : trust(trusted), null);
            return context;
        } catch (GeneralSecurityException | IOException unusable) {
            throw new IllegalArgumentException("the certificates and keys cannot be used", unusable);
        }
    }

    private static TrustManager[] trust(Path file) throws GeneralSecurityException, IOException {
        KeyStore store = empty();
        int i = 0;
        for (Certificate certificate : certificates(file)) {
            store.setCertificateEntry("trusted-" + i++, certificate);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        return trust.getTrustManagers();
    }

    private static KeyManager[] shown(Path own, Path key) throws GeneralSecurityException, IOException {
        KeyStore store = empty();
        store.setKeyEntry("own", key(key), NO_PASSWORD, certificates(own).toArray(Certificate[]::new));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, NO_PASSWORD);
        return keys.getKeyManagers();
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        return store;
    }

    private static List<Certificate> certificates(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            List<Certificate> certificates =
                    List.copyOf(CertificateFactory.getInstance("X.509").generateCertificates(in));
            if (certificates.isEmpty()) {
                throw new IllegalArgumentException("file \"" + file + "\" holds no certificate");
            }
            return certificates;
        } catch (IOException | CertificateException unreadable) {
            throw new IllegalArgumentException(
                    "file \"" + file + "\" cannot be read as certificates in pem form", unreadable);
        }
    }

    private static PrivateKey key(Path file) throws GeneralSecurityException {
        byte[] der;
        try {
            der = Base64.getMimeDecoder().decode(Files.readString(file).replaceAll("-----[A-Z ]+-----", ""));
        } catch (IOException | IllegalArgumentException unreadable) {
            throw new IllegalArgumentException("file \"" + file + "\" cannot be read as a key in pem form", unreadable);
        }
        for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (InvalidKeySpecException another) {
                // One of the next, or none.
            }
        }
        throw new IllegalArgumentException(
                "file \"" + file + "\" holds no private key in PKCS #8: openssl pkcs8 -topk8 -nocrypt makes one");
    }
}
