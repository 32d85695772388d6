package dev.portreeve.gateway.model;

import io.helidon.common.tls.Tls;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Trust in a provider whose certificate no public authority signed: the certificates of one PEM file, and no others. */
final class TrustedCertificates {
    private TrustedCertificates() {}

    /**
     * Reads the file.
     *
     * @throws IllegalArgumentException if it cannot be read or holds no certificate
     */
    static Tls read(Path pem) {
        try (InputStream in = Files.newInputStream(pem)) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (certificates.isEmpty()) {
                throw new IllegalArgumentException("file \"" + pem + "\" holds no certificate");
            }
            return Tls.builder().sslContext(trusting(certificates)).build();
        } catch (IOException | CertificateException e) {
            throw new IllegalArgumentException("file \"" + pem + "\" cannot be read as certificates in pem form", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this java runtime has no tls", e);
        }
    }

    private static SSLContext trusting(Collection<? extends Certificate> certificates)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int i = 0;
        for (Certificate certificate : certificates) {
            store.setCertificateEntry("trusted-" + i++, certificate);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
