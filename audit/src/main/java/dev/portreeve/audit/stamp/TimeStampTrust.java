package dev.portreeve.audit.stamp;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The certificates that those of time stamp authorities must lead to. Immutable. */
public final class TimeStampTrust {
    private static final int MOST_BYTES = 4 << 20;
    private final List<X509Certificate> trusted;

    private TimeStampTrust(List<X509Certificate> trusted) {
        this.trusted = List.copyOf(trusted);
    }

    /**
     * Reads certificates.
     *
     * @param file one or more certificates in PEM form
     * @throws IOException if it cannot be read or holds none; says which file
     */
    public static TimeStampTrust read(Path file) throws IOException {
        if (Files.size(file) > MOST_BYTES) {
            throw new IOException("'" + file + "' is too large for certificates");
        }
        List<X509Certificate> read = new ArrayList<>();
        try (InputStream in = Files.newInputStream(file)) {
            CertificateFactory.getInstance("X.509")
                    .generateCertificates(in)
                    .forEach(each -> read.add((X509Certificate) each));
        } catch (CertificateException none) {
            throw new IOException("'" + file + "' holds no certificates in PEM form: " + none.getMessage(), none);
        }
        if (read.isEmpty()) {
            throw new IOException("'" + file + "' holds no certificates in PEM form");
        }
        return new TimeStampTrust(read);
    }

    /**
     * Why this certificate does not lead to one of these, in words; {@code null} if it does. Whether one was revoked is not asked: that
     * takes a network, and says nothing of the time before.
     *
     * @param others that may stand between
     * @param at when it must have been valid
     */
    @Nullable
    String flaw(X509Certificate certificate, Collection<X509Certificate> others, Instant at) {
        try {
            if (trusted.contains(certificate)) {
                certificate.checkValidity(Date.from(at));
                return null;
            }
            X509CertSelector target = new X509CertSelector();
            target.setCertificate(certificate);
            Set<TrustAnchor> anchors =
                    trusted.stream().map(each -> new TrustAnchor(each, null)).collect(Collectors.toSet());
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, target);
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(at));
            parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(others)));
            CertPathBuilder.getInstance("PKIX").build(parameters);
            return null;
        } catch (GeneralSecurityException no) {
            return "its certificate does not lead to one you trust: " + no.getMessage();
        }
    }
}
