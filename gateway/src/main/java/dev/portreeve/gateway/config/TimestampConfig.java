package dev.portreeve.gateway.config;

import java.net.URI;
import java.nio.file.Path;

/**
 * An anchor that is a time stamp authority (RFC 3161, over HTTP).
 *
 * @param url where questions are posted
 * @param trust a file with the certificates that its own must lead to, in PEM form: tokens that do not are refused on receipt
 * @param allowPrivate whether it may be in a private network, also over http
 */
public record TimestampConfig(
        URI url, Path trust, @Default("false") boolean allowPrivate) {
    public TimestampConfig {
        HttpAddress.require("url", url);
    }
}
