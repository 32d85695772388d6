package dev.portreeve.policy.access;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * The condition function {@code url.host(url)}: the host a URL leads to, in lower case, without the port and without a dot at its end. A URL
 * that two parsers could read differently (user information, backslashes, no clear host) is an error, so its rule fails closed.
 */
final class UrlHost {
    private UrlHost() {}

    /** @throws IllegalArgumentException if the URL does not name one host beyond doubt */
    static String of(String url) {
        try {
            URI uri = new URI(url);
            String host = uri.getHost();
            if (host == null || uri.getRawUserInfo() != null) {
                throw new IllegalArgumentException("the url does not name one host beyond doubt");
            }
            String lower = host.toLowerCase(Locale.ROOT);
            return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("the url cannot be parsed", e);
        }
    }
}
