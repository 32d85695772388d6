package dev.portreeve.hub.outbound;

import java.net.URI;
import java.util.Locale;

/** What connections are kept for (RFC 6454). */
record Origin(boolean secure, String host, int port) {
    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    static Origin of(URI url) {
        boolean secure = "https".equalsIgnoreCase(url.getScheme());
        int port = url.getPort() >= 0 ? url.getPort() : secure ? HTTPS : HTTP;
        return new Origin(secure, url.getHost().toLowerCase(Locale.ROOT), port);
    }

    /** The host as certificates and addresses name it: without the brackets of IPv6. */
    String name() {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }
}
