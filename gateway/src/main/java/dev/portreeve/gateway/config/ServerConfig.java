package dev.portreeve.gateway.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The listeners and the data directory.
 *
 * @param listen where callers connect: {@code /v1}, {@code /mcp}, {@code /health}
 * @param adminListen where operators connect: {@code /api/v1} and the page
 * @param publicUrl how callers reach the data listener from outside, if not under its own address
 * @param adminPublicUrl how operators reach the admin listener from outside; links that are printed or sent begin with it
 * @param allowedHosts further names accepted in the Host header, beside the listeners' own and those of the public URLs;
 *     anything else is refused, so that no web page can reach a local gateway by rebinding a name
 * @param dataDirectory the embedded database, keys and tokens of this server
 * @param acceptKeyInQuery whether callers may present their key as {@code ?key=}, as some of Google's clients do. Addresses
 *     are written into logs by whatever stands before this server, so it is off unless asked for
 */
public record ServerConfig(
        @Default("127.0.0.1:8080") HostPort listen,
        @Default("127.0.0.1:8081") HostPort adminListen,
        @Nullable URI publicUrl,
        @Nullable URI adminPublicUrl,
        @Default("[]") List<String> allowedHosts,
        @Default("./data") Path dataDirectory,
        boolean acceptKeyInQuery) {
    public ServerConfig {
        allowedHosts = List.copyOf(allowedHosts);
        if (listen.port() != 0 && listen.equals(adminListen)) {
            throw new IllegalArgumentException("listen and admin-listen are both " + listen);
        }
    }
}
