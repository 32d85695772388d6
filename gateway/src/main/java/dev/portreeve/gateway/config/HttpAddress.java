package dev.portreeve.gateway.config;

import java.net.URI;

/** An address that is asked over HTTP. */
final class HttpAddress {
    private HttpAddress() {}

    /** @throws IllegalArgumentException if it is none */
    static void require(String name, URI url) {
        if (url.getHost() == null
                || !("https".equals(url.getScheme()) || "http".equals(url.getScheme()))
                || url.getRawUserInfo() != null
                || url.getRawFragment() != null) {
            throw new IllegalArgumentException(name + " must be as https://host/path, without a user or a fragment");
        }
    }
}
