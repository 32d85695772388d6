package dev.portreeve.gateway.http;

import dev.portreeve.gateway.config.ServerConfig;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import java.net.URI;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * The names this server answers to. A web page that makes its own name point here is refused by the Host header, and one
 * that calls across origins by the Origin header. Addresses are no names, so nobody can make them point elsewhere.
 */
final class KnownHosts {
    private final Set<String> names = new HashSet<>();

    KnownHosts(ServerConfig server) {
        names.add("localhost");
        names.add(server.listen().host().toLowerCase(Locale.ROOT));
        server.allowedHosts().forEach(host -> names.add(host.toLowerCase(Locale.ROOT)));
        URI publicUrl = server.publicUrl();
        if (publicUrl != null && publicUrl.getHost() != null) {
            names.add(publicUrl.getHost().toLowerCase(Locale.ROOT));
        }
    }

    boolean allow(ServerRequestHeaders headers) {
        if (!headers.contains(HeaderNames.HOST)
                || !isKnown(headers.get(HeaderNames.HOST).get())) {
            return false;
        }
        return !headers.contains(HeaderNames.ORIGIN)
                || isKnownOrigin(headers.get(HeaderNames.ORIGIN).get());
    }

    private boolean isKnownOrigin(String origin) {
        int scheme = origin.indexOf("://");
        return scheme > 0 && isKnown(origin.substring(scheme + 3));
    }

    private boolean isKnown(String authority) {
        String name = withoutPort(authority).toLowerCase(Locale.ROOT);
        return names.contains(name) || isAddress(name);
    }

    private static String withoutPort(String authority) {
        if (authority.startsWith("[")) {
            int end = authority.indexOf(']');
            return end < 0 ? authority : authority.substring(1, end);
        }
        int colon = authority.indexOf(':');
        return colon < 0 ? authority : authority.substring(0, colon);
    }

    private static boolean isAddress(String name) {
        if (name.indexOf(':') >= 0) {
            return name.chars().allMatch(c -> c == ':' || c == '.' || Character.digit(c, 16) >= 0);
        }
        return !name.isEmpty() && name.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
    }
}
