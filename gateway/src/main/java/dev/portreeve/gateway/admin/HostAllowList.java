package dev.portreeve.gateway.admin;

import dev.portreeve.gateway.config.ServerConfig;
import java.net.URI;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * The names the admin listener answers to. A web page that makes its own name point at this machine (DNS rebinding) comes
 * with that name in the Host header, and is refused.
 */
final class HostAllowList {
    private final Set<String> names = new HashSet<>(Set.of("localhost", "127.0.0.1", "[::1]"));

    HostAllowList(ServerConfig server) {
        String own = server.adminListen().host();
        add(own.contains(":") ? "[" + own + "]" : own);
        server.allowedHosts().forEach(this::add);
        URI url = server.adminPublicUrl();
        if (url != null && url.getHost() != null) {
            add(url.getHost());
        }
    }

    /** @param authority the Host header: a name with or without a port */
    boolean allows(String authority) {
        int port = authority.lastIndexOf(':');
        boolean withPort = port > 0 && !authority.endsWith("]");
        return names.contains((withPort ? authority.substring(0, port) : authority).toLowerCase(Locale.ROOT));
    }

    private void add(String name) {
        names.add(name.toLowerCase(Locale.ROOT));
    }
}
